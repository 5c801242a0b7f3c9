"""Every code block of the five tutorials runs with the import replaced."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from types import SimpleNamespace
from unittest import mock

import numpy as np
import pytest
from seed_documents import DOCUMENTS, NUMBERS, REPAIRS, SHORTENED, blocks_of, run

import minigrad

pytestmark = pytest.mark.skipif(not DOCUMENTS, reason="MINIGRAD_SEEDS names no folder with the documents")

BLOCKS = {"000": 3, "001": 7, "002": 1, "003": 8, "004": 5}
FIGURES = {"000": 1, "001": 0, "002": 0, "003": 4, "004": 3}


@pytest.fixture(scope="module")
def document(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """What is left of a document that has run."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param != "004":
        yield run(request.param, minigrad, folder)
        return
    summary = pytest.importorskip("tensorboardX.summary", reason="needs the extra: pip install 'minigrad-nn[parity]'")
    with mock.patch.object(summary, "make_np", taking_tensors(summary.make_np)):
        yield run(request.param, minigrad, folder)


def taking_tensors(to_numpy):
    """Adapt tensorboardX, which knows frameworks by their names, as the README shows."""
    return lambda x: to_numpy(x.detach().numpy() if isinstance(x, minigrad.Tensor) else x)


def after(number: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("document", [number], indirect=True)


@pytest.mark.parametrize("number", NUMBERS)
def test_every_block_is_found(number: str) -> None:
    blocks = blocks_of(number)
    assert len(blocks) == BLOCKS[number]
    for block in blocks:
        ast.parse(block)


def test_no_rule_is_idle() -> None:
    texts = {number: path.read_text(encoding="utf-8") for number, path in DOCUMENTS.items()}
    for number, rules in REPAIRS.items():
        for rule in rules:
            assert re.search(rule.pattern, texts[number], re.MULTILINE), rule.what
            texts[number] = rule(texts[number])
    for rule in SHORTENED:
        assert any(rule(text) != text for text in texts.values()), rule.what


@pytest.mark.parametrize("document", NUMBERS, indirect=True)
def test_every_block_runs(document: SimpleNamespace) -> None:
    assert len(document.figures) == FIGURES[document.number]


@after("000")
def test_000_dropout_drops_while_training_alone(document: SimpleNamespace) -> None:
    net, x = document.names["net_dropped"], document.names["test_x"]
    assert not net(x).equal(net(x))
    assert net.eval()(x).equal(net(x))


@after("001")
def test_001_dropout_by_hand(document: SimpleNamespace) -> None:
    dropout, x = document.names["dropout"], document.names["X"]
    assert dropout(x, 0).equal(x.float())
    assert not dropout(x, 1.0).any()
    dropped = dropout(minigrad.ones(10_000), 0.5)
    assert sorted(dropped.unique().tolist()) == [0.0, 2.0]


@after("001")
def test_001_learns(document: SimpleNamespace) -> None:
    evaluate, net, images = (document.names[name] for name in ("evaluate_accuracy", "net", "test_iter"))
    assert evaluate(images, net) > 0.3  # ten classes, and twenty steps
    assert net.training  # as before


@after("002")
def test_002_prints_a_graph_while_training_alone(document: SimpleNamespace) -> None:
    trained, evaluated = document.printed.split("\ntensor(")
    assert trained.endswith("grad_fn=<AddmmBackward0>)")
    assert evaluated.endswith("]])\n")


@after("003")
def test_003_its_functions_run_on_arrays(document: SimpleNamespace) -> None:
    rng = np.random.default_rng(0)
    weights = {f"W{i}": rng.normal(size=(4, 4)) for i in (1, 2, 3)}
    biases = {f"b{i}": rng.normal(size=(4, 1)) for i in (1, 2, 3)}
    document.names.update(weights | biases)
    document.names["train_step"](rng.normal(size=(4, 5)))  # returns nothing, nor does the next
    document.names["predict"](rng.normal(size=(4, 5)))
    assert {"train_step", "predict"} <= document.names.keys()


@pytest.mark.filterwarnings("ignore:This overload of add is deprecated")
@after("004")
def test_004_its_step_decays_weights_as_sgd_does(document: SimpleNamespace) -> None:
    weights = [minigrad.tensor([1.0, -2.0, 3.0], requires_grad=True) for _ in range(2)]
    for w, kind in zip(weights, [document.names["Documented"], minigrad.optim.SGD], strict=True):
        optimizer = kind([w], lr=0.1, weight_decay=0.5)
        for _ in range(3):
            optimizer.zero_grad()
            (w**2).sum().backward()
            optimizer.step()
    np.testing.assert_allclose(weights[0].tolist(), weights[1].tolist(), rtol=1e-6)


@after("004")
def test_004_prints_the_expected_sum(document: SimpleNamespace) -> None:
    trained, evaluated = re.findall(r"tensor\(\[(\d+)\.\], grad_fn=<ReluBackward0>\)", document.printed)
    assert evaluated == "10000"
    assert abs(int(trained) - 10_000) < 620  # 6.2 standard deviations of 100: one false alarm in 1e9
