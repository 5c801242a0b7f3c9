"""Options: checked as they are read, and refused in one sentence."""

from __future__ import annotations

import argparse
import math
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from .files import writable_folder


@dataclass(frozen=True)
class Option:
    """One option of an experiment's own.

    Args:
        flag: its name on the command line, "--steps".
        kind: turns the text into a value, and refuses wrong ones (`at_least`, `positive`, …); bool for a mere switch.
        default: the value when it is not given.
        help: a phrase for ``--help``.
        quick: the value under ``--quick`` when it is not given; the default if None.
    """

    flag: str
    kind: Callable[[str], Any]
    default: Any
    help: str
    quick: Any = None

    @property
    def name(self) -> str:
        """The attribute of the parsed options."""
        return self.flag.strip("-").replace("-", "_")

    def value(self, quick: bool) -> Any:
        """Return what stands for an option that was not given."""
        return self.quick if quick and self.quick is not None else self.default


def checked(kind: type, holds: Callable[[Any], bool], expected: str) -> Callable[[str], Any]:
    """Return an argparse type that refuses, in one sentence, what is not of this kind or does not hold."""

    def parse(text: str) -> Any:
        try:
            value = kind(text)
        except ValueError:
            value = math.nan
        if not holds(value):  # NaN holds nowhere
            raise argparse.ArgumentTypeError(f"expected {expected}, got {text!r}")
        return value

    return parse


def at_least(low: int) -> Callable[[str], int]:
    """Return an argparse type of whole numbers from `low` on."""
    return checked(int, lambda value: value >= low, f"a whole number, at least {low}")


probability = checked(float, lambda value: 0 <= value <= 1, "a probability between 0 and 1")
inner_probability = checked(float, lambda value: 0 < value < 1, "a probability between 0 and 1, neither of them")
positive = checked(float, lambda value: 0 < value < math.inf, "a positive number")

SEED = Option("--seed", at_least(0), 1, "the first seed; a demo of several seeds counts on from it")

INSTALLED = Path(__file__).parents[1].name == "minigrad_demos"
PROGRAM = "minigrad-demos" if INSTALLED else "python -m demos"  # how a reader starts it


class Parser(argparse.ArgumentParser):
    """argparse, without the usage in front of an error's one sentence."""

    def error(self, message: str) -> NoReturn:
        """Leave with the sentence and status 2."""
        self.exit(2, f"{self.prog}: {message}\n")


def parse(name: str, summary: str, own: Sequence[Option], arguments: Sequence[str]) -> argparse.Namespace:
    """Read the common options and those of an experiment's own."""
    parser = Parser(f"{PROGRAM} {name}", description=summary)
    for option in [SEED, *own]:
        add(parser, option)
    parser.add_argument("--out", default="out", metavar="FOLDER", help="where everything is written (default: out)")
    parser.add_argument("--quick", action="store_true", help="a smaller version, in seconds; it shows less")
    parser.add_argument("--show", action="store_true", help="open the page in the browser at the end")
    options = parser.parse_args(arguments)
    for option in [SEED, *own]:
        if getattr(options, option.name) is None:
            setattr(options, option.name, option.value(options.quick))
    try:
        options.out = writable_folder(Path(options.out))
    except OSError as error:
        parser.error(f"argument --out: cannot write into {str(options.out)!r} ({error.strerror})")
    return options


def add(parser: argparse.ArgumentParser, option: Option) -> None:
    """Add an option whose absence is None, so that --quick may stand in for it."""
    if option.kind is bool:
        parser.add_argument(option.flag, action="store_const", const=True, help=option.help)
        return
    default = "" if option.default is None else f" (default: {option.default})"
    parser.add_argument(option.flag, type=option.kind, metavar="…", help=option.help + default)


def command(name: str, own: Sequence[Option], options: argparse.Namespace) -> str:
    """Return the command that computes what these options compute; where it is written is left out."""
    words = [*PROGRAM.split(), name]
    if options.quick:
        words.append("--quick")
    for option in [SEED, *own]:
        value = getattr(options, option.name)
        if value != option.value(options.quick):
            words += [option.flag] if option.kind is bool else [option.flag, str(value)]
    return shlex.join(words)
