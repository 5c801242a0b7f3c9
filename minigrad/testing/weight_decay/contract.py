"""The contract for weight decay as a test class: subclass it, and every invariant is a test with a name."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, ClassVar

from ..verdicts import extra, verdict
from .check import MEANINGS, Kind, WeightDecayAdapter, WeightDecayReport, check_weight_decay


class WeightDecayContract:
    """Every promise of a right weight decay as one test; subclass it, and set `adapter` and `kind`.

    Example::

        class TestMyOptimizer(WeightDecayContract):
            adapter = MyAdapter()
            kind = "decoupled"

    Attributes:
        adapter: drives the optimizer.
        kind: the claim: "l2" or "decoupled".
        known_failures: ids of invariants that are known to be broken: their tests fail if they are not.
    """

    adapter: ClassVar[WeightDecayAdapter | None] = None
    kind: ClassVar[Kind] = "l2"
    known_failures: ClassVar[Collection[str]] = ()
    _reports: ClassVar[dict[type, WeightDecayReport]] = {}

    def _report(self) -> WeightDecayReport:
        cls = type(self)
        if cls.adapter is None:
            extra("pytest").fail(f"{cls.__name__} must set adapter, such as: adapter = MyAdapter()", pytrace=False)
        if cls not in self._reports:
            assert cls.adapter is not None
            self._reports[cls] = check_weight_decay(cls.adapter, kind=cls.kind, known_failures=cls.known_failures)
        return self._reports[cls]


def _test_of(id: str) -> Callable[[WeightDecayContract], None]:
    def test(self: WeightDecayContract) -> None:
        verdict(self._report()[id])

    test.__name__ = f"test_{id}"
    test.__doc__ = f"{MEANINGS[id].capitalize()}."
    return test


for _id in MEANINGS:
    _test: Any = _test_of(_id)
    setattr(WeightDecayContract, _test.__name__, _test)
