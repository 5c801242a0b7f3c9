"""The drivers against the real libraries, where they are installed: pip install 'minigrad-nn[subjects]', or [jax]."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import minigrad
from minigrad import nn
from minigrad.testing.dropout import CHECKS, TorchDropout, check_dropout
from minigrad.testing.dropout.drivers import adapter_for
from minigrad.testing.dropout.drivers.arguments import short_name
from minigrad.testing.dropout.drivers.jax import JaxFunctionDropout

NARROW = {"p": [0.001, 0.3], "shapes": [(23, 31), (5, 3, 7)], "dtypes": ["float32"], "power": 0.01}
"""Every invariant, but few compilations; without `shapes` a run is full."""
SMALL = {"p": [0.01, 0.3], "shapes": [(23, 31)], "power": 0.01}
"""Every invariant, in a second or two."""


@pytest.mark.parametrize(
    ("library", "path", "broken"),
    [
        ("flax", "flax.linen:Dropout", {"bad_p"}),
        ("flax", "flax.nnx:Dropout", {"bad_p"}),
        ("equinox", "equinox.nn:Dropout", {"bad_p", "edge_p"}),  # at p = 1 its gradient is NaN
    ],
)
def test_jax_libraries(library, path, broken):
    pytest.importorskip(library)
    report = check_dropout(path, **NARROW)
    assert set(report.broken) == broken, str(report)
    assert report.skipped == ["precision", "channel"]


def test_a_jax_function_with_a_key():
    jax = pytest.importorskip("jax")

    def drop(key, rate, x):
        return jax.numpy.where(jax.random.bernoulli(key, rate, x.shape), 0, x / (1 - rate))

    report = check_dropout(drop, **NARROW)
    assert set(report.broken) == {"bad_p", "edge_p"}, str(report)  # 0/0 at p = 1
    assert report.skipped == ["precision", "channel"]


def test_annotations_tell_that_an_rng_is_a_key():
    pytest.importorskip("jax")

    def drop(rng: jax.Array, rate: float, x: jax.Array) -> jax.Array:  # noqa: F821
        raise NotImplementedError

    assert isinstance(adapter_for(drop), JaxFunctionDropout)


def test_a_wrong_jax_function_is_convicted_through_its_driver():
    jax = pytest.importorskip("jax")

    def unscaled(x, p, key, training):
        return jax.numpy.where(jax.random.bernoulli(key, p, x.shape), 0, x) if training else x * (1 - p)

    report = check_dropout(unscaled, **NARROW, only=["scale", "eval", "gradient", "seed"])
    assert report.broken == ["scale", "eval"], str(report)


def test_a_module_may_take_its_seed_when_it_is_built():
    torch = pytest.importorskip("torch")

    class Own(torch.nn.Dropout):
        def __init__(self, p=0.5):
            super().__init__(p)
            self.generator = torch.Generator().manual_seed(torch.initial_seed())

        def forward(self, x):
            if not self.training or self.p == 1:
                return x * (not self.training)
            return torch.where(torch.rand(x.shape, generator=self.generator) < self.p, 0, x / (1 - self.p))

    outside = torch.initial_seed(), torch.get_rng_state()
    assert check_dropout(Own, **SMALL, only=["seed", "fresh"]).ok
    assert torch.initial_seed() == outside[0]
    assert torch.equal(torch.get_rng_state(), outside[1])


KERAS = """
import sys
import keras
from minigrad.testing.dropout import check_dropout

class Unscaled(keras.layers.Layer):
    def __init__(self, rate, seed=None):
        super().__init__()
        self.rate, self.seed_generator = rate, keras.random.SeedGenerator(seed)

    def call(self, inputs, training=False):
        if not training:
            return inputs
        u = keras.random.uniform(keras.ops.shape(inputs), seed=self.seed_generator)
        return keras.ops.where(u < self.rate, 0.0, inputs)

narrow = {"p": [0.3], "shapes": [(9, 11)], "power": 0.01}
right = check_dropout("keras.layers:Dropout", **narrow)
channels = check_dropout(keras.layers.SpatialDropout1D, p=[0.3], shapes=[(5, 3, 7)], power=0.01,
                         only=["value", "scale", "channel", "gradient"])
