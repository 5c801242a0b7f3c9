"""minigrad.draw: every place and every line of a graph is in the drawing, with right numbers; and nothing changes."""

import itertools
import shutil
import subprocess
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given, strategies as st

import minigrad as mg
from minigrad import core, nn
from minigrad.utils.drawing.layout import Passage
from minigrad.utils.drawing.svg import arranged


def network(p=0.5):
    mg.manual_seed(1)
    return nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Dropout(p), nn.Linear(3, 1))


def loss_of(net):
    return nn.MSELoss()(net(mg.randn(2, 2)), mg.randn(2, 1))


class Square(mg.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return 2 * x * g


@st.composite
def losses(draw):
    """A random graph of small tensors, in which values are used several times."""
    known = [mg.tensor([1.0, 2.0, 0.5], requires_grad=True), mg.tensor([3.0], requires_grad=True)]
    for kind in draw(st.lists(st.sampled_from(["add", "mul", "exp", "relu", "cat", "number"]), max_size=12)):
        x, y = (known[draw(st.integers(0, len(known) - 1))] for _ in range(2))
        known.append(
            {
                "add": lambda x, y: x + y[:1],
                "mul": lambda x, y: x * y[:1],
                "exp": lambda x, y: (-x).exp(),
                "relu": lambda x, y: x.relu(),
                "cat": lambda x, y: mg.cat([x[:2], y[:1]]),
                "number": lambda x, y: x * 3 + 1,
            }[kind](x, y)
        )
    return known[-1].sum()


@given(losses())
def test_every_box_and_every_line_is_drawn(loss):
    drawing = mg.draw(loss, values=True, gradients=True, rules=True)
    boxes, lines = len(drawing.graph), sum(len(box.inputs) for box in drawing.graph.values())
    tags = [element.tag.rpartition("}")[2] for element in ET.fromstring(drawing.svg).iter()]
    assert tags.count("rect") == boxes + 1  # and the ground
    assert tags.count("path") == lines + 1  # and the tip
    assert drawing.dot.count(" -> ") == lines
    assert drawing.dot.count("[label=") == boxes
    assert drawing.mermaid.count(" --> ") == lines
    assert drawing.mermaid.count('["') == boxes


@given(losses())
def test_boxes_do_not_overlap_and_lines_go_down(loss):
    drawing = mg.draw(loss, values=True, gradients=True, rules=True)
    layout = arranged(drawing.graph)
    spots = [spot for item, spot in layout.spots.items() if not isinstance(item, Passage)]
    for x, y, w, h in spots:
        assert 0 <= x <= x + w <= layout.width + 1e-6
        assert 0 <= y <= y + h <= layout.height + 1e-6
    for (x, y, w, h), (x2, y2, w2, h2) in itertools.combinations(spots, 2):
        assert x + w <= x2 or x2 + w2 <= x or y + h <= y2 or y2 + h2 <= y
    for items in layout.lines:
        for upper, lower in itertools.pairwise(layout.spots[item] for item in items):
            assert upper.top + upper.height < lower.top


@given(losses())
def test_values_and_gradients_are_those_of_the_graph(loss):
    graph = mg.draw(loss, values=True, gradients=True).graph
    assert next(iter(graph.values())).value == loss.item()
    leaves = [place for place in graph if isinstance(place, mg.Tensor) and place.requires_grad]
    for leaf, gradient in zip(leaves, mg.autograd.grad(loss, leaves), strict=True):
        np.testing.assert_array_equal(graph[leaf].gradient, gradient.numpy())
        np.testing.assert_array_equal(graph[leaf].value, leaf.detach().numpy())


def test_known_values_are_the_forward_passs():
    net, seen = network(), {}
    for name, module in net.named_children():
        module.register_forward_hook(lambda module, args, out, name=name: seen.update({name: out.detach().numpy()}))
    graph = mg.draw(loss_of(net), net, values=True).graph
    drawn = {box.name: box.value for box in reversed(graph.values())}
    for layer, box in {"1": "relu", "2": "mul"}.items():
        np.testing.assert_array_equal(drawn[box], seen[layer])
    np.testing.assert_array_equal(drawn["0.weight"], net[0].weight.detach().numpy())


def test_drawing_changes_nothing():
    net = network()
    loss = loss_of(net)
    called = []
    net[0].weight.register_hook(called.append)
    state = mg.get_rng_state()
    mg.draw(loss, net, values=True, gradients=True, rules=True).svg  # noqa: B018
    assert called == []
    assert all(p.grad is None for p in net.parameters())
    assert mg.equal(mg.get_rng_state(), state)
    loss.backward()
    assert len(called) == 1


def test_names_come_from_a_dictionary_or_a_module():
    net = network()
    loss = loss_of(net)
    names = {box.name for box in mg.draw(loss, net).graph.values()}
    assert names == {"mse", "linear", "mul", "relu", "constant", "0.weight", "0.bias", "3.weight", "3.bias"}
    assert "w" in {box.name for box in mg.draw(loss, {"w": net[0].weight}).graph.values()}


def test_the_rules_are_the_tables_text():
    x, y = mg.tensor(2.0, requires_grad=True), mg.tensor(3.0, requires_grad=True)
    graph = mg.draw(mg.cat([(x * y).reshape(1), x.exp().reshape(1)]).sum(), rules=True).graph
    assert graph[y].rules == ["g * x"]
    assert sorted(graph[x].rules) == ["g * y", "g * y"]  # of mul, and of exp


def test_a_users_function_is_a_box_too():
    x = mg.tensor([1.0, 2.0], requires_grad=True)
    graph = mg.draw((Square.apply(x) * 3).sum(), {"x": x}, values=True, gradients=True, rules=True).graph
    np.testing.assert_array_equal(graph[x].gradient, [6.0, 12.0])
    assert graph[x].rules == ["backward(ctx, g)"]


def test_a_value_that_was_overwritten_is_not_shown():
    w = mg.tensor([1.0, 2.0], requires_grad=True)
    y = w * 1 + w.exp()
    out = y.sum()
    with mg.no_grad():
        w.add_(1)
    by_name = {box.name: box for box in mg.draw(out, values=True).graph.values()}
    assert by_name["mul"].value is None
    np.testing.assert_allclose(by_name["exp"].value, np.exp([1.0, 2.0]), rtol=1e-6)
    assert by_name["sum"].value == out.item()


def test_after_a_backward_pass_the_graph_is_there_but_its_gradients_are_not():
    net = network()
    loss = loss_of(net)
    before = len(mg.draw(loss).graph)
    loss.backward()
    assert len(mg.draw(loss, values=True).graph) >= before - 3  # what the nodes held is gone, the nodes are not
    with pytest.raises(RuntimeError, match="retain_graph=True"):
        mg.draw(loss, gradients=True)


def test_a_tensor_of_the_heart_can_be_drawn():
    c = core.Tensor([1.0, 2.0], requires_grad=True)
    graph = mg.draw((c * c).sum(), {"c": c}, values=True, gradients=True, rules=True).graph
    np.testing.assert_array_equal(graph[c].gradient, [2.0, 4.0])


def test_a_leaf_alone_can_be_drawn():
    w = mg.ones(2, requires_grad=True)
    assert [box.name for box in mg.draw(w, {"w": w}).graph.values()] == ["w"]


@pytest.mark.parametrize(
    ("array", "lines"),
    [
        ([[1.0, -2.5]], ["   1.00  -2.50"]),
        ([123456.0, -1e-3], ["   1.2e+05  -1.0e-03"]),
        ([1e-4, 0.0], ["   1.0e-04   0.0e+00"]),
        ([float("nan"), 1.0], ["    nan   1.00"]),
    ],
)
def test_numbers_stand_apart(array, lines):
    w = mg.tensor(array, requires_grad=True)
    assert mg.draw(w, {"w": w}, values=True).dot.split(r"\l")[1:-1] == lines


def test_a_large_value_is_shown_by_its_shape():
    w = mg.ones(20, 300, requires_grad=True)
    assert "20 × 300" in mg.draw(w, values=True).svg


@pytest.mark.parametrize("suffix", ["svg", "dot", "gv", "mmd", "mermaid"])
def test_it_is_saved_by_suffix(suffix, tmp_path):
    drawing = mg.draw(loss_of(network()))
    path = tmp_path / f"graph.{suffix}"
    drawing.save(path)
    kind = {"svg": drawing.svg, "dot": drawing.dot, "gv": drawing.dot}.get(suffix, drawing.mermaid)
    assert path.read_text(encoding="utf-8") == kind
    assert drawing._repr_svg_() == drawing.svg


def test_hostile_names_stay_text():
    w = mg.ones(2, requires_grad=True)
    drawing = mg.draw(w * 2, {'<script>"&\\`#': w}, title="<b>&")
    text = [element.text for element in ET.fromstring(drawing.svg).iter() if element.text]
    assert '<script>"&\\`#' in text
    assert "<b>&" in text
    assert "<script>" not in drawing.mermaid
    assert r'label="<script>\"&\\`#\l' in drawing.dot


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
def test_graphviz_reads_it():
    dot = mg.draw(loss_of(network()), values=True, gradients=True, rules=True).dot
    subprocess.run(["dot", "-Tsvg"], input=dot.encode(), check=True, capture_output=True)


def test_what_cannot_be_drawn_is_refused():
    w = mg.ones(2, requires_grad=True)
    with pytest.raises(TypeError, match="must be Tensor, not float"):
        mg.draw(2.0)
    with pytest.raises(TypeError, match="must be a dict or a Module, not list"):
        mg.draw(w, [w])
    with pytest.raises(RuntimeError, match="no graph"):
        mg.draw(mg.ones(2))
    with pytest.raises(RuntimeError, match="scalar"):
        mg.draw(w * 2, gradients=True)
    with pytest.raises(ValueError, match=r"ends in \.svg"):
        mg.draw(w).save("graph.png")
    x = w
    for _ in range(600):
        x = x * 2
    with pytest.raises(ValueError, match="max_boxes=500"):
        mg.draw(x)
