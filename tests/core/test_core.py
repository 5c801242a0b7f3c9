"""The core: it stands alone, runs, and leaves the bits that minigrad leaves."""

import ast
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import minigrad
from minigrad import core, nn, optim

CORE = Path(core.__file__).parent

OPTIMIZERS = {
    "Adam": ("Adam", {"lr": 0.01}),
    "Adam with L2": ("Adam", {"lr": 0.01, "weight_decay": 0.01}),
    "Adam with decoupled decay": ("Adam", {"lr": 0.01, "weight_decay": 0.01, "decoupled_weight_decay": True}),
    "SGD with momentum and L2": ("SGD", {"lr": 0.01, "momentum": 0.9, "weight_decay": 0.01}),
}

ALONE = """
import hashlib, json, sys
import numpy as np
from heart import nn, optim, random
from heart.tensor import Tensor

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
assert not [m for m in sys.modules if m.startswith("minigrad")]
"""


@pytest.fixture(scope="module")
def heart(tmp_path_factory):
    """A folder with the core alone in it, under another name."""
    folder = tmp_path_factory.mktemp("alone")
    shutil.copytree(CORE, folder / "heart", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def run(folder, *arguments):
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("case", OPTIMIZERS)
def test_alone_it_leaves_the_bits_that_minigrad_leaves(heart, case):
    name, options = OPTIMIZERS[case]
    alone = json.loads(run(heart, "-c", ALONE, json.dumps([name, options])))

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
    assert [p.array.tobytes().hex() for p in net.parameters()] == alone


def test_it_imports_numpy_and_itself_alone():
    allowed = sys.stdlib_module_names | {"numpy"}
    for file in CORE.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                assert {name.name.partition(".")[0] for name in node.names} <= allowed, file.name
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 1 or (node.level == 0 and node.module.partition(".")[0] in allowed), file.name


def test_the_main_program_shows_that_dropout_helps(heart):
    rows = run(heart, "-m", "heart").splitlines()
    (train, test), (dropped_train, dropped_test) = [[float(x) for x in row.split()[-2:]] for row in rows[1:]]
    assert train < dropped_train
    assert dropped_test < test


def test_the_trace_shows_one_step_in_its_order(heart):
    lines = run(heart, "-m", "heart", "--trace").splitlines()
    called = [line.split()[1] for line in lines]
    assert called[0] == "training_step"
    order = [called.index(name) for name in ("Dropout.forward", "mse_loss", "gradients", "Adam.move")]
    assert order == sorted(order)
    assert len(set(called)) <= 60
    assert {line.split(":")[0].strip() for line in lines} <= {file.name for file in CORE.glob("*.py")}


def test_an_unknown_option_is_refused(heart):
    with pytest.raises(subprocess.CalledProcessError) as error:
        run(heart, "-m", "heart", "--tarce")
    assert "--trace" in error.value.stderr


def test_the_same_rules_give_second_derivatives():
    x = core.Tensor([2.0], requires_grad=True)
    (x**3).sum().backward(create_graph=True)
    first, x.grad = x.grad, None
    first.sum().backward()
    assert (first.item(), x.grad.item()) == (12.0, 12.0)


def test_a_layer_has_second_derivatives():
    core.random.default.start(1)
    layer, x = core.nn.Linear(2, 3), core.Tensor(np.ones((4, 2), np.float32), requires_grad=True)
    (layer(x) ** 2).sum().backward(create_graph=True)
    slope, x.grad = x.grad, None  # 2 (x Wᵀ + b) W
    slope.sum().backward()  # each row of x gets 2 Σ Wᵀ W
    weight = layer.weight.array
    np.testing.assert_allclose(x.grad.array, np.tile(2 * (weight.T @ weight).sum(axis=0), (4, 1)), rtol=1e-5)
