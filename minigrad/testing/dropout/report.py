"""What the kit found: a verdict and its evidence per invariant."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..report import WIDTH, Report, table_row
from .plan import Case

MEANINGS = {
    "value": "What is no 0 and no x·s is no dropout: noise of another kind enters the network.",
    "scale": "Activations are larger or smaller in training than in evaluation; every later layer sees a shift.",
    "rate": "The network is regularized more or less than p says; a search over p searches something else.",
    "uniform": "Some units or some calls are regularized more than others.",
    "mean": "E[y] is not x: the network trains on activations that evaluation never shows it.",
    "variance": "The noise, and with it the strength of the regularization, is not the one that p stands for.",
    "eval": "Predictions are wrong or change from call to call, and validation losses with them.",
    "edge_p": "Switching dropout off (p = 0) or everything off (p = 1) gives wrong numbers.",
    "bad_p": "A typing error in p trains a wrong network instead of stopping at once.",
    "gradient": "Weights move along a gradient that is not the loss's.",
    "gradcheck": "The backward pass is not the derivative of the forward pass.",
    "linear": "What is dropped depends on the activations: the noise is biased.",
    "fresh": "The same units are dropped again and again: a thinned network is trained, no ensemble.",
    "independent": "Units drop out together or in turn: fewer thinned networks are averaged than p stands for.",
    "seed": "An experiment cannot be repeated, or disturbs and is disturbed by others' random numbers.",
    "dtype": "Memory doubles, mixed precision breaks, or an unusual batch stops the training.",
    "precision": "In half precision another p is in force than in single precision.",
    "pure": "Data or activations that others still need are overwritten.",
    "modes": "After a validation the training goes on without dropout, or a validation runs with it.",
    "compose": "Two dropouts in a row do not thin the network as (1-p)(1-q) says.",
    "channel": "Whole channels are not dropped as units, and neighbouring pixels fill in for the dropped ones.",
}


class Broken(Exception):
    """An invariant does not hold; the text is the evidence, the case, if there is one, shows it."""

    case: Case | None = None


class WrongShape(Broken):
    """An output has not the shape of its input, so that nothing else can be read off it."""


class Remarked(Exception):
    """An invariant holds, in a manner that a user should know of; the text says which."""


class NothingToExamine(Exception):
    """The subject could not be run, or is no dropout; the text says why, the cause is the original error."""


class Skipped(Exception):
    """An invariant could not be examined; the text is the reason."""


@dataclass(frozen=True)
class DropoutReport(Report):
    """The verdicts on one dropout; `str(report)` is a table.

    Attributes:
        subject: what was examined.
        results: one per invariant, in the order of the specification.
        false_alarm: the chance that a right dropout is called broken anywhere in this report.
        power: the smallest deviation that each statistical check notices with probability `wanted_power`.
        notes: what else was seen.
        wanted_power: 0.999 unless asked for otherwise.
    """

    false_alarm: float
    power: dict[str, str]
    notes: Sequence[str] = ()
    wanted_power: float = 0.999

    def as_dict(self) -> dict[str, Any]:
        """Return all of it as plain dicts and lists."""
        return {
            **super().as_dict(),
            "false_alarm": self.false_alarm,
            "power": dict(self.power),
            "notes": list(self.notes),
        }

    def __str__(self) -> str:
        lines = [
            super().__str__(),
            "",
            f"A right dropout is called broken with probability at most {self.false_alarm:g}, all checks together.",
            f"Noticed with probability {self.wanted_power:g}:",
            *(line for id, effect in self.power.items() for line in table_row(id, "", effect)),
        ]
        if self.notes:
            lines += ["", *(line for note in self.notes for line in textwrap.wrap(f"Note: {note}", WIDTH))]
        return "\n".join(lines)
