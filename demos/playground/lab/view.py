"""What is seen of a network while it trains: its fit, its losses, its masks and its weights.

Looking changes nothing: the network is in its old mode afterwards, and the default generator where it was.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

import minigrad as mg
from minigrad import nn

FIT = 101  # points of a drawn fit
SAMPLES, SAMPLED_FIT, SAMPLED_SIDE = 30, 41, 15
SIDE = 33  # of the grid under a decision boundary
BINS = 31
NAMES = ("net", "x", "y")

Picture = dict[str, Any]


class View:
    """Looks at the network of a program, by the names that the program gives: net, x, y, x_test, y_test, loss_func.

    Args:
        names: what the program has assigned so far; it grows while the program runs.
    """

    def __init__(self, names: Mapping[str, Any]) -> None:
        self._names = names
        self._net: nn.Module | None = None
        self._handles: list[Any] = []
        self._passes: dict[int, tuple[Any, Any]] = {}  # of every dropout: input and output of its last training pass
        self._reach: dict[str, float] = {}  # of every weight: the largest magnitude so far, so that axes stand still

    @property
    def missing(self) -> list[str]:
        """Names that the picture needs and the program has not given."""
        return [name for name in NAMES if not isinstance(self._names.get(name), (mg.Tensor, nn.Module))]

    @property
    def ready(self) -> bool:
        """Whether there is something to look at."""
        if self.missing:
            return False
        net = self._names["net"]
        if net is not self._net:
            self._watch(net)
        return True

    def _watch(self, net: nn.Module) -> None:
        for handle in self._handles:
            handle.remove()
        self._net = net
        self._passes, self._reach = {}, {}
        self._handles = [layer.register_forward_hook(self._note(i)) for i, layer in enumerate(dropouts(net))]

    def _note(self, i: int) -> Any:
        def note(module: nn.Module, inputs: tuple[Any, ...], output: Any) -> None:
            if module.training and mg.is_grad_enabled():  # a pass of the program, not a look
                self._passes[i] = (inputs[0], output)

        return note

    # ---- what is seen ------------------------------------------------------------------------------------------------

    def losses(self) -> tuple[float | None, float | None]:
        """Return the loss on the training data and on the test data, both without dropout."""
        net, loss = self._names["net"], self._loss
        with looking(net):
            pairs = [(self._names.get("x" + end), self._names.get("y" + end)) for end in ("", "_test")]
            return tuple(None if x is None or y is None else finite(loss(net(x), y).item()) for x, y in pairs)  # type: ignore[return-value]

    @property
    def _loss(self) -> Any:
        return self._names.get("loss_func") or (nn.CrossEntropyLoss() if self._classes else nn.MSELoss())

    @property
    def _classes(self) -> bool:
        return not self._names["y"].is_floating_point()

    def data(self) -> Picture:
        """Return the points, and the window that they are drawn in."""
        x, y = self._names["x"].detach().numpy(), self._names["y"].detach().numpy()
        test = [self._names.get(name) for name in ("x_test", "y_test")]
        kind = "classes" if self._classes and x.shape[1:] == (2,) else "fit" if x.shape[1:] == (1,) else "other"
        if kind == "other":
            return {"kind": kind}
        pairs = zip(test, (x, y), strict=True)
        x_test, y_test = (array if value is None else value.detach().numpy() for value, array in pairs)
        self._low, self._high = window(np.concatenate([x, x_test]))
        return {
            "kind": kind,
            "x": numbers(x),
            "y": numbers(y),
            "x_test": numbers(x_test) if test[0] is not None else [],
            "y_test": numbers(y_test) if test[1] is not None else [],
            "low": numbers(self._low),
            "high": numbers(self._high),
        }

    def fit(self, kind: str) -> Picture:
        """Return the fit on a line of inputs, or the probability of class 1 on a grid of them."""
        net = self._names["net"]
        with looking(net):
            if kind == "fit":
                return {"fit": numbers(net(self._line(FIT)))}
            if kind == "classes":
                return {"grid": numbers(net(self._grid(SIDE)).softmax(1)[:, 1], 3)}
        return {}

    def samples(self, kind: str) -> Picture:
        """Return 30 passes of the network in training mode: what its dropouts make of one input."""
        net = self._names["net"]
        with looking(net, dropping=True):
            if kind == "fit":
                line = self._line(SAMPLED_FIT)
                return {"samples": numbers(net(line.repeat(SAMPLES, 1)).reshape(SAMPLES, -1))}
            if kind == "classes":
                grid = self._grid(SAMPLED_SIDE)
                votes = net(grid.repeat(SAMPLES, 1)).argmax(1).reshape(SAMPLES, -1)
                return {"votes": numbers(votes.float().mean(0), 3)}
        return {}

    def _line(self, count: int) -> mg.Tensor:
        return mg.linspace(float(self._low[0]), float(self._high[0]), count).unsqueeze(1)

    def _grid(self, side: int) -> mg.Tensor:
        """Return the points of a grid, row by row from the top."""
        corners = zip(self._low, self._high, strict=True)
        across, up = (np.linspace(low, high, side, dtype=np.float32) for low, high in corners)
        columns, rows = np.meshgrid(across, up[::-1])
        return mg.from_numpy(np.stack([columns.ravel(), rows.ravel()], 1))

    def masks(self) -> list[Picture]:
        """Return what every dropout did in the last training pass: a row for each sample, a letter for each unit.

        "1" is kept, "0" is dropped, "-" was 0 before, so that nothing can be seen of its mask.
        """
        found = []
        for i in sorted(self._passes):
            given, kept = (np.atleast_2d(tensor.detach().numpy()) for tensor in self._passes[i])
            if given.shape != kept.shape or given.ndim != 2:
                continue
            letters = np.where(given == 0, "-", np.where(kept == 0, "0", "1"))
            seen = given != 0
            share = float((kept[seen] == 0).mean()) if seen.any() else 0.0
            found.append({"rows": ["".join(row) for row in letters], "dropped": round(share, 4)})
        return found

    def weights(self) -> list[Picture]:
        """Return a histogram of the weights of every layer, over ±reach, and how large they are on the whole."""
        found = []
        for name, weight in self._names["net"].named_parameters():
            values = weight.detach().numpy()
            if values.ndim < 2 or not np.isfinite(values).all():
                continue
            largest = float(np.abs(values).max(initial=0))
            reach = self._reach[name] = max(self._reach.get(name, 0.0), 2.0 ** math.ceil(math.log2(largest or 1)))
            counts, _ = np.histogram(values, BINS, (-reach, reach))
            found.append({
                "name": name,
                "reach": reach,
                "counts": counts.tolist(),
                "size": number(float(np.sqrt(np.mean(np.square(values, dtype=np.float64))))),
                "near_zero": number(float((np.abs(values) < 0.01).mean())),
            })  # fmt: skip
        return found


def dropouts(net: nn.Module) -> list[nn.Module]:
    """Return the layers that drop something, the reader's own among them, by their names."""
    return [module for module in net.modules() if "dropout" in type(module).__name__.lower()]


