"""PyTorch's dropouts keep the contract, in all their manners."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="parity with PyTorch needs the extra: pip install 'minigrad-nn[parity]'")

from minigrad.testing.dropout import TorchDropout, check_dropout


@pytest.mark.parametrize("name", ["Dropout", "Dropout1d", "Dropout2d", "Dropout3d"])
def test_torch_keeps_the_contract(name):
    report = check_dropout(f"torch.nn:{name}")
    assert report.ok, str(report)


def test_torch_refuses_nan_only_at_the_first_call():
    assert "at the first call only: nan" in check_dropout(TorchDropout(), only=["bad_p"])["bad_p"].evidence


@pytest.mark.parametrize("name", ["AlphaDropout", "FeatureAlphaDropout"])
def test_alpha_dropout_is_another_kind(name):
    report = check_dropout(f"torch.nn:{name}")
    assert not report.examined
    assert "not this kind" in str(report.notes)


def test_dropout_in_place_is_a_remark():
    report = check_dropout(torch.nn.Dropout(inplace=True))
    assert report.ok, str(report)
    assert report.remarks == ["pure"]


def test_the_function_keeps_the_contract():
    report = check_dropout(torch.nn.functional.dropout, only=["rate", "scale", "eval", "gradient", "edge_p"])
    assert report.ok, str(report)


class ZerosAtOne(torch.nn.Module):
    """Constant at p = 1, without a history."""

    def __init__(self, p):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError("p")
        self.p = p

    def forward(self, x):
        if self.p == 1 and self.training:
            return torch.zeros_like(x)
        return torch.nn.functional.dropout(x, self.p, self.training)


def test_a_constant_without_a_history_has_the_gradient_zero():
    report = check_dropout(ZerosAtOne, only=["edge_p", "gradient"])
    assert report.ok, str(report)


class LockedDropout(torch.nn.Module):
    """One mask for all time steps; p comes with each call, as in the AWD-LSTM (Merity et al. 2018)."""

    def forward(self, x, dropout=0.5):
        if not self.training or not dropout:
            return x
        return x * torch.nn.functional.dropout(torch.ones_like(x[:1]), dropout)


def test_a_module_may_take_p_in_each_call():
    report = check_dropout(LockedDropout, shared_axes=[0], only=["scale", "rate", "eval", "gradient", "edge_p"])
    assert report.ok, str(report)


class DropBlock(torch.nn.Module):
    """Drop squares of 3 × 3 pixels (Ghiasi, Lin and Le 2018)."""

    def __init__(self, p):
        super().__init__()
        self.p = p

    def forward(self, x):
        if x.ndim != 4:
            raise ValueError("expected (N, C, H, W)")
        if not self.training:
            return x
        seeds = (torch.rand_like(x) < self.p / 9).float()
        kept = 1 - torch.nn.functional.max_pool2d(seeds, 3, 1, 1)
        return x * kept * kept.numel() / kept.sum()


def test_blocks_are_another_kind():
    report = check_dropout(DropBlock)
    assert not report.examined
    assert "dropout of blocks" in str(report.notes)
