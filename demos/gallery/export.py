"""Pictures as files for documents and slides, and as drawings for the page."""

from __future__ import annotations

import textwrap
from pathlib import Path

from lab.files import saving
from lab.progress import progress

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from .exhibit import Animation, Picture
from .svg import Drawing, draw

LETTERS = 54  # that fit on a line over a figure


def write(picture: Picture, folder: Path, title: str) -> None:
    """Write a picture to its file, under its title."""
    if isinstance(picture.figure, str):
        with saving(folder / f"{picture.name}.svg") as path:
            path.write_text(picture.figure, encoding="utf-8")
        return
    headline(picture.figure, title)
    with saving(folder / f"{picture.name}.png") as path:
        picture.figure.savefig(path, dpi=160)


def write_animation(animation: Animation, folder: Path, labels: list[str]) -> None:
    """Draw every frame, and write them as a GIF that rests on the last one."""
    canvas = FigureCanvasAgg(animation.figure)
    images = []
    for i, label in enumerate(progress(labels, animation.name, unit="frame")):
        for moving in animation.moving:
            moving.line.set_ydata(moving.frames[i])
        headline(animation.figure, label)
        canvas.draw()
        animation.figure.set_layout_engine("none")  # what the first frame was laid out for, the others are
        images.append(Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB"))
    pauses = [100] * (len(images) - 1) + [2000]  # milliseconds
    with saving(folder / f"{animation.name}.gif") as path:
        images[0].save(path, save_all=True, append_images=images[1:], duration=pauses, loop=0)


def headline(figure: Figure, title: str) -> None:
    figure.suptitle(textwrap.fill(title, LETTERS), x=0.01, ha="left", fontsize=11)


def drawing(picture: Picture | Animation, name: str) -> Drawing:
    """Return a picture for the page."""
    return draw(picture.figure, name, picture.moving if isinstance(picture, Animation) else ())
