"""The base class of all layers, concern by concern."""

from .module import Module as Module
from .printing import tree as tree
