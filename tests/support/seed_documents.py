"""The five tutorials that minigrad was begun with: their code blocks, and what they need to run.

The documents are not part of this repository; the environment variable MINIGRAD_SEEDS names their folder. What stands
here of them is their damage: which rule repairs it, and which lost lines and modules are stood in for.
"""

from __future__ import annotations

import ast
import contextlib
import io
import keyword
import os
import random
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest import mock

import numpy as np
import pytest

FOLDER = os.environ.get("MINIGRAD_SEEDS")
DOCUMENTS = {path.name[:3]: path for path in sorted(Path(FOLDER).glob("*.txt"))} if FOLDER else {}
NUMBERS = ["000", "001", "002", "003", "004"]

Names = dict[str, Any]


# ---- the damage ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Repair:
    """A rule that mends a document: what it mends, the regular expression of the damage, and what takes its place."""

    what: str
    pattern: str
    replacement: str | Callable[[re.Match[str]], str]

    def __call__(self, text: str) -> str:
        return re.sub(self.pattern, self.replacement, text, flags=re.MULTILINE)


def joined(match: re.Match[str]) -> str:
    """Put back the underscore between two words where neither is Python's own."""
    return match[0] if {match[1], match[2]} & set(keyword.kwlist) else f"{match[1]}_"


def indented(match: re.Match[str]) -> str:
    return match[1] + re.sub("^", "    ", match[2].rstrip(), flags=re.MULTILINE) + "\n"


CREATION = "dtype=torch.float, requires_grad=True)"

REPAIRS = {
    "000": [],
    "001": [
        Repair("a notebook's command", r"^%.*$", ""),
        Repair("a tag of the page", r"</\w+>", ""),
        Repair("a digit read for a letter", r"\bd21", "d2l"),
        Repair("underscores read as spaces, behind a keyword's name", r"(?<=, )is (?=\w)", "is_"),
        Repair("underscores read as spaces", r"\b([a-zA-Z]\w*) (?=([a-zA-Z]\w*))", joined),
        Repair("a line cut off in its last arguments, and its line break", r"dtype=(?=\w+ = )", CREATION + "\n"),
        Repair("lines cut off in their last arguments", r"dtype(=\w)?$", CREATION),
        Repair("a line cut off in its last call", r"\.sum$", ".sum().item()"),
        Repair("a line cut off in its last argument", r"None,$", "None, optimizer)"),
    ],
    "002": [],
    "003": [
        Repair("a misspelt name", r"\bcalss", "class"),
        Repair("a function's indentation", r"^(def .*:\n)((?:\S.*\n?)+)", indented),
    ],
    "004": [],
}

SHORTENED = [
    Repair("fewer steps of 000 and 003", r"(?<=range\()500", "60"),
    Repair("fewer epochs of 001", r"(?<=batch_size = )5", "2"),
    Repair("fewer iterations of 004", r"(?<=max_iter = )2000", "40"),
    Repair("figures of 004 that come earlier", r"(?<=disp_interval = )(\d)00", r"\g<1>0"),
]

IN_FLOAT64 = [
    Repair("conversions to float32", r"\.float\(\)", ".double()"),
    Repair("tensors of float32", r"dtype=torch\.float(32)?\b", "dtype=torch.float64"),
]


# ---- code among prose ------------------------------------------------------------------------------------------------

PRINTED = re.compile(r"输出(如下)?[:：]\s*\Z")  # "output:", so that what comes next is no code


def blocks_of(number: str, *more: Repair) -> list[str]:
    """Return the code blocks of a document, repaired, shortened, rewritten by more rules and made whole."""
    text = DOCUMENTS[number].read_text(encoding="utf-8")
    find = fenced_blocks if "```" in text else unfenced_blocks
    blocks: list[str] = []
    for block in find(mended(text, [*REPAIRS[number], *SHORTENED, *more])):
        if block.startswith("    ..."):  # the body of the loop before it goes on
            blocks[-1] += block
        elif block.startswith("    def step(self"):
            blocks.append("class Documented(torch.optim.SGD):\n" + block)
        else:
            blocks.append(block)
    return blocks


