"""What the experiments with every mask, and with bands of uncertainty, claim is so."""

from __future__ import annotations

import math

from lab.training import train_steps

import numpy as np
import pytest
from demo_runs import options_of, results_of, run

import dropout_overfitting
import minigrad as mg
import uncertainty
import what_dropout_is
from minigrad import nn, optim
from minigrad.func import StackedLoss

# ---- what dropout is


@pytest.fixture(scope="module", params=["0.5", "0.2"])
def enumerated(request, tmp_path_factory):
    arguments = "what_dropout_is", tmp_path_factory.mktemp("out"), "--quick", "--draws", "20000", "--p", request.param
    return results_of(*arguments), options_of(*arguments)


def test_one_hidden_layer_is_exact_and_two_are_not(enumerated):
    """Over 20 seeds and p = 0.5 the deeper gaps were never below 0.045 (mean) and 0.011 (softmax)."""
    results, _ = enumerated
    (shallow, deep), (flat, nested) = results.curves, results.softmaxes
    assert len(shallow.probability) == 2**5
    assert len(deep.probability) == 2**10
    assert shallow.gaps.max() < 1e-14
    assert flat.geometric_gap < 1e-14
    assert min(deep.gaps.max().item(), nested.geometric_gap, flat.arithmetic_gap) > 1e-3


def test_the_layer_draws_from_the_enumerated_distribution(enumerated):
    """A mean of 20,000 draws is 6.2 standard errors off once in 10⁹; answers wrong by 0.09 deviations are noticed."""
    results, options = enumerated
    deep = results.curves[1]
    mean, std = deep.mean[deep.worst].item(), deep.std[deep.worst].item()
    assert abs(results.drawn_mean - mean) < 6.2 * std / math.sqrt(options.draws)


def test_dropout_in_linear_regression_is_ridge(enumerated):
    """The first half is exact. In the other, over 100 seeds and p = 0.5, the average ended 0.014 ± 0.006 from ridge.

    Without dropout it would end at least squares, 1.1 ± 0.3 away and never less than 0.6.
    """
    regression = enumerated[0].regression
    assert regression.gap < 1e-12
    assert regression.averages_distance[-1] < 0.1
    assert regression.averages_distance[-1] < regression.last_distance[-1]


def test_ridge_penalises_a_weight_by_its_features_sum_of_squares():
    """One feature: w = Σxy / (Σx² (1 + p/(1-p))) = (1 - p) Σxy / Σx²."""
    X, y = np.array([[1.0], [2.0]]), np.array([3.0, 4.0])
    np.testing.assert_allclose(what_dropout_is.ridge(X, y, 0.25), [0.75 * 11 / 5], rtol=1e-12)


def test_every_mask_is_there_once_with_its_probability():
    masks = what_dropout_is.every_mask(3)
    assert masks.unique(dim=0).shape == (8, 3)
    probability = what_dropout_is.probabilities(masks, 0.25)
    assert probability[0].item() == 0.25**3  # none is kept
    np.testing.assert_allclose((probability @ masks).numpy(), 0.75, rtol=1e-14)


# ---- uncertainty


@pytest.fixture(scope="module")
def trials(tmp_path_factory):
    options = options_of("uncertainty", tmp_path_factory.mktemp("out"), "--quick")
    return [uncertainty.run_trial(seed, options) for seed in range(1, 4)]


def test_the_bands(trials):
    """Over seeds 1 to 60, per data set, mean and standard deviation.

    The logarithm of the ratio of the widths was 1.9 ± 0.4; dropout's band grew beyond the data by a factor of
    2.5 ± 0.4, the networks' by one of 11 ± 4, and that held the truth at 0.30 ± 0.15 of the inputs. So the means of
    three data sets are more than seven of their standard deviations away from what would fail here.
    """
    dropout, networks = (np.mean([trial.measures[i] for trial in trials], axis=0) for i in (0, 1))
    dropout, networks = uncertainty.Measures(*dropout), uncertainty.Measures(*networks)
    assert networks.width < dropout.width < dropout.width_beyond
    assert networks.width < networks.width_beyond
    assert networks.truth < min(0.95, dropout.truth)
    assert networks.observations < networks.with_noise


def test_networks_trained_side_by_side_are_trained_alone(tmp_path):
    options = options_of("uncertainty", tmp_path, "--steps", "20")
    mg.manual_seed(0)
    data = uncertainty.draw_data(20)
    many = uncertainty.build_many(3, 5)
    alone = [nn.Sequential(nn.Linear(1, 5), nn.ReLU(), nn.Linear(5, 5), nn.ReLU(), nn.Linear(5, 1)) for _ in range(3)]
    for i, net in enumerate(alone):
        for theirs, own in zip(many, net, strict=True):
            if isinstance(own, nn.Linear):
                own.load_state_dict({"weight": theirs.weight[i], "bias": theirs.bias[i]})
    uncertainty.train(many, StackedLoss(nn.MSELoss()), data, options)
    for i, net in enumerate(alone):
        for _ in train_steps(net, optim.Adam(net.parameters(), lr=0.01), nn.MSELoss(), data.x, data.y, 20):
            pass
        np.testing.assert_allclose(many(data.x)[i].detach(), net(data.x).detach(), atol=1e-4)


def test_the_measures_of_a_band():
    x = uncertainty.X
    data = uncertainty.Data(mg.zeros(2, 1), mg.zeros(2, 1), mg.tensor([[0.5], [-0.1]]))
    on_grid = uncertainty.Band(x + 0.1, np.where(x < 0, 1.0, 0.01))  # right of 0, the truth is outside
    at_data = uncertainty.Band(np.zeros(2), np.full(2, 0.1))
    found = uncertainty.measure(on_grid, at_data, data)
    assert math.isclose(found.truth, (x[uncertainty.INSIDE] < 0).mean())
    assert found.observations == 0.5
    assert found.with_noise == 1  # 0.5 is within 1.96 √(0.1² + 0.3²)
    assert math.isclose(found.error, 0.1, rel_tol=1e-5)


def test_the_data_is_the_tutorials():
    mg.manual_seed(1)
    ours = uncertainty.draw_data(20)
    mg.manual_seed(1)
    assert all(a.equal(b) for a, b in zip(ours, dropout_overfitting.draw_data(), strict=True))


# ---- the whole way

TINY = {
    "what_dropout_is": ["--units", "2", "--draws", "10", "--steps", "20"],
    "uncertainty": ["--networks", "2", "--hidden", "4", "--steps", "5", "--passes", "3", "--seeds", "2"],
}


@pytest.mark.slow
@pytest.mark.parametrize("name", list(TINY))
def test_runs_end_in_a_page(name, tmp_path):
    assert run(name, tmp_path, "--quick", *TINY[name]) == 0
    assert f'<section id="{name}"' in (tmp_path / f"{name}.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(("option", "value"), [("--p", "1"), ("--p", "0"), ("--units", "10")])
def test_what_cannot_be_enumerated_is_refused(option, value, tmp_path, capsys):
    with pytest.raises(SystemExit):
        options_of("what_dropout_is", tmp_path, option, value)
    assert f"argument {option}: expected" in capsys.readouterr().err
