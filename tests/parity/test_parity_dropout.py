"""minigrad's dropouts beside PyTorch's: the same seed, the same masks, outputs and gradients."""

from __future__ import annotations

import numpy as np
import pytest
from this_machine import torch_masks

import minigrad

torch = pytest.importorskip("torch", reason="parity with PyTorch needs the extra: pip install 'minigrad-nn[parity]'")

pytestmark = torch_masks

LAYERS = {
    "Dropout": [(5,), (4, 5), (2, 3, 4)],
    "Dropout1d": [(4, 5), (2, 3, 4)],
    "Dropout2d": [(2, 3, 4), (2, 3, 4, 5)],
    "AlphaDropout": [(5,), (4, 5)],
    "FeatureAlphaDropout": [(4, 5), (2, 3, 4), (2, 3, 4, 5)],
}


@pytest.mark.filterwarnings("ignore:dropout2d")
@pytest.mark.parametrize(("layer", "shape"), [(name, shape) for name, shapes in LAYERS.items() for shape in shapes])
@pytest.mark.parametrize("p", [0.0, 0.1, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("inplace", [False, True])
def test_three_calls(layer, shape, p, dtype, inplace):
    outcomes = []
    for lib in (minigrad, torch):
        lib.manual_seed(7)
        dropout = getattr(lib.nn, layer)(p, inplace)
        assert repr(dropout) == f"{layer}(p={p}, inplace={inplace})"
        x = lib.linspace(-1, 1, int(np.prod(shape)), dtype=getattr(lib, dtype)).reshape(shape).requires_grad_()
        ys = [dropout(x * 1) for _ in range(3)]
        (sum(ys) * lib.linspace(0, 1, x.numel(), dtype=getattr(lib, dtype)).reshape(shape)).sum().backward()
        outcomes.append((*[y.detach().numpy() for y in ys], x.grad.numpy(), dropout.eval()(x.detach()).numpy()))
    exact = "Alpha" not in layer  # its product and sum are rounded once in PyTorch, twice in NumPy
    for ours, theirs in zip(*outcomes, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0 if exact else 1e-6, atol=0 if exact else 1e-6)


@pytest.mark.parametrize(
    ("layer", "shape"), [("Dropout1d", (5,)), ("Dropout1d", (2, 3, 4, 5)), ("FeatureAlphaDropout", (5,))]
)
def test_refused_number_of_dimensions(layer, shape):
    for lib in (minigrad, torch):
        with pytest.raises(RuntimeError, match=r"[Dd]"):
            getattr(lib.nn, layer)(0.5)(lib.ones(shape))
