"""Random numbers: the same seed gives PyTorch's own numbers.

``manual_seed(1)`` here draws what ``torch.manual_seed(1)`` draws on a CPU: the same data, weights, shuffles and dropout
masks. Each line was compared with PyTorch 2.13, bit by bit unless it says otherwise. w is a 32-bit word of MT19937,
W = (w₁ << 32) | w₂ is two of them:

=====================================  =================================================================================
uniform, float32 and float16           u = (w mod 2²⁴) · 2⁻²⁴, one word a value
uniform, float64                       u = (W mod 2⁵³) · 2⁻⁵³
uniform in [low, high)                 u · (high - low) + low, rounded once; a value rounded up to high becomes low
normal, fewer than 16 values           a pair of float64 u₁, u₂: r = √(-2 ln(1 - u₂)), θ = 2πu₁; r cos θ now, r sin θ is
                                       kept for the next call
normal, 16 values or more              blocks of 16: u₁ = 1 - the first eight, u₂ = the last eight; r = √(-2 ln u₁),
                                       θ = 2πu₂; eight r cos θ, then eight r sin θ; unless 16 divides the size, the last
                                       16 values are drawn again
normal with a mean and a std           z · std + mean, rounded once
integers in [low, high)                low + w mod (high - low), but W from a range of 2²⁸ on
permutation of n                       for i = 0 … n-2: swap i with i + w mod (n - i)
bernoulli(p), and dropout's mask       true where (W mod 2⁵³) · 2⁻⁵³ < p (dropout keeps with probability 1 - p)
bernoulli of an array of p             true where u < p, u uniform of the array's dtype
multinomial with replacement           the first category whose share of the running sum reaches u, u float64
multinomial without, or a single draw  the largest of weight / q first, q = -ln(1 - u) rounded to the weights' dtype
=====================================  =================================================================================

Where the bits may differ:

- float32 and float16 normals, 16 or more. PyTorch takes log, sin and cos from float32 polynomials of its own, minigrad
  rounds the float64 functions: five values in six are the same bits, the others agree to two ulps of r · std + |mean|
  (a few more on a CPU without AVX2).
- On Intel's CPUs PyTorch asks MKL for the Bernoulli words, so its dropout masks there are not those that PyTorch itself
  draws on any other CPU. There PyTorch differs from itself, not from us: minigrad draws the same mask everywhere.
  The same goes for multinomial without replacement.
- Where two categories of multinomial without replacement tie (in float16 they do), the one of lower index is first;
  PyTorch leaves their order to its sort.
- "Rounded once" is the fused multiply-add of every CPU with AVX2 or of ARM; an older CPU rounds twice.

``Generator(engine="fast")`` gives this sameness up for speed: its dropout masks cost about a tenth.
"""

from .generator import Generator, default_generator, fork_rng, initial_seed, manual_seed, seed, set_default_engine

__all__ = ["Generator", "default_generator", "fork_rng", "initial_seed", "manual_seed", "seed", "set_default_engine"]
