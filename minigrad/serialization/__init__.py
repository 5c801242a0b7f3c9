"""Checkpoints in files that cannot run code.

A file is a safetensors file: `minigrad.serialization.safetensors` is its layout. The nested structure around the
tensors stands as JSON in its metadata: `minigrad.serialization.tree`.
"""

from .files import load, save

__all__ = ["load", "save"]
