"""Around the framework: data."""

from .. import _absent
from . import data

__all__ = ["data"]

__getattr__ = _absent.attribute_of(__name__)
