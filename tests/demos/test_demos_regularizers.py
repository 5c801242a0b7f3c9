"""What the experiments with penalties on weights, and with dropout beside them, claim is so."""

from __future__ import annotations

import re
import struct
import sys

from lab.events import write_events
from lab.statistics import paired

import numpy as np
import pytest
from demo_runs import exhibit_of, options_of, results_of, run

import _ten_points
import dropout_batchnorm
import dropout_layers
import l1_l2
import minigrad as mg
import weight_decay
from gallery.texts import catalogue


@pytest.mark.slow
@pytest.mark.parametrize("name", ["l1_l2", "weight_decay", "dropout_layers", "dropout_batchnorm"])
def test_quick_runs_end_in_a_page(name, tmp_path):
    assert run(name, tmp_path, "--quick", "--steps", "20", "--hidden", "8") == 0
    page = (tmp_path / f"{name}.html").read_text(encoding="utf-8")
    assert f'<section id="{name}"' in page


# ---- L1, L2, and none


def test_l1_makes_weights_zero(tmp_path):
    """After 300 steps, over seeds 1 to 40, the shares below 0.001 were 0.006, 0.79 and 0.02, give or take 0.02.

    The bounds are more than nine standard deviations of a single seed away; without its penalty, L1's share is that of
    none.
    """
    results = results_of("l1_l2", tmp_path, "--quick")
    none, l1, l2 = (l1_l2.near_zero(results, kind) for kind in ("none", "L1", "L2"))
    assert min(l1) > 0.6
    assert max(none) < max(l2) < 0.15


def test_which_decays_are_the_l2_penalty(tmp_path):
    """Rounding is some 1e-16 a step here; a penalty without its ½, or AdamW's for Adam's, moves weights by 1e-3."""
    sgd, adam, adamw = results_of("l1_l2", tmp_path, "--quick", "--seeds", "2").comparisons
    assert max(sgd.distances) < 1e-12
    assert max(adam.distances) < 1e-9
    assert adamw.distances[-1] > 0.01


# ---- weight decay


def test_weight_decay_smooths_the_fit_and_shrinks_the_weights(tmp_path, monkeypatch):
    """At 50 units and 400 faster steps, and tested on the line itself: test noise costs both networks the same.

    Over seeds 101 to 150 the differences in test loss and roughness were 1.4 and 1.7 standard deviations: 6.4 and 7.6
    standard errors of 20 seeds. Were the seeds drawn anew, one of the means would be above zero once in 10¹⁰. A hidden
    layer ended at 0.39 ± 0.08 of its first size with weight decay, at 1.06 ± 0.06 and more without.
    """
    draw = _ten_points.draw_data
    line = lambda: (data := draw())._replace(test_y=_ten_points.SLOPE * data.x)
    monkeypatch.setattr(_ten_points, "draw_data", line)
    options = ["--lr", "0.05", "--weight-decay", "0.02", "--seeds", "20"]
    results = results_of("weight_decay", tmp_path, "--quick", *options)
    assert results.change(_ten_points.MEASURES["test loss"]).mean < 0
    assert results.change(_ten_points.MEASURES["roughness of the fit"]).mean < 0
    assert max(weight_decay.factors(results.treated)) < 0.7
    assert min(weight_decay.factors(results.without)) > 0.9


def test_every_parameter_is_seen_at_every_look(tmp_path):
    options = options_of("weight_decay", tmp_path, "--quick", "--steps", "50")
    data, pair = _ten_points.train_both(weight_decay.build_both, 1, options, every=20)
    for snapshots in pair:
        assert [snapshot.step for snapshot in snapshots] == [1, 20, 40, 50]
        assert [w.size for w in _ten_points.weights(snapshots[0].values)] == [50, 2500, 2500, 50]
        assert snapshots[0].gradients.keys() == snapshots[0].values.keys()
    assert data.x.shape == (10, 1)


def test_roughness_is_all_turns_of_the_slope():
    def roughness(curve: mg.Tensor) -> float:
        return _ten_points.Snapshot(1, {}, {}, curve.numpy().ravel(), 0.0, 0.0).roughness

    assert roughness(1.5 * _ten_points.GRID) < 1e-3
    assert abs(roughness(_ten_points.GRID.abs()) - 2) < 1e-3  # from -1 to 1


def test_looking_does_not_disturb(tmp_path):
    options = options_of("dropout_layers", tmp_path, "--quick", "--steps", "30", "--hidden", "8")
    (_, often), (_, once) = (_ten_points.train_both(dropout_layers.build_both, 1, options, every) for every in (3, 30))
    for a, b in zip(often, once, strict=True):
        assert a[-1].test_loss == b[-1].test_loss


# ---- event files


def events(path):
    """Read an event file: records of a length, its checksum, the content, and its checksum."""
    from tensorboardX.proto.event_pb2 import Event

    content, at = path.read_bytes(), 0
    while at < len(content):
        (length,) = struct.unpack_from("<Q", content, at)
        yield Event.FromString(content[at + 12 : at + 12 + length])
        at += 16 + length


TINY = ["--steps", "20", "--hidden", "8"]


def test_event_files_hold_every_histogram(tmp_path):
    pytest.importorskip("tensorboardX", reason="event files need the extra: pip install 'minigrad-nn[demos]'")
    _, pair = _ten_points.train_both(weight_decay.build_both, 1, options_of("weight_decay", tmp_path, *TINY), every=10)
    for _ in range(2):  # the second time, they take the place of the first
        write_events(tmp_path / "events", pair._asdict())
    (file,) = (tmp_path / "events" / "treated").iterdir()
    values = {(value.tag, event.step): value for event in events(file) for value in event.summary.value}
    for snapshot in pair.treated:
        assert values["loss/test", snapshot.step].simple_value == np.float32(snapshot.test_loss)
        for kind, arrays in (("value", snapshot.values), ("gradient", snapshot.gradients)):
            for parameter, array in arrays.items():
                histogram = values[f"{parameter}/{kind}", snapshot.step].histo
                assert (histogram.num, histogram.min, histogram.max) == (array.size, array.min(), array.max())


