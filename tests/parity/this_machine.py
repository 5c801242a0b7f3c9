"""What PyTorch draws otherwise on some machines, and the marks that skip a test there."""

from __future__ import annotations

import pytest

from minigrad.random import Generator

torch = pytest.importorskip("torch", reason="parity with PyTorch needs the extra: pip install 'minigrad-nn[parity]'")

CAPABILITY = torch.backends.cpu.get_cpu_capability()
HAS_AVX2 = CAPABILITY in ("AVX2", "AVX512")


def mkl_draws_bernoulli() -> bool:
    """Whether three Bernoulli values do not cost PyTorch six words: then it asked MKL, as on Intel's CPUs."""
    generator = torch.Generator().manual_seed(0)
    torch.empty(3).bernoulli_(0.5, generator=generator)
    seventh_word = Generator().manual_seed(0).integers(0, 2**27, (7,))[6]
    return int(torch.randint(2**27, (), generator=generator)) != int(seventh_word)


fused_multiply_add = pytest.mark.skipif(
    not HAS_AVX2, reason=f"PyTorch has no fused multiply-add with capability {CAPABILITY}"
)
torch_masks = pytest.mark.skipif(mkl_draws_bernoulli(), reason="on an Intel CPU PyTorch asks MKL for Bernoulli words")
