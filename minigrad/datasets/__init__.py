"""The two datasets of the regularization chapter, MNIST and Fashion-MNIST, with torchvision's names."""

from .mnist import MNIST, FashionMNIST

__all__ = ["MNIST", "FashionMNIST"]
