"""Layers, losses and initial weights.

Source: https://pytorch.org/docs/stable/nn.html
"""

from . import functional, init
from .activations import ReLU, Sigmoid, Tanh
from .containers import Sequential
from .dropout import AlphaDropout, Dropout, Dropout1d, Dropout2d, FeatureAlphaDropout
from .linear import Flatten, Identity, Linear
from .losses import CrossEntropyLoss, MSELoss, NLLLoss
from .module import Module, Parameter

__all__ = [
    "AlphaDropout", "CrossEntropyLoss", "Dropout", "Dropout1d", "Dropout2d", "FeatureAlphaDropout", "Flatten",
    "Identity", "Linear", "MSELoss", "Module", "NLLLoss", "Parameter", "ReLU", "Sequential", "Sigmoid", "Tanh",
    "functional", "init",
]  # fmt: skip
