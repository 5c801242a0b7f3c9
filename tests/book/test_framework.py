"""What the chapters build is a framework: put together, it trains alone, and leaves the bits that minigrad leaves."""

import json
import subprocess
import sys

import numpy as np
import pytest

import minigrad
from book import checks, growth, so_far
from minigrad import nn, optim
from minigrad.testing import check_dropout

pytestmark = pytest.mark.usefixtures("in_english")

OPTIMIZERS = {
    "Adam": ("Adam", {"lr": 0.01}),
    "Adam with L2": ("Adam", {"lr": 0.01, "weight_decay": 0.01}),
    "AdamW": ("Adam", {"lr": 0.01, "weight_decay": 0.01, "decoupled_weight_decay": True}),
    "SGD with momentum and L2": ("SGD", {"lr": 0.01, "momentum": 0.9, "weight_decay": 0.01}),
}

ALONE = """
import json, sys
import numpy as np
from mine import nn, optim, random
from mine.tensor import Tensor

name, options = json.loads(sys.argv[1])
random.default.start(3)
net = nn.Sequential(
    nn.Linear(1, 60), nn.Dropout(0.5), nn.ReLU(),
    nn.Linear(60, 60), nn.Dropout(0.2), nn.ReLU(),
    nn.Linear(60, 1),
)
x = Tensor(np.linspace(-1, 1, 20, dtype=np.float32)[:, None])
optimizer = getattr(optim, name)(net.parameters(), **options)
for _ in range(50):
    loss = nn.mse_loss(net(x), x)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(json.dumps([p.array.tobytes().hex() for p in net.parameters()]))
assert not [m for m in sys.modules if m.startswith(("minigrad", "book"))]
"""


@pytest.fixture(scope="module")
def mine(tmp_path_factory):
    """A folder with nothing but the chapters' definitions in the core's files."""
    folder = tmp_path_factory.mktemp("alone")
    (folder / "mine").mkdir()
    built = growth.versions()
    for file in growth.CORE.glob("*.py"):
        if file.name != "__main__.py":
            text = growth.put_together(file.read_text(encoding="utf-8"), built)
            (folder / "mine" / file.name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("case", OPTIMIZERS)
def test_put_together_it_leaves_the_bits_that_minigrad_leaves(mine, case):
    name, options = OPTIMIZERS[case]
    command = [sys.executable, "-c", ALONE, json.dumps([name, options])]
    alone = json.loads(subprocess.run(command, cwd=mine, capture_output=True, text=True, check=True).stdout)

    minigrad.manual_seed(3)
    net = nn.Sequential(
        nn.Linear(1, 60), nn.Dropout(0.5), nn.ReLU(),
        nn.Linear(60, 60), nn.Dropout(0.2), nn.ReLU(),
        nn.Linear(60, 1),
    )  # fmt: skip
    x = minigrad.from_numpy(np.linspace(-1, 1, 20, dtype=np.float32)[:, None])
    if options.get("decoupled_weight_decay"):
        name, options = "AdamW", {key: value for key, value in options.items() if key != "decoupled_weight_decay"}
    optimizer = getattr(optim, name)(net.parameters(), **options)
    for _ in range(50):
        loss = nn.MSELoss()(net(x), x)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert [p.detach().numpy().tobytes().hex() for p in net.parameters()] == alone


def test_nothing_but_definitions_of_the_chapters_is_in_it(mine):
    built = {text for texts in growth.versions().values() for text in texts}
    for file in (mine / "mine").glob("*.py"):
        for name, node in growth.definitions(file.read_text(encoding="utf-8")).items():
            assert growth.plain(node) in built, name


def test_what_no_chapter_builds_is_listed_with_its_reason():
    listed = sorted(name for names in growth.NOT_BUILT.values() for name in names)
    assert growth.not_built() == listed, "build it in a chapter, or say why not in growth.NOT_BUILT"


def last_chapters():
    """The names of the last chapters' dropout, with the last engine below it."""
    so_far.chapter.cache_clear()
    dropping, randomness = so_far.chapter(12), so_far.chapter(13)
    so_far.chapter(15), so_far.chapter(17)
    return dropping, randomness


@pytest.mark.slow
def test_its_dropout_is_acquitted_by_the_kit():
    dropping, randomness = last_chapters()
    adapter = checks.Layer(dropping.Dropout, dropping, dropping.random, randomness.Source)
    report = check_dropout(adapter, skip=("seed",))
    assert report.ok, report
