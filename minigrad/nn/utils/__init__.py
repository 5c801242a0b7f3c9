"""What is done to all parameters of a network, or to their gradients, at once.

Source: https://pytorch.org/docs/stable/nn.html#utilities
"""

from typing import TYPE_CHECKING

from ... import _absent
from . import clip_grad
from .clip_grad import clip_grad_norm_, clip_grad_value_, clip_grads_with_norm_, get_total_norm
from .convert_parameters import parameters_to_vector, vector_to_parameters
from .max_norm import max_norm_

__all__ = [
    "clip_grad", "clip_grad_norm_", "clip_grad_value_", "clip_grads_with_norm_", "get_total_norm", "max_norm_",
    "parameters_to_vector", "vector_to_parameters",
]  # fmt: skip

if not TYPE_CHECKING:  # to a type checker, a module with this function would have every name
    __getattr__ = _absent.attribute_of(__name__)
