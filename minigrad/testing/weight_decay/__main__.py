"""The command: python -m minigrad.testing.weight_decay torch.optim:AdamW."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from ..command import refuse, run, show
from ..dropout.drivers import load
from ..report import FORMATS
from .check import MEANINGS, MinigradOptimizer, TorchOptimizer, WeightDecayAdapter, check_weight_decay

DECOUPLED = ("AdamW", "SGDW", "Lion", "Muon")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the report; return 0 if nothing is broken, 1 if something is, 2 if there is nothing to examine."""
    parser = argparse.ArgumentParser("python -m minigrad.testing.weight_decay", description="Examine a weight decay.")
    parser.add_argument("target", nargs="?", help="torch.optim:AdamW, minigrad.optim:SGD, path/to/file.py:MyAdapter")
    parser.add_argument("--kind", choices=["l2", "decoupled"], help="the claim; by default from the name")
    parser.add_argument("--known-failure", action="append", default=[], choices=list(MEANINGS), metavar="ID")
    parser.add_argument("--format", choices=list(FORMATS), default="text")
    parser.add_argument("--list", action="store_true", help="list the invariants")
    options = parser.parse_args(arguments)
    if options.list:
        show("\n".join(f"{id:<14} {meaning}" for id, meaning in MEANINGS.items()))
        return 0
    if options.target is None:
        parser.error("name an optimizer, such as torch.optim:AdamW")
    try:
        adapter, name = _adapter(load(options.target)), options.target.rpartition(":")[2]
        kind = options.kind or getattr(adapter, "kind", "decoupled" if name in DECOUPLED else "l2")
        report = check_weight_decay(adapter, kind=kind, known_failures=options.known_failure)
    except Exception as error:
        refusal = (
            error
            if error.__cause__ or isinstance(error, ImportError)
            else RuntimeError(f"the first run fails: {error}")
        )
        refusal.__cause__ = error.__cause__ or (None if refusal is error else error)
        return refuse("testing.weight_decay", refusal)
    show(report.to(options.format))
    return 0 if report.ok else 1


def _adapter(thing: Any) -> WeightDecayAdapter:
    if isinstance(thing, WeightDecayAdapter):
        return thing
    if isinstance(thing, type) and issubclass(thing, WeightDecayAdapter):
        return thing()
    module = str(getattr(thing, "__module__", "")).partition(".")[0]
    bases = [base.__module__.partition(".")[0] for base in getattr(thing, "__mro__", ())]
    if module == "minigrad" or "minigrad" in bases:
        return MinigradOptimizer(thing)
    if "torch" in bases:
        return TorchOptimizer(thing)
    raise ImportError(f"{thing!r} is no WeightDecayAdapter and no optimizer of minigrad or PyTorch")


if __name__ == "__main__":
    sys.exit(run(main))
