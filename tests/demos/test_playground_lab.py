"""The Python of the playground's Worker, natively: programs in steps, what is seen of them, the other rooms."""

from __future__ import annotations

import json
import math

from lab.statistics import interval as exact_interval, t_quantile

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import minigrad as torch
from demos.playground.experiments import EXPERIMENTS
from demos.playground.lab.bench import Bench
from demos.playground.lab.clinic import examine
from demos.playground.lab.dropouts import LAYER, MISTAKES, RIGHT
from demos.playground.lab.one_step import LR, one_step
from demos.playground.lab.program import NoSeed, Program
from demos.playground.lab.script import script
from demos.playground.lab.setting import CONTROLS, Setting, setting_from
from demos.playground.lab.study import SEEDS, T_95, Study, interval, paired
from demos.playground.lab.view import View


def finished(program: Program) -> Program:
    while program.advance():
        pass
    return program


# ---- programs ------------------------------------------------------------------------------------------------------

PROGRAMS = [
    "x = 1",
    "",
    "# nothing\n",
    "'''a docstring'''\nprint(__name__)",
    "from __future__ import annotations\nfrom math import *\nx: int = 3\ny: float\nprint(pi, x)",
    "total = 0\nfor i in range(3):\n    for j in range(2):\n        total += i * j\nelse:\n    print(total)",
    "n = 5\nwhile n:\n    n -= 1\n    if n == 2:\n        continue\n    print(n)",
    "def f(n):\n    for i in range(n):\n        yield i\nprint(list(f(3)), [i for i in range(2)])",
    "class A:\n    k = [i for i in range(3)]\n    def g(self):\n        return x\nx = 2\nprint(A().g(), A.k)",
    "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    print(e)\nfinally:\n    done = True",
    "import os.path as p, io\nwith io.StringIO('a') as f:\n    print(f.read())",
    "if (n := 3) > 2 and [last := k for k in range(3)]:\n    print(n, last)",
    "match [1, 2, 3]:\n    case [first, *rest]:\n        print(rest)\n    case {'k': v, **others}:\n        pass",
    "a, (b, *c) = 1, (2, 3, 4)\ndel a\nprint(b, c, 'a' in globals())",
    "f = lambda v: v + k\nk = 1\nprint(f(2))",
]


def _own(names: dict) -> set[str]:
    return {name for name in names if not name.startswith("__")}


@pytest.mark.parametrize("source", PROGRAMS)
def test_a_program_in_steps_means_what_it_means_at_once(source, capsys):
    program = finished(Program(source))
    assert program.mistake is None
    names: dict = {"__name__": "__main__"}
    exec(compile(source, "<script>", "exec"), names)
    assert program.output.getvalue() == capsys.readouterr().out
    assert _own(program.names) == _own(names)


@given(st.integers(0, 4), st.integers(0, 4))
def test_it_stops_at_every_turn_of_an_innermost_loop(outer, inner):
    program = Program(f"n = 0\nfor i in range({outer}):\n    for j in range({inner}):\n        n += 1")
    turns = 0
    while program.advance():
        turns += 1
        assert program.names["n"] == turns - 1  # at the head of a turn
    assert (turns, program.names["n"]) == (outer * inner, outer * inner)


@pytest.mark.parametrize(
    ("source", "line", "text"),
    [
        ("x = 1\nx = = 2", 2, "SyntaxError"),
        ("return 3", 1, "SyntaxError"),
        ("x = 1\n\nfor i in range(3):\n    y = 1 / (i - 1)", 4, "ZeroDivisionError"),
        ("def f():\n    raise KeyError('k')\nf()", 2, "KeyError"),
        ("import sys\nsys.exit('enough')", 2, "SystemExit"),
        ("import minigrad as torch\ntorch.ones(2) @ torch.ones(3)", 2, "RuntimeError"),
        ("x = '\0'", None, "null"),
    ],
)
def test_a_mistake_names_its_line(source, line, text):
    program = finished(Program(source))
    assert program.done
    assert program.mistake.line == line
    assert text in program.mistake.text or text in program.mistake.traceback
    assert "demos/playground" not in program.mistake.traceback


def test_another_seed_takes_the_place_of_the_program_s_own():
    source = "import minigrad as torch\nseed = 5\ntorch.manual_seed(seed)\nx = torch.rand(3)"
    assert (
        finished(Program(source, seed=7)).names["x"].tolist()
        == torch.rand(3, generator=torch.Generator().manual_seed(7)).tolist()
    )
    with pytest.raises(NoSeed):
        Program("x = 1", seed=7)


# ---- settings ------------------------------------------------------------------------------------------------------

OTHERS = {
    "data": "spirals", "points": 30, "noise": 0.1, "seed": 5, "p": 0.25, "place": "after", "weight_decay": 0.02,
    "l1": 0.003, "max_norm": 1.5, "width": 10, "depth": 3, "optimizer": "RMSprop", "lr": 0.005, "steps": 200,
}  # fmt: skip


def test_every_control_changes_the_program():
    assert {control.field for control in CONTROLS} == OTHERS.keys()
    for field, value in OTHERS.items():
        assert script(setting_from({field: value})) != script(Setting()), field


