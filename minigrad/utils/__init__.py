"""Around the framework: data."""

from typing import TYPE_CHECKING

from .. import _absent
from . import data

__all__ = ["data"]

if not TYPE_CHECKING:  # to a type checker, a module with this function would have every name
    __getattr__ = _absent.attribute_of(__name__)
