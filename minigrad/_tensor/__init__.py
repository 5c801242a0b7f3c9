"""What PyTorch means by a tensor: dtypes and promotion, views and writes, checks, hooks, printing.

`base.TensorBase` is the core's tensor with these; `minigrad.functions` adds what is computed with it.
"""