@contextmanager
def looking(net: nn.Module, dropping: bool = False) -> Iterator[None]:
    """Put a network into evaluation, its dropouts if wanted into training, and leave everything as it was.

    The dropouts alone: a batch normalization in training would learn from what is only looked at.
    """
    modes = [(module, module.training) for module in net.modules()]
    state = mg.get_rng_state()
    net.eval()
    for module in dropouts(net) if dropping else ():
        module.training = True
    try:
        with mg.no_grad():
            yield
    finally:
        for module, mode in modes:
            module.training = mode
        mg.set_rng_state(state)


def window(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the corners of what is drawn: the points, and a tenth beside them."""
    low, high = points.min(0), points.max(0)
    margin = 0.1 * np.maximum(high - low, 0.5)
    return low - margin, high + margin


# ---- numbers for a message -------------------------------------------------------------------------------------------


def numbers(values: Any, digits: int = 4) -> list[Any]:
    """Return an array as lists, rounded, with None in the place of what is not finite."""
    array = values.detach().numpy() if isinstance(values, mg.Tensor) else np.asarray(values)
    if array.dtype.kind != "f":
        return array.tolist()
    rounded = np.round(array.astype(np.float64), digits)
    if np.isfinite(rounded).all():
        return rounded.tolist()
    return np.where(np.isfinite(rounded), rounded, None).tolist()


def number(value: float, digits: int = 4) -> float | None:
    """Return a number to some significant digits; None for what is not finite."""
    return float(f"{value:.{digits}g}") if math.isfinite(value) else None


def finite(value: float) -> float | None:
    """Return a number, or None for what is not finite, which JSON cannot say."""
    return value if math.isfinite(value) else None
