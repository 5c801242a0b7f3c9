"""Each invariant in words: what it means, its mathematics, a wrong dropout, and how the kit tests it."""

from __future__ import annotations

import textwrap

from .report import MEANINGS

EXPLANATIONS: dict[str, tuple[str, str, str]] = {
    "value": (
        "y_i ∈ {0, s·x_i}",
        "y = x * (1 + rng.normal(size=x.shape))",
        "Divide y by x, at every p, rank "
        "and dtype: 0 or one number. Large halves, subnormals, infinities and -0.0 go through it, too.",
    ),
    "scale": (
        "s = 1/(1-p)",
        "y = x * mask   # no scale",
        "The scale is deterministic: it must be right to the precision of the dtype, at p where it has no short form.",
    ),
    "rate": (
        "P(drop) = p",
        "mask = rng.integers(0, 256, x.shape) >= p * 256   # 8 bits: p = 0.001 drops 0.0039",
        "Exact binomial tests "
        "of the number of drops, in large calls at fixed p and p drawn from the seed, in streams of calls of "
        "all ranks, beyond 2²⁰ units.",
    ),
    "uniform": (
        "P(drop_i) = p for every i and call",
        "mask.flat[-1] = True   # the last is never dropped",
        "Exact hypergeometric tests of each position, index, call, and of each block and lane of a large call "
        "against the whole.",
    ),
    "mean": ("E[y] = s·P(keep)·x = x", "y = x * mask / p   # for 1 - p", "Derived from value, scale and rate."),
    "variance": ("Var[y] = x²·p/(1-p)", "mask = rng.random(x.shape) >= p**2", "Derived from value, scale and rate."),
    "eval": (
        "y = x in evaluation",
        "y = x * (1 - p)   # in evaluation",
        "Compare bits, at every p, rank and "
        "dtype, and twice; the next training mask must be the one it would have been, before and after training.",
    ),
    "edge_p": (
        "p = 0: y = x. p = 1: y = 0, dL/dx = 0",
        "y = x * mask / (1 - p)   # 0/0 at p = 1",
        "Run both at all ranks and dtypes, forward and backward. A refusal of p = 1 by a ValueError is held.",
    ),
    "bad_p": (
        "p ∉ [0, 1] is refused",
        "def __init__(self, p): self.p = p",
        "Build with -0.1, 1.5, NaN, infinities, a text and None; a refusal at the first call counts.",
    ),
    "gradient": (
        "∂L/∂x_i = g_i·m_i, m the multiplier of the forward pass",
        "def backward(self, g): return g * self.mask   # without the scale",
        "Divide the gradient "
        "by g and y by x: the same numbers, at every p, rank and dtype; where x = 0 both kept and dropped; "
        "where g = 0 it is 0; after other batch sizes; in evaluation, before and after a training call.",
    ),
    "gradcheck": (
        "∂y/∂x with the mask frozen",
        "def backward(self, g): return g * self.new_mask()",
        "Finite differences between two layers of one seed; with a live mask they must disagree.",
    ),
    "linear": (
        "m does not depend on x",
        "mask = hash(x) % 100 >= 100 * p",
        "One seed: -2·x, another x, and a small x with zeros in it give the same multipliers.",
    ),
    "fresh": (
        "m^(t) and m^(t+1) are two draws",
        "if self.mask is None: self.mask = draw()",
        "Streams of calls at many p, ranks and dtypes: they do not all drop the same; nor does a batch of "
        "another size.",
    ),
    "independent": (
        "P(drop_i and drop_j) = p²",
        "mask = rng.random(x.shape[1:]) >= p   # one for the batch",
        "Exact binomial tests of pairs: at every distance in the stream of all calls and in a large one, of every two "
        "positions, of every two calls; and of the spread of the number of drops, at many p and ranks.",
    ),
    "seed": (
        "m = f(seed)",
        "mask = np.random.rand(*x.shape) >= p",
        "Build twice with a seed, once with the next, once with each bit changed; watch and reseed NumPy's and "
        "Python's global generators.",
    ),
    "dtype": (
        "dtype(y) = dtype(x), shape(y) = shape(x)",
        "y = x * mask / np.float64(1 - p)",
        "Every rank, empty and single inputs, strides, Fortran order, read-only, in each dtype that is taken, and in a "
        "layer that has seen another dtype.",
    ),
    "precision": (
        "P(drop) does not depend on the dtype",
        "mask = rng.random(x.shape).astype(x.dtype) >= p",
        "The rate again, in the other dtypes.",
    ),
    "pure": (
        "x stays what it was",
        "x *= mask; return x",
        (
            "Compare x and g before and after, and look for "
            "shared memory, also between the outputs of two calls. Working in place is a remark where it is declared."
        ),
    ),
    "modes": (
        "train(), eval(), train() restores",
        "def eval(self): Dropout.training = False",
        "Alternate modes in one layer, in two, and after calls that fail; training goes on as if nothing had been "
        "evaluated.",
    ),
    "compose": (
        "P(keep) = (1-p)(1-q)",
        "rng = np.random.default_rng(0)   # in every layer",
        "Exact binomial test of two layers in a row.",
    ),
    "channel": (
        "m is constant along the shared axes",
        "mask = rng.random(x.shape) >= p   # elements",
        "Divide y by x: one number inside each channel (sample, shared axes); an input without channels is refused.",
    ),
}


def explain(id: str) -> str:
    """Return meaning, mathematics, a wrong example and the test of an invariant.

    Args:
        id: of the invariant.

    Example:
        >>> print(explain("mean").splitlines()[0])
        mean
    """
    mathematics, wrong, test = EXPLANATIONS[id]
    rows = {"Broken": MEANINGS[id], "Formula": mathematics, "Wrong": wrong, "Tested": test}
    lines = [id, ""]
    for name, text in rows.items():
        lines += textwrap.wrap(text, 100, initial_indent=f"{name:<9}", subsequent_indent=" " * 9)
    return "\n".join(lines)
