"""The contract for weight decay convicts each wrong optimizer of its own mistake, and no right one of any."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from weight_decay_zoo import RIGHT, ZOO, ArrayOptimizer, Mutant, adam, sgd

from minigrad import optim
from minigrad.testing.weight_decay import (
    MEANINGS,
    MinigradOptimizer,
    WeightDecayAdapter,
    WeightDecayContract,
    check_weight_decay,
)


@pytest.mark.parametrize("mutant", ZOO, ids=lambda mutant: mutant.name)
def test_a_wrong_optimizer_is_convicted_of_its_own_mistake(mutant: Mutant):
    report = check_weight_decay(mutant.adapter, kind=mutant.kind)
    assert report.broken == [mutant.breaks], str(report)


def test_the_zoo_breaks_every_invariant():
    assert {mutant.breaks for mutant in ZOO} == set(MEANINGS)


class DecaysTheFirstOfAGroup(optim.AdamW):
    def descend(self, params, t, group):
        super().descend(params[:1], t, group)
        if params[1:]:
            super().descend(params[1:], t, {**group, "weight_decay": 0.0})


def test_every_parameter_of_a_group_is_looked_at():
    report = check_weight_decay(MinigradOptimizer(DecaysTheFirstOfAGroup), kind="decoupled")
    assert "groups" in report.broken


@pytest.mark.parametrize(("kind", "adapter"), RIGHT)
def test_a_right_optimizer_is_acquitted(kind, adapter):
    report = check_weight_decay(adapter, kind=kind)
    assert report.ok, str(report)
    assert set(report.skipped) <= {"momentum"}


class Float32Optimizer(MinigradOptimizer):
    def _tensor(self, array: np.ndarray) -> Any:
        return super()._tensor(array.astype(np.float32))


@pytest.mark.parametrize("adapter_class", [MinigradOptimizer, Float32Optimizer])
@pytest.mark.parametrize(
    ("optimizer", "kind", "options"),
    [
        (optim.SGD, "l2", {}),
        (optim.SGD, "l2", {"dampening": 0.5}),
        (optim.Adam, "l2", {}),
        (optim.Adam, "l2", {"amsgrad": True, "betas": (0.5, 0.9)}),
        (optim.AdamW, "decoupled", {}),
        (optim.AdamW, "decoupled", {"amsgrad": True, "eps": 1e-2}),
    ],
)
def test_minigrads_optimizers_hold_every_promise(adapter_class, optimizer, kind, options):
    report = check_weight_decay(adapter_class(optimizer, **options), kind=kind)
    assert report.ok, str(report)
    assert report.skipped == ([] if optimizer is optim.SGD else ["momentum"])


def test_a_momentum_that_was_chosen_is_kept():
    report = check_weight_decay(MinigradOptimizer(optim.SGD, momentum=0.5, nesterov=True), kind="l2")
    assert report.ok, str(report)
    assert report.skipped == ["momentum"]


@pytest.mark.parametrize(
    ("optimizer", "wrong"), [(optim.SGD, "decoupled"), (optim.Adam, "decoupled"), (optim.AdamW, "l2")]
)
def test_a_false_claim_is_the_only_thing_wrong(optimizer, wrong):
    assert check_weight_decay(MinigradOptimizer(optimizer), kind=wrong).broken == ["kind"]


class Bare(WeightDecayAdapter):
    """An adapter of the two methods that are needed, which takes no None."""

    def build(self, params, lr, weight_decay):
        return ArrayOptimizer(adam, has_momentum=False).build(params, lr, weight_decay)

    def step(self, optimizer, grads):
        if any(g is None for g in grads):
            raise NotImplementedError
        return ArrayOptimizer(adam, has_momentum=False).step(optimizer, grads)


@pytest.mark.parametrize("strength", [0.3, 3.0, -3.0])
def test_an_odd_strength_is_told(strength):
    update = lambda slot, g: slot.theta - slot.lr * (g + strength * slot.decay * slot.theta)
    report = check_weight_decay(ArrayOptimizer(update, has_momentum=False), kind="l2")
    assert report.broken == (["sign", "strength"] if strength < 0 else ["strength"])
    assert f"the decay is {strength:.3g} times the right one" in str(report)


def test_what_an_adapter_lacks_is_skipped_with_the_reason():
    report = check_weight_decay(Bare(), kind="l2")
    assert report.ok
    assert {result.id: result.evidence for result in report.results if result.status == "skipped"} == {
        "no_gradient": "the adapter takes no gradient of None",
        "momentum": "the adapter names no option for momentum",
        "changed_lr": "the adapter has no set_lr",
        "groups": "the adapter has no build_groups",
    }


def test_what_rests_on_a_broken_invariant_is_skipped():
    mutant = next(mutant for mutant in ZOO if mutant.breaks == "acts")
    report = check_weight_decay(mutant.adapter, kind="l2")
    assert set(report.skipped) == set(MEANINGS) - {"none", "acts"}


def test_the_report_reads_as_a_table_and_as_json():
    report = check_weight_decay(MinigradOptimizer(optim.AdamW, eps=1e-6), kind="l2")
    title, _, *rows = str(report).splitlines()
    assert title == "MinigradOptimizer(minigrad.optim.AdamW, eps=1e-06) as l2: 10 held, 1 broken, 3 skipped"
    assert [row.split()[0] for row in rows if not row.startswith(" ")] == list(MEANINGS)
    assert "BROKEN" in next(row for row in rows if row.startswith("kind "))
    parsed = json.loads(report.to_json())
    assert not parsed["ok"]
    assert {result["id"]: result["status"] for result in parsed["results"]}["kind"] == "broken"


def test_known_failures_are_strict():
    assert check_weight_decay(MinigradOptimizer(optim.AdamW), kind="l2", known_failures=["kind"]).ok
    report = check_weight_decay(MinigradOptimizer(optim.AdamW), kind="l2", known_failures=["kind", "acts"])
    assert not report.ok
    assert (report["kind"].status, report["acts"].status) == ("known", "fixed")


def test_an_optimizer_that_climbs_decays_all_the_same():
    report = check_weight_decay(MinigradOptimizer(optim.SGD, maximize=True), kind="l2")
    assert report.ok, str(report)


def test_what_scales_with_the_weights_is_beyond_the_contract():
    def trust(slot, g):
        norm = np.linalg.norm(slot.theta) / np.linalg.norm(g) if g.any() else 0.0
        return slot.theta * (1 - slot.lr * slot.decay) - slot.lr * norm * g

    report = check_weight_decay(ArrayOptimizer(trust, has_momentum=False), kind="decoupled")
    assert report.ok, str(report)
    assert "beyond the contract" in report["kind"].evidence


class TestAdamWKeepsTheContract(WeightDecayContract):
    adapter = MinigradOptimizer(optim.AdamW)
    kind = "decoupled"


def test_the_command_prints_a_report():
    command = [sys.executable, "-m", "minigrad.testing.weight_decay", "minigrad.optim:AdamW"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "as decoupled: 13 held, 1 skipped" in done.stdout


def test_the_command_says_what_cannot_be_loaded():
    command = [sys.executable, "-m", "minigrad.testing.weight_decay", "minigrad.optim:AdamX"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert "has no AdamX" in done.stderr


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="kind must be 'l2' or 'decoupled', but got 'L2'"):
        check_weight_decay(ArrayOptimizer(sgd, has_momentum=True), kind="L2")


def test_an_adapter_that_says_nothing_is_told_so():
    with pytest.raises(NotImplementedError, match="WeightDecayAdapter does not say how to build an optimizer"):
        check_weight_decay(WeightDecayAdapter(), kind="l2")
