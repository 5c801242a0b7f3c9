"""What moves the learning rate while an optimizer moves the weights.

Source: https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate
"""

from ..._tensor.declared import check_at_once
from .annealing import CosineAnnealingLR, CosineAnnealingWarmRestarts
from .composed import ChainedScheduler, SequentialLR
from .cyclic import CyclicLR, OneCycleLR
from .factors import ConstantLR, ExponentialLR, LinearLR, MultiStepLR, PolynomialLR, StepLR
from .functions import LambdaLR, MultiplicativeLR
from .plateau import ReduceLROnPlateau
from .scheduler import LRScheduler

_LRScheduler = LRScheduler  # its name until PyTorch 2.0, from which schedulers in older scripts are derived

__all__ = [
    "ChainedScheduler",
    "ConstantLR",
    "CosineAnnealingLR",
    "CosineAnnealingWarmRestarts",
    "CyclicLR",
    "ExponentialLR",
    "LRScheduler",
    "LambdaLR",
    "LinearLR",
    "MultiStepLR",
    "MultiplicativeLR",
    "OneCycleLR",
    "PolynomialLR",
    "ReduceLROnPlateau",
    "SequentialLR",
    "StepLR",
]

# These two look for themselves, and raise what PyTorch raises.
check_at_once(globals(), set(__all__) - {"CosineAnnealingWarmRestarts", "OneCycleLR"})
