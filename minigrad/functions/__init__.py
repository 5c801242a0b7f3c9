"""The functions of PyTorch's top level: its names, arguments, checks and meaning, over the derivative table.

`minigrad.table` knows calculus and nothing of tensors; here are the names that a user calls. Each function is written
once. The chapter ends with a class of those that are methods, too, and `tensor.py` puts these classes together.
"""

