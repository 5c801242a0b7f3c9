"""What the experiments share: declarations, options, a plotting style, training, statistics, files and the page."""

from .data import load_images
from .demo import Animation, Demo, Exhibit, Option, Picture, Reference, Table, Unavailable
from .options import at_least, positive, probability
from .statistics import Interval, interval
from .style import BLUE, FAINT, GREEN, INK, LINES, ORANGE, PAPER, PURPLE, SKY, VERMILLION, canvas, label
from .training import evaluating, progress, spread, train_epoch, train_steps

__all__ = [
    "BLUE", "FAINT", "GREEN", "INK", "LINES", "ORANGE", "PAPER", "PURPLE", "SKY", "VERMILLION",
    "Animation", "Demo", "Exhibit", "Interval", "Option", "Picture", "Reference", "Table", "Unavailable",
    "at_least", "canvas", "evaluating", "interval", "label", "load_images", "positive", "probability", "progress",
    "spread", "train_epoch", "train_steps",
]  # fmt: skip
