"""The five guided experiments: what is compared, what is asked, and what could be guessed.

Each compares setting A with setting B over twelve seeds, in the reader's browser; the words are in the catalogues.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from .lab.setting import as_dict, setting_from


@dataclass(frozen=True)
class Experiment:
    """One question.

    Attributes:
        name: in the catalogues, under "experiments".
        asks: which loss is guessed, "train" or "test".
        a, b: what the settings choose; the rest are the defaults.
    """

    name: str
    asks: Literal["train", "test"]
    a: dict[str, Any]
    b: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """Return it for the page, with both settings whole."""
        return asdict(self) | {key: as_dict(setting_from(getattr(self, key))) for key in ("a", "b")}


EXPERIMENTS = (
    Experiment("dropout", "test", {"p": 0.0}, {"p": 0.5}),
    Experiment("training", "train", {"p": 0.0}, {"p": 0.5}),
    Experiment("decay", "test", {"p": 0.0}, {"p": 0.0, "weight_decay": 0.01}),
    Experiment("more_data", "test", {"p": 0.0, "points": 200}, {"p": 0.5, "points": 200}),
    Experiment("too_much", "test", {"p": 0.5}, {"p": 0.95}),
)
