"""PyTorch's dropouts keep the contract."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="parity with PyTorch needs the extra: pip install 'minigrad-nn[parity]'")

from minigrad.testing.dropout import TorchDropout, check_dropout


@pytest.mark.parametrize(
    ("name", "kind"),
    [("Dropout", "element"), ("Dropout1d", "channel"), ("Dropout2d", "channel"), ("Dropout3d", "channel")],
)
def test_torch_keeps_the_contract(name, kind):
    report = check_dropout(TorchDropout(getattr(torch.nn, name)), kind=kind)
    assert report.ok, str(report)


def test_torch_refuses_nan_only_at_the_first_call():
    assert "at the first call only: nan" in check_dropout(TorchDropout())["bad_p"].evidence


def test_alpha_dropout_is_another_kind():
    report = check_dropout(TorchDropout(torch.nn.AlphaDropout))
    assert "value" in report.broken
