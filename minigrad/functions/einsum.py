"""Einstein's notation: name the dimensions, and what is named on the left only is summed over."""

from __future__ import annotations

import math

from .._tensor.base import TensorT
from .arithmetic import mul
from .products import matmul
from .reductions import sum
from .shaping import diagonal, expand, permute, reshape

Labels = str
"""One letter for each dimension of a tensor; dimensions that an ellipsis stands for have capital Greek letters."""


def einsum(equation: str, *operands: TensorT) -> TensorT:
    """Return the sum of products that an equation describes.

    "ij,jk->ik" is the matrix product: out[i, k] = Σⱼ a[i, j] · b[j, k].

    Args:
        equation: a letter for each dimension, operands separated by commas; after the arrow the result's. Without an
            arrow, the result has the letters that occur once, in alphabetical order. "..." stands for further ones.
        *operands: as many tensors, or one list of them.

    Raises:
        RuntimeError: letters and dimensions do not fit, sizes of a letter differ, or the result names an unknown one.

    Source: https://pytorch.org/docs/stable/generated/torch.einsum.html

    Example:
        >>> import minigrad
        >>> einsum("ij->j", minigrad.ones(2, 3))
        tensor([2., 2., 2.])
    """
    tensors = list(operands[0]) if len(operands) == 1 and isinstance(operands[0], tuple | list) else list(operands)
    terms, output = parsed(equation, tensors)
    prepared = [without_repeats(x, labels) for x, labels in zip(tensors, terms, strict=True)]
    result, labels = prepared[0]
    for i, (x, its) in enumerate(prepared[1:], 1):
        later = output + "".join(rest for _, rest in prepared[i + 1 :])
        result, labels = contracted(result, labels, x, its, later)
    result, labels = summed(result, labels, output)
    return permute(result, [labels.index(letter) for letter in output])


def parsed(equation: str, tensors: list[TensorT]) -> tuple[list[Labels], Labels]:
    """Return the letters of each operand and of the result, ellipses spelled out."""
    left, arrow, right = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    if len(terms) != len(tensors):
        raise RuntimeError(f"einsum(): {equation!r} has {len(terms)} operands, but {len(tensors)} were given")
    spelled = [_spelled(term, x.ndim, equation) for term, x in zip(terms, tensors, strict=True)]
    hidden = max((labels for labels, _ in spelled), key=len)
    labels = [term for _, term in spelled]
    if not arrow:
        letters = "".join(terms).replace(".", "")
        right = ("..." if hidden else "") + "".join(sorted(c for c in set(letters) if letters.count(c) == 1))
    output = right.replace("...", hidden)
    unknown = set(output) - set("".join(labels))
    if unknown or len(set(output)) != len(output) or "." in output:
        raise RuntimeError(f"einsum(): the result of {equation!r} must name letters of the operands, each once")
    _check_sizes(labels, tensors, equation)
    return labels, output


def _spelled(term: str, ndim: int, equation: str) -> tuple[Labels, Labels]:
    """Return the letters that an ellipsis stands for, and the term with these in its place."""
    hidden = ""
    if "..." in term:
        count = ndim - len(term) + 3
        hidden = "".join(chr(ord("Α") + 24 - i) for i in range(count, 0, -1))  # aligned at the end, as for a broadcast
    spelled = term.replace("...", hidden)
    if len(spelled) != ndim or (not spelled.isalpha() and spelled):
        raise RuntimeError(f"einsum(): {term!r} in {equation!r} does not fit an operand of {ndim} dimensions")
    return hidden, spelled


def _check_sizes(terms: list[Labels], tensors: list[TensorT], equation: str) -> None:
    sizes: dict[str, int] = {}
    for labels, x in zip(terms, tensors, strict=True):
        for letter, n in zip(labels, x.array.shape, strict=True):
            known = sizes.setdefault(letter, n)
            if 1 not in (n, known) and n != known:
                raise RuntimeError(f"einsum(): {letter!r} in {equation!r} is {known} and, in another operand, {n}")
            sizes[letter] = max(n, known) if 0 not in (n, known) else 0


def without_repeats(x: TensorT, labels: Labels) -> tuple[TensorT, Labels]:
    """Take the diagonal where one operand names a letter twice."""
    for letter in dict.fromkeys(labels):
        while labels.count(letter) > 1:
            first = labels.index(letter)
            second = labels.index(letter, first + 1)
            x = diagonal(x, 0, first, second)
            labels = labels[:first] + labels[first + 1 : second] + labels[second + 1 :] + letter
    return x, labels


def summed(x: TensorT, labels: Labels, wanted: Labels) -> tuple[TensorT, Labels]:
    """Sum over the letters that are not wanted any more."""
    gone = [i for i, letter in enumerate(labels) if letter not in wanted]
    return (sum(x, gone), "".join(c for c in labels if c in wanted)) if gone else (x, labels)


def contracted(a: TensorT, of_a: Labels, b: TensorT, of_b: Labels, later: Labels) -> tuple[TensorT, Labels]:
    """Multiply two operands, and sum over the letters that nothing needs later: one batch of matrix products."""
    a, of_a = summed(a, of_a, of_b + later)
    b, of_b = summed(b, of_b, of_a + later)
    both = [c for c in of_a if c in of_b]
    kept, gone = [c for c in both if c in later], [c for c in both if c not in later]
    only_a, only_b = [c for c in of_a if c not in of_b], [c for c in of_b if c not in of_a]
    size = {c: n for labels, x in ((of_b, b), (of_a, a)) for c, n in zip(labels, x.array.shape, strict=True) if n != 1}

    def matrices(x: TensorT, labels: Labels, *groups: list[str]) -> TensorT:
        ordered = permute(x, [labels.index(c) for group in groups for c in group])
        full = expand(ordered, [size.get(c, 1) for group in groups for c in group])
        return reshape(full, [math.prod(size.get(c, 1) for c in group) for group in groups])

    if not gone and not kept:  # an outer product: nothing to sum
        x = reshape(a, [*a.array.shape, *[1] * b.ndim])
        return mul(x, b), of_a + of_b
    product = matmul(matrices(a, of_a, kept, only_a, gone), matrices(b, of_b, kept, gone, only_b))
    labels = [*kept, *only_a, *only_b]
    return reshape(product, [size.get(c, 1) for c in labels]), "".join(labels)
