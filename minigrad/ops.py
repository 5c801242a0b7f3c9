"""The derivative table under its first name: `minigrad.table`."""

from .table import *  # noqa: F403
from .table import TABLE as TABLE, Op as Op
