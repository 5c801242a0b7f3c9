"""What can be chosen: one dataclass, and for each of its fields the control that the page shows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal

Place = Literal["before", "after", "input", "last"]
Point = tuple[float, ...]  # (x, y) of a curve, (x1, x2, class) of two classes

LINES = ("line", "curve")
CLASSES = ("moons", "circles", "spirals")
OPTIMIZERS = ("SGD", "Momentum", "RMSprop", "Adam", "AdamW")


@dataclass(frozen=True)
class Setting:
    """One choice of everything.

    Attributes:
        data: which points: "line" and "curve" are fitted, "moons", "circles" and "spirals" are two classes.
        points, noise: how many, and the standard deviation of what is added to them.
        added: points that the reader clicked.
        seed: of the data, the first weights and the masks.
        width, depth: of the hidden layers.
        p, place: of the dropout, and where it stands: "before" or "after" every activation, on the "input" alone, or
            behind the "last" hidden layer alone.
        optimizer, lr: "Momentum" is SGD with momentum 0.9.
        weight_decay: of the optimizer: L2 in the gradient, or decoupled where it is AdamW.
        l1: the factor of Σ|w| in the loss.
        max_norm: the bound on every unit's incoming weights; 0 for none.
        steps: how many are trained.
    """

    data: str = "line"
    points: int = 20
    noise: float = 0.3
    seed: int = 1
    width: int = 64
    depth: int = 2
    p: float = 0.5
    place: Place = "before"
    optimizer: str = "Adam"
    lr: float = 0.01
    weight_decay: float = 0.0
    l1: float = 0.0
    max_norm: float = 0.0
    steps: int = 500
    added: tuple[Point, ...] = ()

    @property
    def two_classes(self) -> bool:
        """Whether points are classified, not fitted."""
        return self.data in CLASSES


@dataclass(frozen=True)
class Control:
    """How a field is chosen.

    Attributes:
        field: of the setting.
        group: where the page shows it.
        choices: for a list.
        low, high, step: for a slider; the step of a logarithmic one is a factor.
        logarithmic: whether it multiplies; a low of 0 then is a place of its own, left of `least`.
        least: the smallest value above 0 of a logarithmic slider.
    """

    field: str
    group: str
    choices: tuple[str, ...] = ()
    low: float = 0
    high: float = 0
    step: float = 0
    logarithmic: bool = False
    least: float = 0


CONTROLS = (
    Control("data", "data", (*LINES, *CLASSES)),
    Control("points", "data", low=4, high=200, step=2),
    Control("noise", "data", low=0, high=1, step=0.05),
    Control("seed", "data", low=0, high=999, step=1),
    Control("p", "cure", low=0, high=0.95, step=0.05),
    Control("place", "cure", ("before", "after", "input", "last")),
    Control("weight_decay", "cure", low=0, high=1, least=1e-5, logarithmic=True),
    Control("l1", "cure", low=0, high=0.1, least=1e-5, logarithmic=True),
    Control("max_norm", "cure", low=0, high=5, step=0.25),
    Control("width", "network", low=2, high=128, step=2),
    Control("depth", "network", low=1, high=4, step=1),
    Control("optimizer", "training", OPTIMIZERS),
    Control("lr", "training", low=1e-4, high=1, least=1e-4, logarithmic=True),
    Control("steps", "training", low=100, high=3000, step=100),
)


def setting_from(chosen: Mapping[str, Any]) -> Setting:
    """Return a setting with some fields chosen; each is checked, since a link may hold anything.

    Raises:
        ValueError: a field is unknown, or its value is none that its control can take.
    """
    names = {field.name for field in fields(Setting)}
    if unknown := sorted(set(chosen) - names):
        raise ValueError(f"there is no field {unknown[0]!r}")
    values = dict(chosen)
    for control in CONTROLS:
        if control.field in values:
            values[control.field] = _checked(control, values[control.field])
    setting = replace(Setting(), **values)
    return replace(setting, added=tuple(_point(setting, point) for point in setting.added))


def as_dict(setting: Setting) -> dict[str, Any]:
    """Return the fields by name."""
    return asdict(setting)


def _checked(control: Control, value: Any) -> Any:
    if control.choices:
        if value not in control.choices:
            raise ValueError(f"{control.field} must be one of {', '.join(control.choices)}, got {value!r}")
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not control.low <= value <= control.high:
        raise ValueError(f"{control.field} must lie in [{control.low:g}, {control.high:g}], got {value!r}")
    default = getattr(Setting, control.field)
    if isinstance(default, int):
        if value != int(value):
            raise ValueError(f"{control.field} must be a whole number, got {value!r}")
        return int(value)
    return float(value)


def _point(setting: Setting, point: Any) -> Point:
    size = 3 if setting.two_classes else 2
    numbers = tuple(float(value) for value in point)
    if len(numbers) != size or not all(map(math.isfinite, numbers)):
        raise ValueError(f"a point of {setting.data} is {size} numbers, got {point!r}")
    if setting.two_classes and numbers[2] not in (0, 1):
        raise ValueError(f"a class is 0 or 1, got {point[2]!r}")
    return numbers
