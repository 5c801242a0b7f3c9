"""Switches of PyTorch's backends, which scripts set for reproducible results. Here results always are.

Source: https://pytorch.org/docs/stable/backends.html
"""

from . import cudnn, mps

__all__ = ["cudnn", "mps"]
