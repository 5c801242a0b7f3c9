"""What a public name tells of itself: every argument by its name, and an example, which the suite runs as a doctest."""

import inspect
import re

import pytest

import minigrad
from minigrad import autograd, linalg, nn, optim
from minigrad.nn import functional as F, init
from minigrad.optim import lr_scheduler
from minigrad.utils import data


def methods(cls, but=()):
    """Return the names of a class's public attributes, but for some."""
    return [name for name in dir(cls) if not name.startswith("_") and name not in but]


SEAMS = {
    "accumulate", "assign_grad", "conform", "edge", "finish", "guard", "node", "note_write", "refresh", "refusal",
    "root", "wrap",
}  # fmt: skip
"""What the core calls of a Tensor, and users do not."""

FOR_SUBCLASSES = {"blocks", "check_options", "get_lr", "move", "update"}
"""What optimizers and schedulers define; the examples of the base classes show it."""

OF_THE_CORE = {"eval", "forward"}
"""What Module has from the core, whose methods the docstrings of their classes tell of."""

LINALG = ["det", "inv", "lstsq", "matmul", "norm", "solve", "vector_norm"]
INIT = ["calculate_gain", *[name for name in vars(init) if name.endswith("_") and not name.startswith("_")]]

PLACES = {
    "minigrad": (minigrad, [name for name in minigrad.__all__ if name != "Labels"]),  # which is Python's str
    "Tensor": (minigrad.Tensor, methods(minigrad.Tensor, SEAMS)),
    "Generator": (minigrad.Generator, methods(minigrad.Generator)),
    "autograd": (autograd, [name for name in autograd.__all__ if name != "GradcheckError"]),  # which is only raised
    "autograd.functional": (autograd.functional, autograd.functional.__all__),
    "linalg": (linalg, LINALG),
    "nn": (nn, nn.__all__),
    "nn.Module": (nn.Module, methods(nn.Module, OF_THE_CORE)),
    "nn.functional": (F, F.__all__),
    "nn.init": (init, INIT),
    "optim": (optim, optim.__all__),
    "optim.Optimizer": (optim.Optimizer, methods(optim.Optimizer, FOR_SUBCLASSES)),
    "optim.lr_scheduler": (lr_scheduler, lr_scheduler.__all__),
    "optim.LRScheduler": (lr_scheduler.LRScheduler, methods(lr_scheduler.LRScheduler, FOR_SUBCLASSES)),
    "utils.data": (data, data.__all__),
}


def described(place):
    """Return by name what a place has that can be called."""
    owner, names = PLACES[place]
    values = {name: getattr(owner, name) for name in names}
    return {name: value for name, value in values.items() if callable(value) and not inspect.ismodule(value)}


def section(doc, title):
    """Return the lines of a section of a docstring, without those that go on from the line before."""
    found = re.search(rf"^{title}:\n(.*?)(?=\n\n|\Z)", inspect.cleandoc(doc), re.DOTALL | re.MULTILINE)
    return [] if found is None else [line.strip() for line in found[1].split("\n") if not line.startswith(" " * 5)]


def told_arguments(value):
    """Return the names that the docstring's Args tell of."""
    names = [line.partition(":")[0] for line in section(value.__doc__, "Args")]
    return {name.strip(" *") for line in names for name in line.split(",")}


def taken_arguments(value):
    """Return the names of what is given in a call."""
    names = inspect.signature(inspect.unwrap(value)).parameters
    return {name for name in names if name != "self" and not name.startswith("_")}


@pytest.mark.parametrize("place", PLACES)
def test_every_argument_is_told_of(place):
    values = described(place)
    missing = {name: taken_arguments(value) - told_arguments(value) for name, value in values.items()}
    assert {name: arguments for name, arguments in missing.items() if arguments} == {}


@pytest.mark.parametrize("place", PLACES)
def test_no_argument_is_told_of_that_there_is_not(place):
    options = {"device", "out", "requires_grad"}  # which a decorator adds to all functions that make tensors
    values = described(place)
    invented = {name: told_arguments(value) - taken_arguments(value) - options for name, value in values.items()}
    assert {name: found for name, found in invented.items() if any(not x.startswith("_") for x in found)} == {}


@pytest.mark.parametrize("place", PLACES)
def test_everything_has_an_example(place):
    examples = {name: section(value.__doc__, "Example") for name, value in described(place).items()}
    assert [name for name, lines in examples.items() if not lines or not lines[0].startswith(">>> ")] == []


@pytest.mark.parametrize("place", PLACES)
def test_a_section_stands_where_readers_look_for_it(place):
    order = ["Args", "Attributes", "Returns", "Raises", "Source", "Example"]
    for name, value in described(place).items():
        titles = re.findall(rf"^({'|'.join(order)}):\s", inspect.cleandoc(value.__doc__), re.MULTILINE)
        assert titles == sorted(titles, key=order.index), name


def test_an_in_place_method_shows_itself_rather_than_its_function():
    doc = inspect.cleandoc(minigrad.Tensor.exp_.__doc__)
    assert ">>> x.exp_()" in doc
    assert ">>> exp(" not in doc
    assert "generated/torch.Tensor.exp_.html" in doc
    assert any("leaf that requires a gradient" in line for line in section(doc, "Raises"))


@pytest.mark.parametrize("name", ["add_", "clamp_", "scatter_", "tril_"])
def test_an_in_place_method_tells_of_the_arguments_of_its_function(name):
    function = getattr(minigrad.Tensor, name.removesuffix("_"))
    assert section(getattr(minigrad.Tensor, name).__doc__, "Args") == section(function.__doc__, "Args") != []
