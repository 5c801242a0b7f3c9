"""One generator for each of many networks, as one source of masks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..random import Generator
from ..random.generator import Mask, Shape


class GeneratorPerNetwork:
    """Draws the masks of S networks: each network's from its own generator, so that it gets those of its own run.

    Args:
        generators: S of them, all of one engine.

    Raises:
        TypeError: one is no Generator.
        ValueError: two are the same, or their engines differ.

    Example:
        >>> source = GeneratorPerNetwork([Generator().manual_seed(s) for s in range(3)])
        >>> mask, keep = source.keep_mask((3, 4, 5), p=0.5)
        >>> bool((mask[2] == Generator().manual_seed(2).keep_mask((4, 5), p=0.5)[0]).all())
        True
    """

    def __init__(self, generators: Sequence[Generator]) -> None:
        self.generators = tuple(generators)
        for s, generator in enumerate(self.generators):
            if not isinstance(generator, Generator):
                raise TypeError(f"generators: expected Generators, but number {s} is {type(generator).__name__}")
            if generator in self.generators[:s]:
                first = self.generators.index(generator)
                raise ValueError(
                    f"generators: networks {first} and {s} have the same generator, so that neither would get the "
                    "masks of its own run; give each its own, or one for all of them"
                )
        engines = {generator.engine for generator in self.generators}
        if len(engines) > 1:
            raise ValueError(f"generators: expected one engine, but got {' and '.join(sorted(engines))}")

    def keep_mask(self, shape: Shape, p: float) -> tuple[Mask, float]:
        """Draw a mask of shape (S, …), and return it with the probability to keep, as `Generator.keep_mask` does."""
        mask = np.empty(shape, np.bool_)
        keep = 1.0 - p
        for own, generator in zip(mask, self.generators, strict=True):
            own[...], keep = generator.keep_mask(shape[1:], p)
        return mask, keep
