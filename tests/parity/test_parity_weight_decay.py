"""PyTorch's optimizers, too, hold every promise about weight decay."""

from __future__ import annotations

import pytest

from minigrad.testing.weight_decay import TorchOptimizer, check_weight_decay

torch = pytest.importorskip("torch", reason="parity with PyTorch needs the extra: pip install 'minigrad-nn[parity]'")


@pytest.mark.parametrize(
    ("name", "kind", "options"),
    [
        ("SGD", "l2", {}),
        ("SGD", "l2", {"momentum": 0.9, "nesterov": True}),
        ("RMSprop", "l2", {}),
        ("Adagrad", "l2", {}),
        ("Adadelta", "l2", {}),
        ("Adam", "l2", {}),
        ("Adamax", "l2", {}),
        ("NAdam", "l2", {}),
        ("NAdam", "decoupled", {"decoupled_weight_decay": True}),
        ("RAdam", "decoupled", {"decoupled_weight_decay": True}),
        ("AdamW", "decoupled", {}),
        ("AdamW", "decoupled", {"amsgrad": True}),
        ("Muon", "decoupled", {}),
    ],
)
def test_pytorchs_optimizers(name, kind, options):
    adapter = TorchOptimizer(getattr(torch.optim, name), **options)
    report = check_weight_decay(adapter, kind=kind)
    assert report.ok, str(report)
    assert report.skipped == ([] if adapter.momentum_option else ["momentum"])
    assert report["vectors"].evidence.startswith("large matrices:") == (name == "Muon")  # which refuses all others


@pytest.mark.parametrize(("name", "wrong"), [("SGD", "decoupled"), ("Adam", "decoupled"), ("AdamW", "l2")])
def test_a_false_claim_is_the_only_thing_wrong(name, wrong):
    assert check_weight_decay(TorchOptimizer(getattr(torch.optim, name)), kind=wrong).broken == ["kind"]
