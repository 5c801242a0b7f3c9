"""The derivative table: every primitive with its gradient rules, which reads like the inside cover of a calculus book.

It imports NumPy and nothing of minigrad. What a rule may use, so that it means the same on ndarrays and on Tensors:
operators, comparisons, indexing, ``.mT``, ``.swapaxes``, ``.reshape(shape)``, ``.sum(axis=, keepdims=)`` and the
entries of the table themselves. What it may not: in-place operators (they would change the caller's gradient), NumPy
scalars (they turn float32 into float64; Python floats do not), and values that it was not handed.
"""

from . import elementwise, products, reductions, shape
from .elementwise import *  # noqa: F403
from .op import Op as Op
from .products import *  # noqa: F403
from .reductions import *  # noqa: F403
from .shape import *  # noqa: F403

TABLE: dict[str, Op] = {
    name: entry
    for chapter in (elementwise, reductions, shape, products)
    for name, entry in vars(chapter).items()
    if isinstance(entry, Op)
}
"""Every entry by its name."""

for _name, _entry in TABLE.items():
    _entry.name = _name
