"""The command: python -m minigrad.testing.dropout torch.nn:Dropout."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import TypeVar

from ..command import refuse, run, show
from ..report import FORMATS
from .check import CHECKS, check_dropout
from .drivers import adapter_for
from .explain import explain
from .kinds import Shape
from .report import MEANINGS, NothingToExamine

T = TypeVar("T")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the report; return 0 if nothing is broken, 1 if something is, 2 if there is nothing to examine."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.list or options.explain:
        show(explain(options.explain) if options.explain else "\n".join(f"{id:<12} {MEANINGS[id]}" for id in CHECKS))
        return 0
    if options.target is None:
        parser.error("name a dropout, such as torch.nn:Dropout")
    try:
        report = check_dropout(
            adapter_for(options.target),
            kind=options.kind,
            shared_axes=options.shared_axes,
            p=options.p,
            shapes=options.shapes,
            dtypes=options.dtypes,
            false_alarm=options.false_alarm,
            power=options.power,
            only=options.only,
            skip=options.skip,
            known_failures=options.known_failure,
            seed=options.seed,
        )
    except (NothingToExamine, ImportError, TypeError, ValueError) as error:
        return refuse("testing.dropout", error)
    show(report.to("json" if options.json else options.format))
    if not report.examined:
        return 2
    return 0 if report.ok else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m minigrad.testing.dropout", description="Examine a dropout.")
    parser.add_argument(
        "target",
        nargs="?",
        help="torch.nn:Dropout, keras.layers:Dropout, path/to/file.py:name: an adapter, class or function",
    )
    parser.add_argument(
        "--kind", choices=["element", "channel", "sample"], help="what is dropped; by default from the name"
    )
    parser.add_argument(
        "--shared-axes", type=_list_of(int), default=(), metavar="0,2", help="axes along which one draw holds"
    )
    parser.add_argument("--p", type=_list_of(float), metavar="0.1,0.3", help="probabilities to look at")
    parser.add_argument("--shapes", type=_shapes, metavar="8x3,4x5x6", help="shapes of the inputs")
    parser.add_argument("--dtypes", type=_list_of(str), metavar="float32,float16", help="dtypes of the inputs")
    parser.add_argument("--false-alarm", type=_open_unit, default=1e-9, help="of the whole run (default 1e-9)")
    parser.add_argument("--power", type=_open_unit, default=0.999, help="the samples follow from it (default 0.999)")
    parser.add_argument("--only", type=_ids, default=(), metavar="ID,ID", help="invariants to examine")
    parser.add_argument("--skip", type=_ids, default=(), metavar="ID,ID", help="invariants to leave out")
    parser.add_argument("--known-failure", action="append", default=[], choices=list(CHECKS), metavar="ID")
    parser.add_argument("--seed", type=int, default=0, help="of everything that is drawn (default 0)")
    parser.add_argument("--format", choices=list(FORMATS), default="text")
    parser.add_argument("--json", action="store_true", help="the same as --format json")
    parser.add_argument("--list", action="store_true", help="list the invariants")
    parser.add_argument("--explain", choices=list(CHECKS), metavar="ID", help="explain an invariant")
    return parser


def _open_unit(text: str) -> float:
    value = float(text)
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError(f"must lie in (0, 1), got {text}")
    return value


def _list_of(item: Callable[[str], T]) -> Callable[[str], list[T]]:
    def parse(text: str) -> list[T]:
        try:
            return [item(part.strip()) for part in text.split(",")]
        except ValueError:
            raise argparse.ArgumentTypeError(f"expected values with commas between them, got {text!r}") from None

    return parse


def _ids(text: str) -> list[str]:
    ids = [id.strip() for id in text.split(",")]
    if unknown := [id for id in ids if id not in CHECKS]:
        raise argparse.ArgumentTypeError(f"unknown invariants: {', '.join(unknown)} (--list lists them)")
    return ids


def _shapes(text: str) -> list[Shape]:
    try:
        return [tuple(int(side) for side in shape.split("x") if side) for shape in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected shapes such as 8x3,4x5x6, got {text!r}") from None


if __name__ == "__main__":
    sys.exit(run(main))
