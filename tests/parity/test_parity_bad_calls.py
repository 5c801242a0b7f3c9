"""What a wrong argument gets: a clear message wherever PyTorch refuses it, and no refusal where PyTorch does not."""

from collections import Counter

import bad_calls
import pytest

import minigrad as mg
import minigrad.nn as nn
import minigrad.nn.functional as F
import minigrad.optim

torch = pytest.importorskip("torch")


@pytest.fixture(scope="module")
def verdicts():
    return [(str(call), bad_calls.verdict(call, mg, torch)) for call in bad_calls.bad_calls()]


def test_every_call_is_right_before_one_argument_is_made_wrong():
    for function, arguments in bad_calls.right_calls():
        call = bad_calls.BadCall(function, arguments)
        assert bad_calls.outcome(call, torch) is None, call
        assert bad_calls.outcome(call, mg) is None, call


def test_no_wrong_argument_is_accepted_in_silence(verdicts):
    assert [call for call, verdict in verdicts if verdict == "silent"] == []


def test_nearly_every_message_says_what_is_wrong(verdicts):
    counts = Counter(verdict for _, verdict in verdicts)
    assert counts["clear"] >= 0.95 * (counts["clear"] + counts["unclear"])


def test_nothing_that_pytorch_accepts_is_refused(verdicts):
    assert [call for call, verdict in verdicts if verdict == "refused"] == []


X = mg.ones(2, 3)

NAMED = {
    "dropout(): argument 'training' must be bool, not NoneType: None": lambda: F.dropout(X, 0.5, None),
    "dropout(): argument 'training' must be bool, not str: 'no'": lambda: F.dropout(X, 0.5, "no"),
    "sum(): argument 'dim' must be int or tuple of ints or None, not bool: True": lambda: X.sum(True),
    "normal_(): argument 'mean' must be float, not NoneType: None": lambda: nn.init.normal_(X, None),
    "linspace(): argument 'start' must be float, not NoneType: None": lambda: mg.linspace(None, 1, 3),
    "cross_entropy(): argument 'ignore_index' must be int, not float: 1.5": lambda: F.cross_entropy(
        X, mg.tensor([0, 1]), ignore_index=1.5
    ),
    "Linear(): argument 'out_features' must be int, not bool: True": lambda: nn.Linear(3, True),
    "requires_grad_(): argument 'requires_grad' must be bool, not NoneType: None": lambda: X.requires_grad_(None),
    "BatchNorm1d(): argument 'momentum' must be float or None, not list: []": lambda: nn.BatchNorm1d(2, momentum=[]),
    "leaky_relu(): argument 'negative_slope' must be float, not complex: 1j": lambda: F.leaky_relu(X, 1j),
    "Dropout2d(): argument 'p' must be float, not str: 'no'": lambda: nn.Dropout2d("no"),
    "StepLR(): argument 'gamma' must be float, not str: 'no'": lambda: mg.optim.lr_scheduler.StepLR(
        mg.optim.SGD([nn.Parameter(X)]), 1, "no"
    ),
}


@pytest.mark.parametrize("message", NAMED)
def test_a_message_names_function_argument_value_and_what_is_expected(message):
    with pytest.raises(TypeError) as raised:
        NAMED[message]()
    assert str(raised.value) == message