@pytest.mark.parametrize("name", ["weight_decay", "dropout_layers"])
def test_the_option_writes_event_files_of_both_networks(name, tmp_path):
    pytest.importorskip("tensorboardX", reason="event files need the extra: pip install 'minigrad-nn[demos]'")
    exhibit_of(name, tmp_path, "--quick", "--tensorboard", "--seeds", "2", *TINY)
    runs = sorted(path.parent.name for path in (tmp_path / name / "events").rglob("events.out.*"))
    assert runs == ["treated", "without"]


@pytest.mark.parametrize("name", ["weight_decay", "dropout_layers"])
def test_without_tensorboardx_it_says_so_at_once(name, tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    monkeypatch.setattr(_ten_points, "train_both", None)
    assert run(name, tmp_path, "--quick", "--tensorboard") == 2
    assert capsys.readouterr().err == "--tensorboard needs the extra: pip install 'minigrad-nn[demos]'\n"
    assert list(tmp_path.iterdir()) == []


# ---- dropout, layer by layer


def test_dropout_shrinks_the_output_layer_and_not_the_third(tmp_path):
    """At 50 units and 400 steps.

    Over seeds 101 to 130 the output layer's typical weight fell by 1.7 standard deviations: 6.7 standard errors of 16
    seeds. Were the seeds drawn anew, their mean would be above zero once in 10¹¹. The third layer's, 0.08, moved by
    0.000 ± 0.003 a seed: sixteen seeds stay sixteen standard errors inside the bound.
    """
    results = results_of("dropout_layers", tmp_path, "--quick", "--seeds", "16")
    assert dropout_layers.difference(results, _ten_points.size, dropout_layers.OUTPUT).mean < 0
    third = dropout_layers.difference(results, _ten_points.size, dropout_layers.THIRD)
    first_size = 1 / np.sqrt(3 * 50)  # of uniform weights up to 1 / √50
    assert abs(third.mean) < 0.15 * first_size


def test_gathered_depends_on_the_largest():
    layer = np.linspace(-1, 1, 2001)
    assert dropout_layers.gathered(layer) == pytest.approx(0.1, abs=1e-3)
    assert dropout_layers.gathered(np.append(layer, 5.0)) == pytest.approx(0.5, abs=1e-3)
    assert _ten_points.size(layer) == pytest.approx(1 / np.sqrt(3), abs=1e-3)


# ---- dropout and BatchNorm


def test_the_shift_is_as_computed(tmp_path):
    """Each of the sixteen is within four margins, eight standard errors: passed by chance less than once in 10⁹.

    Without the term of the mean, the ReLU's shift at p = 0.5 would be off by 0.47, a hundred times the margin of the
    default, and twenty times that of these two batches.
    """
    results = results_of("dropout_batchnorm", tmp_path, "--quick", "--steps", "1", "--seeds", "2")
    for name, shifts in results.shifts.items():
        for p, shift in zip(dropout_batchnorm.PROBABILITIES, shifts, strict=True):
            expected = dropout_batchnorm.predicted_shift(p, *dropout_batchnorm.moments(name))
            assert abs(shift.mean - expected) < 4 * shift.margin
            assert shift.margin < 0.05 * expected


def test_the_formula_of_the_shift():
    assert dropout_batchnorm.predicted_shift(0.5, 0.0, 3.0) == 2.0
    assert dropout_batchnorm.predicted_shift(0.0, 2.0, 3.0) == 1.0
    assert dropout_batchnorm.predicted_shift(0.5, 1.0, 1.0) == 3.0


def test_dropout_before_batchnorm_shifts_it_and_the_correction_costs(tmp_path):
    """At 50 units, 150 steps and p = 0.7; over seeds 101 to 160 the shift was 3.7 to 9.3, without dropout 0.99 to 1.01.

    Taking the statistics anew raised the test loss by 1.9 standard deviations: 8.9 standard errors of 22 seeds, where
    the interval asks for 2.1. Were the seeds drawn anew, it would touch zero less than once in 10⁹.
    """
    options = options_of("dropout_batchnorm", tmp_path, "--steps", "150", "--hidden", "50", "--p", "0.7")
    before = [dropout_batchnorm.train(seed, "before", options) for seed in range(1, 23)]
    assert min(outcome.shifts[0] for outcome in before) > 1.5
    after = dropout_batchnorm.train(1, "after the last", options)
    assert all(abs(shift - 1) < 0.1 for shift in after.shifts)
    change = paired([outcome.test_loss for outcome in before], [outcome.corrected_test_loss for outcome in before])
    assert change.mean > 0
    assert change.clear_of_zero


def test_the_verdict_names_its_numbers(tmp_path):
    exhibit = exhibit_of("dropout_batchnorm", tmp_path, "--quick", "--steps", "2", "--hidden", "4", "--seeds", "2")
    verdict = catalogue("en").tell("dropout_batchnorm.verdict", exhibit.values)
    shift = re.search(r"sees (\d\.\d+) ± ", verdict)
    assert 1.8 < float(shift[1]) < 2.2
    assert [row[0] for row in exhibit.tables[0].rows] == list(dropout_batchnorm.ORDERS)
