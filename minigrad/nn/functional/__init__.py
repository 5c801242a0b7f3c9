"""Layers and losses as functions, without parameters of their own.

Source: https://pytorch.org/docs/stable/nn.functional.html
"""

from .dropout import alpha_dropout, dropout, dropout1d, dropout2d, feature_alpha_dropout
from .layers import linear, log_softmax, relu, sigmoid, softmax, tanh
from .losses import cross_entropy, mse_loss, nll_loss

__all__ = [
    "alpha_dropout", "cross_entropy", "dropout", "dropout1d", "dropout2d", "feature_alpha_dropout", "linear",
    "log_softmax", "mse_loss", "nll_loss", "relu", "sigmoid", "softmax", "tanh",
]  # fmt: skip
