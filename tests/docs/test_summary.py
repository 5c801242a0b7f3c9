"""minigrad.summary, and what a notebook shows of a module."""

from html.parser import HTMLParser

import numpy as np
import pytest

import minigrad as mg
from minigrad import nn


def network():
    return nn.Sequential(nn.Linear(1, 300), nn.BatchNorm1d(300), nn.ReLU(), nn.Dropout(0.5), nn.Linear(300, 1))


class Open(HTMLParser):
    """Keeps the tags that are open, and all text."""

    def __init__(self, text):
        super().__init__()
        self.open, self.text = [], ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def test_shapes_and_numbers():
    table = mg.summary(network(), (20, 1))
    assert [(row.name, row.kind, row.output, row.parameters) for row in table.rows] == [
        ("", "Sequential", "[20, 1]", 0),
        ("0", "Linear", "[20, 300]", 600),
        ("1", "BatchNorm1d", "[20, 300]", 600),
        ("2", "ReLU", "[20, 300]", 0),
        ("3", "Dropout", "[20, 300]", 0),
        ("4", "Linear", "[20, 1]", 301),
    ]
    assert (table.parameters, table.trainable, table.bytes) == (1501, 1501, 6004)


def test_the_network_is_as_before():
    net = network()
    net[3].eval()
    modes = [module.training for module in net.modules()]
    state, buffers = mg.get_rng_state(), [b.numpy().copy() for b in net.buffers()]
    mg.summary(net, (20, 1))
    assert [module.training for module in net.modules()] == modes
    assert all(not module._forward_hooks for module in net.modules())
    assert mg.equal(mg.get_rng_state(), state)
    for before, after in zip(buffers, net.buffers(), strict=True):
        np.testing.assert_array_equal(before, after.numpy())


def test_it_is_as_before_even_where_the_size_is_wrong():
    net = network()
    with pytest.raises(RuntimeError):
        mg.summary(net, (20, 2))
    assert all(module.training and not module._forward_hooks for module in net.modules())


def test_shared_weights_count_once_and_frozen_ones_are_named():
    layer = nn.Linear(4, 4)
    net = nn.Sequential(layer, nn.ReLU(), layer)
    layer.bias.requires_grad_(False)
    table = mg.summary(net, (2, 4))
    assert (table.parameters, table.trainable) == (20, 16)
    assert "4 of them frozen" in repr(table)


def test_several_inputs_and_integers():
    assert mg.summary(nn.Bilinear(2, 3, 4), [(5, 2), (5, 3)]).rows[0].output == "[5, 4]"
    assert mg.summary(nn.Embedding(10, 3), (2, 7), dtype=mg.int64).rows[0].output == "[2, 7, 3]"


def test_a_module_that_is_not_called_is_named():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.used, self.unused = nn.Linear(2, 2), nn.Linear(2, 2)

        def forward(self, x):
            return self.used(x)

    assert [row.output for row in mg.summary(Net(), (1, 2)).rows] == ["[1, 2]", "[1, 2]", ""]
    assert "not called" in repr(mg.summary(Net(), (1, 2)))


@pytest.mark.parametrize("size", [3, "ab", [(1.5, 2)], [3, (2,)]])
def test_what_is_no_size_is_refused(size):
    with pytest.raises(TypeError, match="argument 'size'"):
        mg.summary(nn.Linear(1, 1), size)


def test_what_is_no_module_is_refused():
    with pytest.raises(TypeError, match="argument 'net' must be Module, not function"):
        mg.summary(lambda x: x, (1,))


def test_a_notebook_shows_the_tree():
    net = network()
    net[0].bias.requires_grad_(False)
    page = Open(net._repr_html_())
    assert page.open == []
    for text in ("(4) Linear", "300 × 1 · float32", "frozen", "1,501 parameters", "running_mean", "(p=0.5"):
        assert text in page.text
    assert "evaluation mode" in Open(net.eval()._repr_html_()).text


def test_a_notebook_shows_the_table():
    page = Open(mg.summary(network(), (20, 1))._repr_html_())
    assert page.open == []
    assert "1,501 parameters" in page.text


def test_a_hostile_name_stays_text():
    net = nn.Module()
    net.add_module("<script>", nn.Linear(1, 1))
    assert "<script>" not in net._repr_html_()
