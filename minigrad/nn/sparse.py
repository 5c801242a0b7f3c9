"""Embedding: a table whose rows are looked up by index."""

from __future__ import annotations

from typing import Any, Self

from .._tensor.dtypes import dtype as DType
from .._tensor.grad_mode import no_grad
from ..functions.creation import empty
from ..functions.tensor import Tensor
from . import functional as F, init
from .functional.sparse import checked_padding_idx
from .module import Module
from .parameter import Parameter


class Embedding(Module):
    """A vector for every index, all of them learned.

    Args:
        num_embeddings: how many.
        embedding_dim: their length.
        padding_idx: an index whose vector is 0 at first and not learned, or None.
        max_norm: scale vectors that are looked up down to this norm where their own is larger, in place.
        norm_type: which norm.
        scale_grad_by_freq: divide a vector's gradient by the number of times it is looked up in a call.
        sparse: False; gradients are dense.
        _weight: the vectors, of shape (num_embeddings, embedding_dim), drawn from N(0, 1) unless given.
        _freeze: whether they are not to be learned.
        device: accepted where it is the CPU.
        dtype: of the vectors; the default float dtype unless given.

    Attributes:
        weight: the vectors, of shape (num_embeddings, embedding_dim).

    Raises:
        AssertionError: padding_idx is out of range, or _weight has another shape.
        RuntimeError: sparse gradients.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.Embedding.html

    Example:
        >>> import minigrad
        >>> table = Embedding.from_pretrained(minigrad.tensor([[0.0, 0.5], [1.0, 1.5]]))
        >>> table(minigrad.tensor([1, 1, 0]))
        tensor([[1.0000, 1.5000],
                [1.0000, 1.5000],
                [0.0000, 0.5000]])
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
        _weight: Tensor | None = None,
        _freeze: bool = False,
        device: Any = None,
        dtype: DType | None = None,
    ) -> None:
        super().__init__()
        if sparse:
            raise RuntimeError("Embedding: gradients are dense here: sparse=True is not available")
        self.num_embeddings = num_embeddings
        self.embedding_dim = embedding_dim
        self.padding_idx = checked_padding_idx(padding_idx, num_embeddings)
        self.max_norm = max_norm
        self.norm_type = norm_type
        self.scale_grad_by_freq = scale_grad_by_freq
        self.sparse = sparse
        if _weight is not None and _weight.array.shape != (num_embeddings, embedding_dim):
            raise AssertionError(
                "Shape of weight does not match num_embeddings and embedding_dim: "
                f"got {list(_weight.shape)}, expected {[num_embeddings, embedding_dim]}"
            )
        data = empty(num_embeddings, embedding_dim, device=device, dtype=dtype) if _weight is None else _weight
        self.weight = Parameter(data, requires_grad=not _freeze)
        if _weight is None:
            self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the vectors anew."""
        init.normal_(self.weight)
        if self.padding_idx is not None:
            with no_grad():
                self.weight[self.padding_idx].fill_(0)

    def forward(self, input: Tensor) -> Tensor:
        """Return the vectors of the indices, in one dimension more."""
        return F.embedding(
            input, self.weight, self.padding_idx, self.max_norm, self.norm_type, self.scale_grad_by_freq, self.sparse
        )

    def extra_repr(self) -> str:
        """Return the sizes, and the settings that differ from the defaults."""
        settings = [f"{self.num_embeddings}, {self.embedding_dim}"]
        for name, default in (
            ("padding_idx", None),
            ("max_norm", None),
            ("norm_type", 2),
            ("scale_grad_by_freq", False),
        ):
            if getattr(self, name) != default:
                settings.append(f"{name}={getattr(self, name)}")
        return ", ".join(settings)

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Tensor,
        freeze: bool = True,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
    ) -> Self:
        """Return an embedding of given vectors, whose memory it shares.

        Args:
            embeddings: of shape (num_embeddings, embedding_dim); AssertionError for another number of dimensions.
            freeze: whether they are not to be learned.
            padding_idx: as above; its vector is left as it is given.
            max_norm: as above.
            norm_type: as above.
            scale_grad_by_freq: as above.
            sparse: as above.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Embedding.html#torch.nn.Embedding.from_pretrained
        """
        if embeddings.ndim != 2:
            raise AssertionError(f"Embeddings parameter is expected to be 2-dimensional, but got {embeddings.ndim}")
        rows, columns = embeddings.array.shape
        return cls(
            rows,
            columns,
            padding_idx,
            max_norm,
            norm_type,
            scale_grad_by_freq,
            sparse,
            _weight=embeddings,
            _freeze=freeze,
        )
