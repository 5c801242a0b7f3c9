"""What functions with two results return: tuples whose parts have names."""

from __future__ import annotations

from typing import Generic, NamedTuple

from .._tensor.base import TensorT


class ValuesAndIndices(NamedTuple, Generic[TensorT]):
    """What a choice along one dimension returns: the chosen values, and where they were."""

    values: TensorT
    indices: TensorT

    def __repr__(self) -> str:
        return f"minigrad.return_types.{type(self).__name__}(\nvalues={self.values!r},\nindices={self.indices!r})"


class max(ValuesAndIndices[TensorT]):
    """What `minigrad.max` returns along a dimension."""


class min(ValuesAndIndices[TensorT]):
    """What `minigrad.min` returns along a dimension."""


class median(ValuesAndIndices[TensorT]):
    """What `minigrad.median` returns along a dimension."""


class kthvalue(ValuesAndIndices[TensorT]):
    """What `minigrad.kthvalue` returns."""


class sort(ValuesAndIndices[TensorT]):
    """What `minigrad.sort` returns."""


class topk(ValuesAndIndices[TensorT]):
    """What `minigrad.topk` returns."""


class cummax(ValuesAndIndices[TensorT]):
    """What `minigrad.cummax` returns."""


class cummin(ValuesAndIndices[TensorT]):
    """What `minigrad.cummin` returns."""


class aminmax(NamedTuple, Generic[TensorT]):
    """What `minigrad.aminmax` returns."""

    min: TensorT
    max: TensorT

    def __repr__(self) -> str:
        return f"minigrad.return_types.aminmax(\nmin={self.min!r},\nmax={self.max!r})"


class histogram(NamedTuple, Generic[TensorT]):
    """What `minigrad.histogram` returns."""

    hist: TensorT
    bin_edges: TensorT

    def __repr__(self) -> str:
        return f"minigrad.return_types.histogram(\nhist={self.hist!r},\nbin_edges={self.bin_edges!r})"