@given(
    st.sampled_from(["line", "curve", "moons", "circles", "spirals"]),
    st.sampled_from(["before", "after", "input", "last"]),
    st.sampled_from(["SGD", "Momentum", "RMSprop", "Adam", "AdamW"]),
    st.integers(1, 4),
    st.sampled_from([{}, {"l1": 0.01}, {"max_norm": 0.5}, {"weight_decay": 0.1}, {"p": 0.0}]),
    st.integers(0, 3),
)
@settings(max_examples=15)
def test_every_setting_is_a_program_that_runs(data, place, optimizer, depth, more, added):
    point = (0.5, 0.25) if data in ("line", "curve") else (0.5, 0.25, 1)
    setting = setting_from(
        {"data": data, "place": place, "optimizer": optimizer, "depth": depth, "width": 4, "points": 8, "steps": 100}
        | more
        | {"added": [point] * added}
    )
    program = finished(Program(script(setting)))
    assert program.mistake is None
    assert program.turns == 100
    assert len(program.names["x"]) == len(program.names["y"]) == 8 + added
    view = View(program.names)
    assert view.ready
    kind = view.data()["kind"]
    assert kind == ("fit" if data in ("line", "curve") else "classes")
    json.dumps([view.fit(kind), view.samples(kind), view.masks(), view.weights(), view.losses()], allow_nan=False)


@pytest.mark.parametrize(
    "wrong",
    [
        {"p": 1.5}, {"p": -0.1}, {"p": math.nan}, {"p": "0.5"}, {"p": True}, {"points": 20.5}, {"data": "squares"},
        {"depth": 0}, {"width": 10**9}, {"colour": 1}, {"added": [[1.0]]}, {"added": [[math.inf, 0.0]]},
        {"data": "moons", "added": [[0.0, 0.0, 2]]},
    ],
)  # fmt: skip
def test_what_no_control_can_choose_is_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong)) if "added" not in wrong else "point|class"):
        setting_from(wrong)


# ---- what is seen --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layers", ["nn.Dropout(0.5), nn.ReLU()", "nn.BatchNorm1d(8), nn.Dropout(0.3)"])
def test_looking_changes_nothing(layers):
    source = script(setting_from({"width": 8, "depth": 1, "steps": 100})).replace("nn.Dropout(0.5), nn.ReLU()", layers)
    unseen = finished(Program(source))
    program = Program(source)
    view = View(program.names)
    while program.advance():
        if view.ready and program.turns % 9 == 0:
            view.data()
            view.losses(), view.fit("fit"), view.samples("fit"), view.masks(), view.weights()
    ours, theirs = program.names["net"].state_dict(), unseen.names["net"].state_dict()
    for name in theirs:
        assert np.array_equal(ours[name].numpy(), theirs[name].numpy()), name
    assert program.output.getvalue() == unseen.output.getvalue()


def test_masks_are_those_of_the_last_training_pass():
    source = script(setting_from({"width": 8, "depth": 1, "points": 6, "steps": 100}))
    source = source.replace(
        "    loss = loss_func(net(x), y)", "    h = net[0](x)\n    loss = loss_func(net(x), y)"
    )
    program = Program(source)
    view = View(program.names)
    program.advance()
    assert view.ready
    assert view.masks() == []
    for _ in range(4):
        program.advance()
        [mask] = view.masks()
        assert len(mask["rows"]) == 6
        assert {len(row) for row in mask["rows"]} == {8}
        assert set("".join(mask["rows"])) <= {"0", "1"}
        assert mask["dropped"] == pytest.approx("".join(mask["rows"]).count("0") / 48, abs=1e-4)


def test_samples_are_passes_with_the_dropouts_on():
    program = finished(Program(script(setting_from({"steps": 100}))))
    view = View(program.names)
    assert view.ready
    view.data()
    samples = np.array(view.samples("fit")["samples"])
    assert samples.shape[0] == 30
    assert (samples.std(0) > 0).all()


def test_a_network_that_diverges_is_shown_without_nan():
    posted: list = []
    bench = Bench(posted.append)
    bench.handle({"type": "load", "lane": "a", "setting": {"optimizer": "SGD", "lr": 1.0, "steps": 100, "noise": 1.0}})
    bench.handle({"type": "play"})
    while bench.busy:
        bench.work(0.05)
    json.dumps(posted, allow_nan=False)
    frame = next(message for message in reversed(posted) if message["type"] == "frame")
    assert frame["done"]
    assert frame["losses"][-1][1] is None or frame["losses"][-1][1] >= 0


