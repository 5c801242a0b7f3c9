"""Scripts that say ``import torch``, run unedited on minigrad.

From a command line, with the script's own arguments behind its name::

    python -m minigrad script.py --epochs 3
    python -m minigrad -m package.module
    python -m minigrad --check script.py     # runs nothing; lists the names of torch that minigrad lacks

In a notebook, in a cell before the first ``import torch``::

    import minigrad.run; minigrad.run.as_torch()

Every ``torch.*`` module is then minigrad's; tensors, dtypes and classes print as PyTorch's do; and NumPy's functions
make arrays of tensors where they do with PyTorch's. Nothing else changes: other imports are Python's own. This stands
above the rest of the package, and nothing below knows of it.
"""

from .modules import as_torch
from .version import VERSION

__all__ = ["VERSION", "as_torch"]
