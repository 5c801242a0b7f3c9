"""The functions of PyTorch's top level: its names, arguments, checks and meaning, over the derivative table.

`minigrad.ops` knows calculus and nothing of tensors; here stand the names that a user calls. Each is written once, and
is a method of `minigrad.Tensor`, too, where PyTorch has one.
"""

