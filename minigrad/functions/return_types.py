"""What functions with two results return: tuples whose parts have names."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ..tensor import Tensor


class ValuesAndIndices(NamedTuple):
    """What a choice along one dimension returns: the chosen values, and where they were."""

    values: Tensor
    indices: Tensor

    def __repr__(self) -> str:
        return f"minigrad.return_types.{type(self).__name__}(\nvalues={self.values!r},\nindices={self.indices!r})"


class max(ValuesAndIndices):
    """What `minigrad.max` returns along a dimension."""


class min(ValuesAndIndices):
    """What `minigrad.min` returns along a dimension."""


class median(ValuesAndIndices):
    """What `minigrad.median` returns along a dimension."""


class kthvalue(ValuesAndIndices):
    """What `minigrad.kthvalue` returns."""


class sort(ValuesAndIndices):
    """What `minigrad.sort` returns."""


class topk(ValuesAndIndices):
    """What `minigrad.topk` returns."""


class cummax(ValuesAndIndices):
    """What `minigrad.cummax` returns."""


class cummin(ValuesAndIndices):
    """What `minigrad.cummin` returns."""


class aminmax(NamedTuple):
    """What `minigrad.aminmax` returns."""

    min: Tensor
    max: Tensor

    def __repr__(self) -> str:
        return f"minigrad.return_types.aminmax(\nmin={self.min!r},\nmax={self.max!r})"
