"""The datasets of the regularization chapter: MNIST and Fashion-MNIST with torchvision's names, and two-class toys."""

from .mnist import MNIST, FashionMNIST
from .two_classes import make_circles, make_moons, make_spirals

__all__ = ["MNIST", "FashionMNIST", "make_circles", "make_moons", "make_spirals"]
