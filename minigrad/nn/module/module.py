"""What a layer is: parameters, buffers and layers of its own, and a forward pass."""

from __future__ import annotations

from .conversion import Conversion
from .hooks import Hooked
from .printing import Printing
from .state import State


class Module(Conversion, State, Hooked, Printing):
    """Base class of all layers and networks.

    A subclass calls ``super().__init__()``, assigns parameters and other modules to attributes, and defines
    ``forward``. Assignment is registration: an attribute that is a Parameter, a Buffer or a Module belongs to the
    network, in the order of first assignment.

    Attributes:
        training: whether the module behaves as in training; each module has its own.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html

    Example:
        >>> from minigrad import nn
        >>> class Net(nn.Module):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.out = nn.Linear(2, 1)
        ...     def forward(self, x):
        ...         return self.out(x)
        >>> [name for name, _ in Net().named_parameters()]
        ['out.weight', 'out.bias']
    """

    training: bool
