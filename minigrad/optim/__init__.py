"""What moves the weights.

Source: https://pytorch.org/docs/stable/optim.html
"""

from typing import TYPE_CHECKING

from .. import _absent
from .._tensor.declared import check_at_once
from . import lr_scheduler
from .adadelta import Adadelta
from .adagrad import Adagrad
from .adam import Adam, AdamW
from .adamax import Adamax
from .nadam import NAdam
from .optimizer import Optimizer
from .radam import RAdam
from .rmsprop import RMSprop
from .rprop import Rprop
from .sgd import SGD

__all__ = [
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "NAdam",
    "Optimizer",
    "RAdam",
    "RMSprop",
    "Rprop",
    "lr_scheduler",
]

check_at_once(globals(), __all__)

if not TYPE_CHECKING:  # to a type checker, a module with this function would have every name
    __getattr__ = _absent.attribute_of(__name__)
