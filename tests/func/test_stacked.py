"""A stack of networks: each moves as in a run of its own, bit for bit, or the stack refuses it."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings, strategies as st

import minigrad as mg
from minigrad import nn, optim
from minigrad.func import Stacked, StackedLoss
from minigrad.func.layers import ELEMENTWISE
from minigrad.replay import TrainingStep

OPTIMIZERS = {
    "Adam": lambda params: optim.Adam(params, lr=0.01, weight_decay=0.01),
    "AdamW": lambda params: optim.AdamW(params, lr=0.01),
    "SGD": lambda params: optim.SGD(params, lr=0.05, momentum=0.9, weight_decay=0.01),
    "RMSprop": lambda params: optim.RMSprop(params, lr=0.001),
}
REGRESSIONS = [
    nn.MSELoss(), nn.MSELoss(reduction="sum"), nn.L1Loss(), nn.SmoothL1Loss(beta=0.5), nn.HuberLoss(),
    nn.BCEWithLogitsLoss(), nn.SoftMarginLoss(), nn.PoissonNLLLoss(), nn.functional.mse_loss,
]  # fmt: skip
CLASSIFICATIONS = [
    nn.CrossEntropyLoss(), nn.CrossEntropyLoss(reduction="sum"), nn.CrossEntropyLoss(label_smoothing=0.1),
    nn.NLLLoss(), nn.functional.cross_entropy,
]  # fmt: skip


def element_layers():
    return [kind(0.1, -0.2) if kind is nn.Threshold else kind() for kind in ELEMENTWISE]


@st.composite
def builders(draw, n_outputs):
    """Draw what builds a network from a generator for its dropouts, and its number of inputs."""
    features, *widths = draw(st.lists(st.integers(1, 6), min_size=1, max_size=3))
    hidden = [
        (
            width,
            draw(st.booleans()),
            draw(st.sampled_from(["no", "plain", "without bias", "without parameters"])),
            draw(st.sampled_from(range(len(ELEMENTWISE)))),
            draw(st.sampled_from([0.0, 0.3, 0.5, 1.0])),
        )
        for width in widths
    ]
    p_input = draw(st.sampled_from([None, 0.2]))

    def build(generator):
        layers = [] if p_input is None else [nn.Dropout(p_input, generator=generator)]
        n_in = features
        for width, bias, norm, element, p in hidden:
            layers.append(nn.Linear(n_in, width, bias))
            if norm != "no":
                layers.append(nn.LayerNorm(width, elementwise_affine="parameters" not in norm, bias=norm == "plain"))
            layers.append(nn.Sequential(element_layers()[element], nn.Dropout(p, generator=generator)))
            n_in = width
        return nn.Sequential(*layers, nn.Linear(n_in, n_outputs))

    return build, features


@st.composite
def experiments(draw):
    """Draw all that S runs are made of."""
    networks, samples = draw(st.integers(1, 4)), draw(st.integers(1, 7))
    classes = draw(st.sampled_from([0, 3]))
    outputs = classes or draw(st.integers(1, 2))
    build, features = draw(builders(outputs))
    loss = draw(st.sampled_from(CLASSIFICATIONS if classes else REGRESSIONS))
    x_is_shared, y_is_shared = draw(st.booleans()), draw(st.booleans())
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    x = rng.standard_normal((networks, samples, features)).astype(dtype)
    if classes:
        y = rng.choice([*range(classes), -100], (networks, samples), p=[0.3, 0.3, 0.3, 0.1])
    else:
        y = rng.integers(0, 2, (networks, samples, outputs)).astype(dtype)
    return {
        "build": build, "dtype": dtype, "loss": loss, "networks": networks,
        "engine": draw(st.sampled_from(["torch", "fast"])),
        "x": x[0] if x_is_shared else x, "y": y[0] if y_is_shared else y,
        "optimizer": OPTIMIZERS[draw(st.sampled_from(sorted(OPTIMIZERS)))],
    }  # fmt: skip


def built(experiment):
    """Return the networks of the separate runs, with the generator of each."""
    generators = [mg.Generator(engine=experiment["engine"]).manual_seed(s) for s in range(experiment["networks"])]
    nets = []
    for s, generator in enumerate(generators):
        mg.manual_seed(100 + s)
        nets.append(experiment["build"](generator).to(mg.float64 if experiment["dtype"] == np.float64 else mg.float32))
    return nets, generators


def own(array, s, ndim):
    return mg.from_numpy(array if array.ndim == ndim else array[s])


def steps_of(net, loss_func, optimizer, x, y, replayed, n=3):
    """Train, and return the losses of the steps."""
    step = TrainingStep(net, loss_func, optimizer)
    return [(step if replayed else step.as_written)(x, y).item() for _ in range(n)]


def state_bytes(net):
    return {name: p.detach().numpy().tobytes() for name, p in net.named_parameters()}


def assert_each_is_as_alone(experiment, replayed):
    x, y = experiment["x"], experiment["y"]
    y_ndim = 1 if y.dtype.kind == "i" else 2
    nets, generators = built(experiment)
    for s, net in enumerate(nets):
        steps_of(
            net, experiment["loss"], experiment["optimizer"](net.parameters()), own(x, s, 2), own(y, s, y_ndim), False
        )
    started, own_generators = built(experiment)
    stacked = Stacked(started, own_generators)
    optimizer = experiment["optimizer"](stacked.parameters())
    steps_of(stacked, StackedLoss(experiment["loss"]), optimizer, mg.from_numpy(x), mg.from_numpy(y), replayed)
    for s, (alone, unstacked) in enumerate(zip(nets, stacked.unstack(), strict=True)):
        assert state_bytes(unstacked) == state_bytes(alone), f"network {s}"
        assert (own_generators[s].get_state() == generators[s].get_state()).all()
    assert repr(stacked.unstack()[0]) == repr(nets[0])
    stacked.eval()
    outputs = stacked(mg.from_numpy(x)).detach().numpy()
    for s, alone in enumerate(nets):
        assert outputs[s].tobytes() == alone.eval()(own(x, s, 2)).detach().numpy().tobytes()


@settings(max_examples=150, deadline=None)
@given(experiments())
def test_each_network_has_the_bits_of_its_own_run(experiment):
    assert_each_is_as_alone(experiment, replayed=False)


def is_replayable(experiment):
    """Return whether the step of each network alone can be replayed."""
    nets, _ = built(experiment)
    x, y = experiment["x"], experiment["y"]
    try:
        for s, net in enumerate(nets):
            optimizer = experiment["optimizer"](net.parameters())
            steps_of(net, experiment["loss"], optimizer, own(x, s, 2), own(y, s, 1 + (y.dtype.kind == "f")), True, n=1)
    except RuntimeError:
        return False
    return True


@settings(max_examples=60, deadline=None)
@given(experiments().filter(is_replayable))
def test_so_it_has_in_a_replayed_step(experiment):
    assert_each_is_as_alone(experiment, replayed=True)
