"""Lists and dictionaries of modules and of parameters, beside Python's own."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, strategies as st

import minigrad
from minigrad import nn

ROWS = [nn.Sequential, nn.ModuleList]


def row_of(kind: Any, modules: list[nn.Module]) -> Any:
    return nn.Sequential(*modules) if kind is nn.Sequential else nn.ModuleList(modules)


@st.composite
def edits(draw: Any) -> list[tuple[Any, ...]]:
    """Draw what is done to a list, with positions as parts of its length, so that they exist."""
    part = st.floats(0, 1)
    places = {"append": [], "insert": [part], "set": [part], "delete": [part], "pop": [part], "cut": [part, part]}
    steps = st.sampled_from(sorted(places)).flatmap(lambda name: st.tuples(st.just(name), *places[name]))
    return draw(st.lists(steps, max_size=12))


def edit(target: Any, name: str, places: list[int], fresh: nn.Module) -> None:
    """Do to a list or to a row what the name says."""
    if name == "append":
        target.append(fresh)
    elif name == "insert":
        target.insert(places[0], fresh)
    elif name == "set":
        target[places[0]] = fresh
    elif name == "delete":
        del target[places[0]]
    elif name == "pop":
        target.pop(places[0])
    else:
        del target[slice(*sorted(places))]


@pytest.mark.parametrize("kind", ROWS)
@given(edits())
def test_a_row_is_edited_as_a_list_is(kind: Any, steps: list[tuple[Any, ...]]) -> None:
    expected: list[nn.Module] = [nn.Linear(1, 1), nn.ReLU()]
    row = row_of(kind, expected)
    for name, *parts in steps:
        length = len(expected) + (name in ("insert", "cut"))
        if not length and name != "append":
            continue
        places = [min(int(part * length), length - 1) for part in parts]
        fresh = nn.Linear(1, 1)
        edit(expected, name, places, fresh)
        edit(row, name, places, fresh)
        assert list(row) == expected
        assert list(row._modules) == [str(i) for i in range(len(expected))]
    assert len(row) == len(expected)
    assert [row[i] for i in range(-len(expected), 0)] == expected


@pytest.mark.parametrize("kind", ROWS)
def test_a_row_is_extended_by_itself(kind: Any) -> None:
    row = row_of(kind, [nn.ReLU(), nn.Tanh()])
    row.extend(row)
    assert [type(module).__name__ for module in row] == ["ReLU", "Tanh"] * 2


@pytest.mark.parametrize("kind", ROWS)
def test_a_refused_module_leaves_no_trace(kind: Any) -> None:
    row = row_of(kind, [nn.ReLU()])
    with pytest.raises(TypeError, match="3 is not a Module"):
        row.append(3)
    assert len(row) == 1


def test_what_is_put_into_a_list_trains() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = nn.ModuleList(nn.Linear(2, 2) for _ in range(3))
            self.heads = nn.ModuleDict({"a": nn.Linear(2, 1)})
            self.scales = nn.ParameterList([minigrad.ones(2)])
            self.shifts = nn.ParameterDict({"b": minigrad.zeros(1)})

        def forward(self, x: Any) -> Any:
            for layer in self.layers:
                x = layer(x)
            return self.heads["a"](x * self.scales[0]) + self.shifts["b"]

    net = Net()
    net(minigrad.ones(4, 2)).sum().backward()
    names = [name for name, p in net.named_parameters() if p.grad is not None]
    assert names == [
        "layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias", "layers.2.weight", "layers.2.bias",
        "heads.a.weight", "heads.a.bias", "scales.0", "shifts.b",
    ]  # fmt: skip
    assert list(net.state_dict()) == names


def test_equal_neighbours_are_printed_once() -> None:
    layers = nn.ModuleList([nn.ReLU(), nn.ReLU(), nn.Tanh(), nn.Sequential(nn.ReLU()), nn.Sequential(nn.ReLU())])
    assert repr(layers) == (
        "ModuleList(\n  (0-1): 2 x ReLU()\n  (2): Tanh()\n  (3-4): 2 x Sequential(\n    (0): ReLU()\n  )\n)"
    )


keys = st.text("abcde", min_size=1, max_size=2)


@given(st.lists(st.tuples(st.sampled_from(["set", "pop", "default"]), keys), max_size=15))
def test_a_dictionary_of_parameters_is_edited_as_a_dictionary_is(steps: list[tuple[str, str]]) -> None:
    expected: dict[str, Any] = {}
    parameters = nn.ParameterDict()
    for name, key in steps:
        value = nn.Parameter(minigrad.zeros(1))
        if name == "set":
            expected[key] = parameters[key] = value
        elif name == "default":
            assert expected.setdefault(key, value) is parameters.setdefault(key, value)
        elif key in expected:
            assert expected.pop(key) is parameters.pop(key)
    assert list(parameters) == list(expected)
    assert {id(p) for p in parameters.values()} == {id(p) for p in expected.values()}
    assert {name for name, _ in parameters.named_parameters()} == set(expected)


def test_a_copied_container_holds_copies() -> None:
    for container in (nn.ParameterList([minigrad.ones(1)]), nn.ParameterDict({"a": minigrad.ones(1)})):
        twin = copy.deepcopy(container)
        next(iter(container.parameters())).data.zero_()
        assert [p.tolist() for p in twin.parameters()] == [[1.0]]


def test_an_iterator_may_fill_a_list() -> None:
    def layers() -> Iterator[nn.Module]:
        yield nn.ReLU()
        yield nn.Tanh()

    assert len(nn.ModuleList(layers())) == 2
    assert len(nn.ModuleDict(zip("ab", layers(), strict=True))) == 2
