"""The derivative table: every primitive with its gradient rules, which reads like the inside cover of a calculus book.

It begins in `minigrad.core.table`, with what the heart needs; here is the rest. What a rule may use, so that it means
the same on ndarrays and on Tensors: operators, comparisons, indexing, ``.mT``, ``.swapaxes``, ``.reshape(shape)``,
``.sum(axis=, keepdims=)`` and the entries of the table themselves. What it may not: in-place operators (they would
change the caller's gradient), NumPy scalars (they turn float32 into float64; Python floats do not), and values that it
was not handed.
"""

from ..core import table as core
from ..core.table import *  # noqa: F403
from . import activations, elementwise, indexing, linalg, losses, normalization, products, reductions, shape, special
from .activations import *  # noqa: F403
from .elementwise import *  # noqa: F403
from .indexing import *  # noqa: F403
from .linalg import *  # noqa: F403
from .losses import *  # noqa: F403
from .normalization import *  # noqa: F403
from .products import *  # noqa: F403
from .reductions import *  # noqa: F403
from .shape import *  # noqa: F403
from .special import *  # noqa: F403

from ..core.op import Op as Op  # isort: skip  # behind the chapters, which have the class of their own entries

CHAPTERS = (
    core, elementwise, special, activations, reductions, normalization, losses, shape, indexing, products, linalg,
)  # fmt: skip

TABLE: dict[str, Op] = {
    name: entry
    for chapter in CHAPTERS
    for name, entry in vars(chapter).items()
    if isinstance(entry, Op) and not name.startswith("_")
}
"""Every entry by its name."""

for _name, _entry in TABLE.items():
    _entry.name = _name