def mended(text: str, rules: list[Repair]) -> str:
    for rule in rules:
        text = rule(text)
    return text


def fenced_blocks(text: str) -> Iterator[str]:
    """Yield what stands between fences, save what the document says was printed."""
    pieces = re.split(r"^```.*\n?", text, flags=re.MULTILINE)
    for prose, code in zip(pieces[::2], pieces[1::2], strict=False):
        if not PRINTED.search(prose):
            yield code


def unfenced_blocks(text: str) -> Iterator[str]:
    """Yield the longest runs of statements in a text where nothing tells code from prose."""
    chunks = re.split(r"^(?=\S)", text, flags=re.MULTILINE)  # an unindented line and the indented lines after it
    block, i = "", 0
    while i < len(chunks):
        length = statement_length(chunks[i : i + 8])
        block += "".join(chunks[i : i + length])
        if block.strip() and not length:
            yield block
            block = ""
        i += length or 1
    yield block


def statement_length(chunks: list[str]) -> int:
    """Return how many chunks make a statement, which may close its brackets in an unindented line; 0 for prose."""
    return next((n for n in range(1, len(chunks) + 1) if is_code("".join(chunks[:n]))), 0)


def is_code(text: str) -> bool:
    """Say whether a text is Python, and more than a lone word, as which a heading passes."""
    try:
        statements = ast.parse(text).body
    except SyntaxError:
        return False
    return not any(isinstance(s, ast.Expr) and isinstance(s.value, ast.Name) for s in statements)


# ---- what the documents lost -----------------------------------------------------------------------------------------


def drop_probabilities(torch: Any, names: Names) -> None:
    """Define what the text of 001 says, and its code no more."""
    names.update(drop_prob1=0.2, drop_prob2=0.5)


def network_of_layers(torch: Any, names: Names) -> None:
    """Make 001's network again out of layers, as the text before the block says."""
    nn, hidden = torch.nn, names["num_hiddens1"]
    names["net"] = nn.Sequential(
        nn.Flatten(), nn.Linear(784, hidden), nn.ReLU(), nn.Dropout(0.2),
        nn.Linear(hidden, hidden), nn.ReLU(), nn.Dropout(0.5), nn.Linear(hidden, 10),
    )  # fmt: skip


def training_step(torch: Any, names: Names) -> None:
    """Define what 003's penalty is added to."""
    model, inputs = torch.nn.Linear(4, 3), torch.randn(8, 4)
    names.update(
        model=model,
        pred=model(inputs),
        target=torch.randint(0, 3, (8,)),
        criterion=torch.nn.CrossEntropyLoss(),
        lamda=0.1,
        optimizer=torch.optim.SGD(model.parameters(), lr=0.1),
    )


# document: [(what is in the first block that needs it, what defines it)]
LOST: dict[str, list[tuple[str, Callable[[Any, Names], None]]]] = {
    "001": [("drop_prob1", drop_probabilities), ("net.parameters", network_of_layers)],
    "003": [("regularization_loss", training_step)],
}


# ---- the modules that they import ------------------------------------------------------------------------------------