def test_what_runs_in_turns_draws_its_own_random_numbers():
    posted: list = []
    bench = Bench(posted.append)
    settings_of = {"a": {"steps": 100, "width": 8}, "b": {"steps": 100, "width": 8, "p": 0.3, "data": "moons"}}
    for lane, setting in settings_of.items():
        bench.handle({"type": "load", "lane": lane, "setting": setting})
    for _ in range(7):
        bench.handle({"type": "step"})
        bench.handle({"type": "one_step", "seed": 1, "mask_seed": 2, "p": 0.5})
    bench.handle({"type": "play"})
    while bench.busy:
        bench.work(0.01)
    for lane, setting in settings_of.items():
        alone = finished(Program(script(setting_from(setting))))
        assert bench.lanes[lane].program.output.getvalue() == alone.output.getvalue()
        ours, theirs = (each.names["net"].state_dict() for each in (bench.lanes[lane].program, alone))
        assert all(np.array_equal(ours[name].numpy(), theirs[name].numpy()) for name in theirs)


# ---- twelve seeds --------------------------------------------------------------------------------------------------


def studied(**setting) -> Study:
    study = Study(script(setting_from({"width": 8, "steps": 100} | setting)))
    while study.advance():
        pass
    return study


def test_a_study_is_the_program_run_with_seeds_one_to_twelve():
    study = studied()
    expected = []
    for seed in range(1, SEEDS + 1):
        program = finished(Program(script(setting_from({"width": 8, "steps": 100, "seed": seed}))))
        expected.append(View(program.names))
        assert expected[-1].ready
    assert study.losses == [view.losses() for view in expected]
    assert study.done
    assert paired(study, study) == {"train": [0.0, 0.0], "test": [0.0, 0.0]}


def test_intervals_are_student_s():
    assert pytest.approx(t_quantile(SEEDS - 1), abs=1e-4) == T_95
    sample = list(np.linspace(0, 1, SEEDS) ** 2)
    assert interval(sample) == pytest.approx(list(exact_interval(sample)), rel=1e-4)
    assert interval(sample[:-1]) is None
    assert interval([*sample[:-1], None]) is None


@pytest.mark.parametrize(
    ("source", "problem"),
    [("x = 1", "no_seed"), ("seed = 1", "missing"), ("seed = 1\n1 / 0", "ZeroDivisionError: division by zero")],
)
def test_a_study_says_why_it_cannot_go_on(source, problem):
    study = Study(source)
    while study.advance():
        pass
    assert (study.problem, study.done) == (problem, True)


def test_the_experiments_are_settings():
    for experiment in EXPERIMENTS:
        both = experiment.as_dict()
        assert both["a"] != both["b"]
        setting_from(both["a"]), setting_from(both["b"])


# ---- the clinic ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", RIGHT)
def test_right_dropouts_are_healthy(name):
    seen = []
    report = examine(RIGHT[name], False, seen.append)
    assert report["broken"] == []
    assert len(seen) == 21


@pytest.mark.slow
@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_every_mistake_is_one_line_and_breaks_what_the_quiz_says(mistake):
    right, wrong = LAYER.splitlines(), mistake.source.splitlines()
    assert LAYER.count(mistake.right) == 1
    assert len([line for line in right if line not in wrong]) == 1
    report = examine(mistake.source, False, lambda result: None)
    assert set(report["broken"]) == {mistake.breaks, *mistake.follows}


@pytest.mark.parametrize(
    ("source", "line", "text"),
    [
        ("x = 1", None, "defines no class"),
        ("class A:\n    def forward(self, x, training)\n        return x", 2, "SyntaxError"),
        ("import numpy as np\n1 / 0", 2, "ZeroDivisionError"),
        (LAYER.replace("return x * self.m\n", "return y\n"), 20, "NameError"),
    ],
)
def test_what_cannot_be_examined_says_why(source, line, text):
    mistake = examine(source, False, lambda result: None)["mistake"]
    assert (mistake["line"], text in mistake["text"] or text in mistake["traceback"]) == (line, True)


# ---- one step ------------------------------------------------------------------------------------------------------


@given(st.integers(0, 100), st.integers(0, 100), st.sampled_from([0.0, 0.3, 0.5, 0.9]))
@settings(max_examples=20)
def test_one_step_shows_the_chain_rule(seed, mask_seed, p):
    graph = one_step(seed, mask_seed, p)
    json.dumps(graph, allow_nan=False)
    places = graph["places"]
    operations = [place["name"] for place in places if place["kind"] == "op"]
    assert operations in (["linear", "mul", "relu", "linear", "mse"], ["linear", "relu", "linear", "mse"])
    for i, place in enumerate(places):
        assert all(j < i for j in place["inputs"])
        assert (place["grad"] is None) == (place["kind"] in ("data", "mask"))
    for update in graph["updates"]:
        before, grad, after = (np.array(update[key]) for key in ("before", "grad", "after"))
        assert np.abs(before - LR * grad - after).max() < 2e-4  # each is rounded to four digits
    masks = [place for place in places if place["kind"] == "mask"]
    for mask in masks:
        dropped = np.array(mask["value"])[0] == 0
        w1 = next(update for update in graph["updates"] if update["name"] == "W1")
        assert (np.array(w1["grad"])[dropped] == 0).all()


def test_a_new_mask_leaves_the_network_alone():
    first, second = one_step(1, 3, 0.5), one_step(1, 4, 0.5)
    leaves = [[p["value"] for p in graph["places"] if p["kind"] in ("data", "weight")] for graph in (first, second)]
    assert leaves[0] == leaves[1]
