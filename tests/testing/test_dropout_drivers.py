"""The drivers against the real libraries, where they are installed: pip install 'minigrad-nn[subjects]'."""

from __future__ import annotations

import pytest

from minigrad.testing.dropout import check_dropout

CHEAP = ["seed", "dtype", "pure", "modes"]


@pytest.mark.parametrize(
    ("library", "path"),
    [("flax", "flax.linen:Dropout"), ("flax", "flax.nnx:Dropout"), ("equinox", "equinox.nn:Dropout")],
)
def test_jax_libraries(library, path):
    pytest.importorskip(library)
    report = check_dropout(path, p=[0.3], shapes=[(23, 31)], dtypes=["float32"], only=CHEAP)
    assert report.ok, str(report)
    assert not report.skipped


def test_a_jax_function_with_a_key():
    jax = pytest.importorskip("jax")

    def drop(key, rate, x):
        return jax.numpy.where(jax.random.bernoulli(key, rate, x.shape), 0, x / (1 - rate))

    report = check_dropout(drop, p=[0.3], shapes=[(23, 31)], dtypes=["float32"], only=["seed", "scale", "eval"])
    assert report.ok, str(report)