def images(train: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return some of Fashion-MNIST where its files are found, else ten kinds of noise; uint8 and labels."""
    from minigrad.datasets import FashionMNIST

    try:
        dataset = FashionMNIST(train=train, download=False)
    except RuntimeError:
        rng = np.random.default_rng(int(train))
        labels = rng.integers(0, 10, 2560)
        kinds = np.random.default_rng(10).integers(0, 200, (10, 28, 28))
        return (kinds[labels] + rng.integers(0, 56, (2560, 28, 28))).astype(np.uint8), labels
    return dataset.data.numpy()[:2560], dataset.targets.numpy()[:2560]


def d2lzh_pytorch(torch: Any) -> ModuleType:
    """Make the book's module: batches of Fashion-MNIST, and the training of its third chapter."""
    module = ModuleType("d2lzh_pytorch")

    def load_data_fashion_mnist(batch_size: int) -> list[Any]:
        loaders = []
        for train in (True, False):
            pixels, labels = images(train)
            scaled = torch.tensor(pixels[:, None] / 255, dtype=torch.get_default_dtype())
            dataset = torch.utils.data.TensorDataset(scaled, torch.from_numpy(labels))
            loaders.append(torch.utils.data.DataLoader(dataset, batch_size, shuffle=train))
        return loaders

    def train_ch3(net, train_iter, test_iter, loss, num_epochs, batch_size, params=None, lr=None, optimizer=None):
        for _ in range(num_epochs):
            for X, y in train_iter:
                error = loss(net(X), y)
                for p in params or []:
                    p.grad = None
                if optimizer is not None:
                    optimizer.zero_grad()
                error.backward()
                for p in params or []:
                    p.data -= lr * p.grad / batch_size
                if optimizer is not None:
                    optimizer.step()
        print(f"loss {error.item():.6f}")

    module.load_data_fashion_mnist = load_data_fashion_mnist  # type: ignore[attr-defined]
    module.train_ch3 = train_ch3  # type: ignore[attr-defined]
    return module


def common_tools(torch: Any) -> ModuleType:
    """Make the module with one function, which seeds everything."""
    module = ModuleType("common_tools")

    def set_seed(seed: int) -> None:
        random.seed(seed)
        np.random.seed(seed)
        torch.manual_seed(seed)

    module.set_seed = set_seed  # type: ignore[attr-defined]
    return module


def stand_ins(torch: Any) -> dict[str, ModuleType]:
    """Return the modules that documents import and nobody has."""
    unused = [ModuleType("torchvision"), ModuleType("torchvision.transforms")]
    modules = [d2lzh_pytorch(torch), common_tools(torch), *unused]
    return {module.__name__: module for module in modules}


# ---- running them ----------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def figures_to_files(folder: Path) -> Iterator[None]:
    """Save the figure where matplotlib would show it."""
    plt = pytest.importorskip("matplotlib.pyplot", reason="plots need the extra: pip install 'minigrad-nn[demos]'")
    plt.switch_backend("Agg")

    def save(*_: Any) -> None:
        plt.savefig(folder / f"{len(list(folder.glob('*.png')))}.png", dpi=40)
        plt.close()

    try:
        with mock.patch.multiple(plt, show=save, pause=save):
            yield
    finally:
        plt.close("all")


@contextlib.contextmanager
def importable(modules: dict[str, ModuleType]) -> Iterator[None]:
    """Let the modules be imported; not mock.patch.dict, which would forget what else is imported meanwhile."""
    sys.modules.update(modules)
    try:
        yield
    finally:
        for name in modules:
            del sys.modules[name]


@contextlib.contextmanager
def nothing_left_behind() -> Iterator[None]:
    """Put back the module path and the global generators, which documents change."""
    states = random.getstate(), np.random.get_state()
    try:
        with mock.patch.object(sys, "path", [*sys.path]):
            yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])


def with_import_replaced(code: str, name: str) -> str:
    code = re.sub(r"^import torch$", f"import {name} as torch", code, flags=re.MULTILINE)
    return re.sub(r"^(import|from) torch\.", rf"\1 {name}.", code, flags=re.MULTILINE)


def run(number: str, torch: Any, folder: Path, *more: Repair) -> SimpleNamespace:
    """Run the blocks of a document one after the other under a framework; return its names and what it printed."""
    names: Names = {"__name__": "__main__"}
    lost, modules = list(LOST.get(number, [])), stand_ins(torch)
    with (
        contextlib.chdir(folder),
        contextlib.redirect_stdout(io.StringIO()) as printed,
        figures_to_files(folder),
        nothing_left_behind(),
        importable(modules),
    ):
        modules["common_tools"].set_seed(1)
        for i, block in enumerate(blocks_of(number, *more)):
            while lost and lost[0][0] in block:
                lost.pop(0)[1](torch, names)
            try:
                exec(compile(with_import_replaced(block, torch.__name__), f"{number}, block {i}", "exec"), names)
            finally:
                if "writer" in names:
                    names["writer"].close()  # TensorBoard's, which writes in a thread
    return SimpleNamespace(number=number, names=names, printed=printed.getvalue(), figures=sorted(folder.glob("*.png")))
