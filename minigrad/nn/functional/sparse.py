"""Functions of indices: rows of a table, and one-hot vectors."""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import table
from ..._tensor.base import Array, named, wrap
from ..._tensor.declared import checked, explain
from ..._tensor.grad_mode import no_grad
from ..._tensor.hooks import multiply_gradient
from ..._tensor.listening import computed, refuse_to_replay
from ...core.graph import apply
from ...functions.arguments import other_names
from ...functions.tensor import Tensor
from .arguments import check_tensors


@checked
def embedding(
    input: Tensor,
    weight: Tensor,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Tensor:
    """Return the rows of a table that the indices name.

    Args:
        input: indices in [0, num_embeddings), int32 or int64, of any shape.
        weight: the table, of shape (num_embeddings, embedding_dim).
        padding_idx: a row that gets no gradient, or None.
        max_norm: first scale each of these rows down to this norm where its own is larger, in place.
        norm_type: which norm.
        scale_grad_by_freq: divide a row's gradient by the number of times it is named here.
        sparse: False; gradients are dense.

    Returns:
        A tensor of shape (*, embedding_dim).

    Raises:
        RuntimeError: indices that are no integers, a table that is no matrix, or sparse gradients.
        IndexError: an index out of range.
        AssertionError: padding_idx is out of range.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.embedding.html

    Example:
        >>> embedding(wrap(np.array([2, 0])), Tensor([[0.0, 0.5], [1.0, 1.5], [2.0, 2.5]]))
        tensor([[2.0000, 2.5000],
                [0.0000, 0.5000]])
    """
    check_tensors("embedding", input=input, weight=weight)
    _check_embedding(input, weight, sparse)
    padding_idx = checked_padding_idx(padding_idx, weight.array.shape[0])
    index = computed(_numbers_of_rows, input.array, weight.array.shape[0])
    if max_norm is not None:
        _shorten_rows(weight, np.unique(index), max_norm, norm_type)
    rows = apply(table.getitem, weight, index=index, shape=weight.array.shape)
    if rows.requires_grad and (padding_idx is not None or scale_grad_by_freq):
        multiply_gradient(rows, computed(_share_of_gradient, index, padding_idx, scale_grad_by_freq, weight.array))
    return named(rows.reshape([*input.array.shape, weight.array.shape[1]]), "EmbeddingBackward0")


def checked_padding_idx(padding_idx: int | None, rows: int) -> int | None:
    """Return the index, counted from 0; AssertionError if there is no such row."""
    if padding_idx is None:
        return None
    if not -rows <= padding_idx < max(rows, 1):
        raise AssertionError(f"Padding_idx must be within num_embeddings: got {padding_idx} for {rows}")
    return padding_idx % rows if rows else 0


def _check_embedding(input: Tensor, weight: Tensor, sparse: bool) -> None:
    if input.array.dtype not in (np.int64, np.int32):
        raise RuntimeError(f"embedding: expected indices of int64 or int32, but got {input.dtype}")
    if weight.ndim != 2:
        raise RuntimeError(f"'weight' must be 2-D, but it is {weight.ndim}-D")
    if sparse:
        raise RuntimeError("embedding: gradients are dense here: sparse=True is not available")


def _numbers_of_rows(index: Array, rows: int) -> Array:
    """Return indices on one axis, in an array of their own; IndexError for one that is out of range."""
    if index.size and not 0 <= index.min() <= index.max() < rows:
        raise IndexError(
            f"index out of range in self: expected indices in [0, {rows}), got {index.min()} to {index.max()}"
        )
    return index.reshape(-1).astype(np.intp)


@no_grad()
def _shorten_rows(weight: Tensor, named: Array, max_norm: float, norm_type: float) -> None:
    """Scale rows of the table down to a norm, in place; a margin of 1e-7 keeps them below it, as PyTorch does."""
    refuse_to_replay("an embedding with max_norm writes into its table")
    rows = weight.array[named]
    norms = wrap(rows).norm(norm_type, 1, keepdim=True).array
    weight.array[named] = np.where(norms > max_norm, rows * (max_norm / (norms + 1e-7)), rows)
    weight.note_write()


def _share_of_gradient(index: Array, padding_idx: int | None, by_frequency: bool, weight: Array) -> Array:
    """Return what the gradient of each named row is multiplied by."""
    times = np.bincount(index, minlength=len(weight))[index] if by_frequency else np.ones(len(index))
    return ((index != padding_idx) / times)[:, None].astype(weight.dtype)


@other_names(tensor="input")
@checked
def one_hot(input: Tensor, num_classes: int = -1) -> Tensor:
    """Return for every index a vector of zeros with a 1 at that place.

    Args:
        input: class indices, int64, of any shape.
        num_classes: the length of the vectors; one more than the largest index unless given.

    Returns:
        An int64 tensor of shape (*, num_classes).

    Raises:
        RuntimeError: another dtype, an index that is negative or not below num_classes, or num_classes is 0 or missing
            where there is no index.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.one_hot.html

    Example:
        >>> one_hot(wrap(np.array([0, 2])))
        tensor([[1, 0, 0],
                [0, 0, 1]])
    """
    check_tensors("one_hot", input=input)
    index = input.array
    if index.dtype != np.int64:
        raise RuntimeError(f"one_hot is only applicable to index tensor of type int64, but got {input.dtype}")
    if num_classes == -1 and index.size:
        refuse_to_replay("one_hot takes the number of classes from a tensor: give num_classes")
        num_classes = max(int(index.max()) + 1, 0)
    if num_classes < 0 or (num_classes == 0 and not index.size):
        raise RuntimeError(f"Can not infer total number of classes from empty tensor: got num_classes={num_classes}")
    hot: Tensor = wrap(computed(_ones_at, index, num_classes))
    return hot


def _ones_at(index: Array, num_classes: int) -> Array:
    if index.size and index.min() < 0:
        raise RuntimeError(f"Class values must be non-negative, but got {index.min()}")
    if index.size and index.max() >= num_classes:
        raise RuntimeError(f"Class values must be smaller than num_classes={num_classes}, but got {index.max()}")
    hot: Any = index[..., None] == np.arange(num_classes)
    return hot.astype(np.int64)


explain(globals())
