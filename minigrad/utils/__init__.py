"""Around the framework: data."""

from . import data

__all__ = ["data"]