wrong = check_dropout(Unscaled, **narrow, only=["scale", "eval", "gradient"])
print(right.broken, right.remarks, channels.broken, channels.skipped, wrong.broken)
"""


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_keras_on_its_backends(backend):
    for library in ("keras", backend):
        if importlib.util.find_spec(library) is None:
            pytest.skip(f"could not import {library!r}")
    environment = os.environ | {"KERAS_BACKEND": backend, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", KERAS], capture_output=True, text=True, env=environment, cwd=Path(__file__).parent
    )
    assert done.returncode == 0, done.stderr
    remarks = {"jax": [], "torch": ["seed"]}[backend]  # there Keras adds seed and call
    assert done.stdout.splitlines()[-1] == f"[] {remarks} [] [] ['scale']"


# -- minigrad ---------------------------------------------------------------------------------------------------------


class Own(nn.Module):
    """As a reader writes it: it draws from minigrad's own generator, and takes none."""

    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"p must lie in [0, 1], got {p}")
        self.p = p

    def forward(self, x):
        if not self.training or self.p == 1:
            return x * (not self.training)
        return minigrad.where(minigrad.rand(x.shape) < self.p, 0.0, x * (1 / (1 - self.p)))


class Unscaled(Own):
    def forward(self, x):
        return x * (minigrad.rand(x.shape) >= self.p) if self.training else x


def drop(x, p, training):
    return minigrad.nn.functional.dropout(x, p, training)


@pytest.mark.slow
@pytest.mark.parametrize(
    "subject", [Own, Own(0.1), lambda p: Own(p), drop, nn.functional.dropout, nn.Dropout(0.3)], ids=short_name
)
def test_modules_and_functions_that_draw_from_minigrads_generator_are_driven(subject):
    before = minigrad.get_rng_state()
    report = check_dropout(subject, **SMALL)
    assert report.ok, str(report)
    assert report.skipped == ["channel"]
    assert np.array_equal(minigrad.get_rng_state(), before)


@pytest.mark.slow
def test_a_wrong_module_of_minigrads_is_convicted():
    assert check_dropout(Unscaled, **SMALL).broken == ["scale", "mean", "variance"]


# -- PyTorch ----------------------------------------------------------------------------------------------------------


def test_torch_functions_modules_and_factories_find_their_driver():
    torch = pytest.importorskip("torch")

    def drop_path(x, drop_prob=0.0, training=False):
        """As timm's: no annotation, no global of torch's, but methods that tensors alone have."""
        if drop_prob == 0.0 or not training:
            return x
        mask = x.new_empty((x.shape[0],) + (1,) * (x.ndim - 1)).bernoulli_(1 - drop_prob)
        return x * (mask.div_(1 - drop_prob) if drop_prob < 1 else mask)

    adapter = adapter_for(drop_path)
    assert (str(adapter).rpartition(".")[2], adapter.kind) == ("drop_path", "sample")
    assert type(adapter).__name__ == "TorchFunctionDropout"
    assert type(adapter_for(lambda p=0.5: torch.nn.Dropout(p, inplace=True))).__name__ == "TorchDropout"
    assert type(adapter_for(torch.nn.functional.dropout)).__name__ == "TorchFunctionDropout"
    report = check_dropout(drop_path, only=["scale", "channel", "eval", "gradient", "edge_p"], power=0.01)
    assert report.ok, str(report)


def test_an_undeclared_in_place_function_of_tensors_is_remarked_upon():
    torch = pytest.importorskip("torch")

    def drop(x, p, training):
        return torch.nn.functional.dropout(x, p, training, inplace=True)

    report = check_dropout(drop, p=[0.3], shapes=[(23, 31)], power=0.01)
    assert report.ok, str(report)
    assert report.remarks == ["pure"]


def test_torchs_alpha_dropouts_are_named_and_not_judged():
    torch = pytest.importorskip("torch")
    for layer in (torch.nn.AlphaDropout, torch.nn.FeatureAlphaDropout):
        report = check_dropout(layer)
        assert report.ok
        assert report.skipped == list(CHECKS)
        assert "alpha dropout" in report.notes[0]


def test_a_missing_library_is_named_with_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ModuleNotFoundError, match=r"TorchDropout needs torch: pip install 'minigrad-nn\[parity\]'"):
        TorchDropout()
