"""A stack of networks: each moves as in a run of its own, bit for bit, or the stack refuses it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import minigrad as mg
from minigrad import nn, optim
from minigrad.func import Stacked, StackedLinear, StackedLoss, stack_module_state
from minigrad.func.stacking import ELEMENTWISE
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


@pytest.mark.parametrize("dtype", [mg.float32, mg.float64])
@pytest.mark.parametrize(
    ("batch", "sizes"),
    [
        (20, (1, 10, 10, 1)), (20, (1, 100, 100, 1)), (20, (1, 300, 300, 1)), (10, (1, 200, 200, 1)),
        (1, (3, 100, 2)), (2, (7, 33, 65, 5)), (128, (2, 50, 17, 3)), (257, (20, 64, 10)),
    ],
)  # fmt: skip
def test_so_it_has_at_the_sizes_of_experiments(batch, sizes, dtype):
    def build(generator):
        layers = [(nn.Linear(*pair), nn.ReLU(), nn.Dropout(0.5, generator=generator)) for pair in pairwise(sizes)]
        return nn.Sequential(*[layer for part in layers for layer in part][:-2]).to(dtype)

    networks = 4
    x, y = mg.randn(batch, sizes[0], dtype=dtype), mg.randn(networks, batch, sizes[-1], dtype=dtype)
    nets = [[build(mg.Generator().manual_seed(s)) for s in range(networks)] for _ in range(2)]
    for own, started in zip(*nets, strict=True):
        started.load_state_dict(own.state_dict())
    stacked = Stacked(nets[1])
    steps_of(stacked, StackedLoss(nn.MSELoss()), optim.Adam(stacked.parameters(), lr=0.01), x, y, replayed=True)
    for own, unstacked, target in zip(nets[0], stacked.unstack(), y, strict=True):
        steps_of(own, nn.MSELoss(), optim.Adam(own.parameters(), lr=0.01), x, target, replayed=False)
        assert state_bytes(unstacked) == state_bytes(own)


# ---- what a stack is -------------------------------------------------------------------------------------------------


def chain(p=0.0, **options):
    return nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Dropout(p, **options), nn.Linear(3, 1))


def test_parameters_have_the_names_of_the_networks_and_are_copies():
    nets = [nn.Sequential(nn.Linear(2, 3), nn.Sequential(nn.LayerNorm(3), nn.Linear(3, 1))) for _ in range(4)]
    stacked = Stacked(nets)
    assert {name: tuple(p.shape) for name, p in stacked.named_parameters()} == {
        "0.weight": (4, 3, 2), "0.bias": (4, 3), "1.0.weight": (4, 3), "1.0.bias": (4, 3),
        "1.1.weight": (4, 1, 3), "1.1.bias": (4, 1),
    }  # fmt: skip
    params, _ = stack_module_state(nets)
    assert all((params[name] == p).all() for name, p in stacked.named_parameters())
    with mg.no_grad():
        stacked.get_parameter("0.weight").zero_()
    assert all(net[0].weight.any() for net in nets)
    assert "Stacked(\n  networks=4\n  (0): StackedLinear(networks=4, in_features=2, out_features=3, bias=True)" in repr(
        stacked
    )


def test_frozen_parameters_and_modes_stay_what_they_are():
    nets = [chain(0.5, generator=mg.Generator().manual_seed(s)) for s in range(2)]
    for net in nets:
        net[0].weight.requires_grad_(False)
        net[2].eval()
    stacked = Stacked(nets)
    assert not stacked.get_parameter("0.weight").requires_grad
    assert stacked.training
    assert not stacked.get_submodule("2").training
    single = stacked.unstack()[1]
    assert single.training
    assert not single[2].training
    assert not single[0].weight.requires_grad
    assert single[2].generator is nets[1][2].generator


def test_one_generator_for_all_draws_other_masks_for_each():
    x = mg.ones(50, 4)
    stacked = Stacked([nn.Sequential(nn.Dropout(0.5)) for _ in range(3)], mg.Generator().manual_seed(0))
    masks = stacked(x)
    assert (masks == nn.Dropout(0.5, generator=mg.Generator().manual_seed(0))(mg.ones(3, 50, 4))).all()
    assert (masks[0] != masks[1]).any()  # 200 coins
    assert (masks[1] != masks[2]).any()


@pytest.mark.parametrize("transposed", [False, True])
def test_a_mask_goes_through_an_input_as_that_lies_in_memory(transposed):
    x = mg.arange(12.0).reshape(4, 3).t() if transposed else mg.arange(12.0).reshape(3, 4)
    alone = [nn.Dropout(0.5, generator=mg.Generator().manual_seed(s))(x + 1.0) for s in range(2)]
    stacked = Stacked([nn.Sequential(nn.Dropout(0.5))] * 2, [mg.Generator().manual_seed(s) for s in range(2)])
    assert (stacked(x + 1.0) == mg.stack(alone)).all()


def test_the_gradient_of_a_shared_input_is_the_sum_of_the_networks():
    nets = [chain() for _ in range(3)]
    x = mg.randn(5, 2).requires_grad_()
    Stacked(nets)(x).sum().backward()
    shared, x.grad = x.grad, None
    sum(net(x).sum() for net in nets).backward()
    np.testing.assert_allclose(shared.numpy(), x.grad.numpy(), rtol=1e-5)


def test_a_joint_clip_looks_at_all_networks():
    nets = [chain() for _ in range(2)]
    stacked = Stacked(nets)
    x = mg.randn(5, 2)
    (100 * stacked(x)[0].sum() + stacked(x)[1].sum()).backward()
    (100 * nets[0](x).sum() + nets[1](x).sum()).backward()
    both = [p for net in nets for p in net.parameters()]
    norm = nn.utils.clip_grad_norm_(stacked.parameters(), 1.0)
    np.testing.assert_allclose(norm.item(), nn.utils.clip_grad_norm_(both, 1.0).item(), rtol=1e-5)


def test_reset_parameters_draws_within_the_bounds_of_linear():
    layer = StackedLinear(2, 16, 3)
    mg.manual_seed(5)
    layer.reset_parameters()
    mg.manual_seed(5)
    assert (layer.weight == mg.empty(2, 3, 16).uniform_(-0.25, 0.25)).all()
    assert (layer.bias == mg.empty(2, 3).uniform_(-0.25, 0.25)).all()


# ---- what it refuses -------------------------------------------------------------------------------------------------


class Own(nn.Module):
    def forward(self, x):
        return x - x.mean(0)


class OwnChain(nn.Sequential):
    def forward(self, x):
        return super().forward(x) - x.mean(0)


def hooked():
    net = chain()
    net[1].register_forward_hook(lambda *_: None)
    return net


def hooked_parameter():
    net = chain()
    net[3].bias.register_hook(lambda g: 2 * g)
    return net


def tied():
    layer = nn.Linear(2, 2)
    return nn.Sequential(layer, nn.ReLU(), layer)


@pytest.mark.parametrize(
    ("nets", "error", "message"),
    [
        (list, ValueError, "at least one network"),
        (lambda: [nn.Linear(1, 1)], TypeError, "each network to be a Sequential.*network 0 is Linear"),
        (lambda: [OwnChain(nn.ReLU())], TypeError, "a Sequential, whose forward is known.*OwnChain"),
        (lambda: [nn.Sequential(OwnChain(nn.ReLU()))], TypeError, "OwnChain cannot be stacked"),
        (lambda: [nn.Sequential(Own())], TypeError, "Own cannot be stacked"),
        (lambda: [nn.Sequential(nn.BatchNorm1d(2))] * 2, TypeError, "BatchNorm1d cannot be stacked"),
        (lambda: [nn.Sequential(nn.LazyLinear(2))], TypeError, "LazyLinear cannot be stacked"),
        (lambda: [nn.Sequential(nn.Flatten())], TypeError, "Flatten cannot be stacked"),
        (lambda: [nn.Sequential(nn.PReLU())], TypeError, "PReLU cannot be stacked"),
        (lambda: [nn.Sequential(nn.Softmax(0))], ValueError, "dim must be 1 or -1"),
        (lambda: [nn.Sequential(nn.LayerNorm((2, 2)))], ValueError, "over the last dimension alone"),
        (lambda: [chain(0.5, inplace=True)], ValueError, "inplace=True"),
        (lambda: [chain(0.1), chain(0.2)], ValueError, "networks 0 and 1 have Dropout.p=0.1"),
        (lambda: [chain(), chain().eval()], ValueError, "in training and evaluation"),
        (lambda: [chain(), chain().double()], ValueError, "networks 0 and 1 have Linear"),
        (lambda: [chain(), nn.Sequential(nn.Linear(2, 3))], ValueError, "differ in more than their parameters"),
        (lambda: [chain(), hooked()], ValueError, "ReLU of network 1 has hooks"),
        (lambda: [chain(), hooked_parameter()], ValueError, "Linear of network 1 has hooks"),
        (lambda: [tied(), tied()], ValueError, "2.weight cannot be stacked: it is tied"),
    ],
)
def test_what_cannot_be_stacked_is_refused(nets, error, message):
    with pytest.raises(error, match=message):
        Stacked(nets())


@pytest.mark.parametrize(
    ("generators", "error", "message"),
    [
        (7, TypeError, "must be a Generator or a sequence of them, but got int"),
        ([mg.Generator()], ValueError, "expected 2 generators, one for each network, but got 1"),
        ([mg.Generator(), 7], TypeError, "number 1 is int"),
        ([mg.default_generator] * 2, ValueError, "networks 0 and 1 have the same generator"),
        ([mg.Generator(), mg.Generator(engine="fast")], ValueError, "expected one engine, but got fast and torch"),
    ],
)
def test_wrong_generators_are_refused(generators, error, message):
    with pytest.raises(error, match=message):
        Stacked([chain(), chain()], generators)


def test_the_default_generator_is_not_taken_in_silence():
    stacked = Stacked([chain(0.5), chain(0.5)])
    with pytest.raises(RuntimeError, match="Give generators="):
        stacked(mg.ones(4, 2))
    stacked.eval()
    assert stacked(mg.ones(4, 2)).shape == (2, 4, 1)
    with pytest.raises(ValueError, match="the same generator"):
        Stacked([chain(0.5, generator=mg.default_generator) for _ in range(2)])


def test_nothing_is_drawn():
    nets = [chain(), chain()]
    before = mg.get_rng_state()
    Stacked(nets).unstack()
    assert (mg.get_rng_state() == before).all()


def test_a_stacked_linear_takes_one_batch_for_all():
    layer, x = StackedLinear(3, 2, 4, bias=False), mg.randn(5, 2)
    assert (layer(x) == mg.stack([x @ w.T for w in layer.weight])).all()


@pytest.mark.parametrize("shape", [(2,), (3, 4, 2), (2, 4, 3), (2, 2, 4, 2), (4, 3)])
def test_inputs_that_do_not_fit_are_refused(shape):
    with pytest.raises(RuntimeError, match=r"expected an input of shape"):
        Stacked([chain(), chain()])(mg.ones(*shape))


def test_an_input_must_be_a_tensor():
    with pytest.raises(TypeError, match="must be Tensor"):
        Stacked([chain()])([[1.0, 2.0]])


# ---- losses ----------------------------------------------------------------------------------------------------------


def test_the_sum_of_losses_and_each():
    output, target = mg.randn(3, 5, 2), mg.randn(5, 2)
    losses = StackedLoss(nn.MSELoss(), reduction="none")(output, target)
    assert losses.shape == (3,)
    assert (losses == mg.stack([nn.functional.mse_loss(one, target) for one in output])).all()
    assert StackedLoss(nn.MSELoss())(output, target) == losses.sum()


def test_class_targets_of_as_many_samples_as_networks_are_told_from_probabilities():
    output = mg.randn(3, 3, 3)
    loss = StackedLoss(nn.CrossEntropyLoss(), reduction="none")
    classes = mg.randint(3, (3, 3))
    each = [nn.functional.cross_entropy(o, t) for o, t in zip(output, classes, strict=True)]
    assert (loss(output, classes) == mg.stack(each)).all()
    shared = mg.softmax(mg.randn(3, 3), 1)
    assert (loss(output, shared) == mg.stack([nn.functional.cross_entropy(o, shared) for o in output])).all()


def test_weighted_classes_are_taken_network_by_network():
    output, target = mg.randn(2, 4, 3), mg.tensor([0, 1, 2, 2])
    loss = nn.CrossEntropyLoss(weight=mg.tensor([1.0, 2.0, 3.0]))
    each = StackedLoss(loss, reduction="none")(output, target)
    assert (each == mg.stack([loss(o, target) for o in output])).all()


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("mse",), TypeError, "must be callable, but got str"),
        ((nn.MSELoss(), "mean"), ValueError, "must be 'sum' or 'none', but got 'mean'"),
        ((nn.MSELoss(reduction="none"),), ValueError, "must reduce to one number"),
    ],
)
def test_wrong_losses_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        StackedLoss(*arguments)


@pytest.mark.parametrize("shape", [(4, 2), (3, 4, 1), (1, 4, 1), (3,)])
def test_targets_that_do_not_fit_are_refused(shape):
    with pytest.raises(RuntimeError, match="expected a target of shape"):
        StackedLoss(nn.MSELoss())(mg.ones(2, 4, 1), mg.ones(*shape))


@pytest.mark.parametrize("shape", [(4,), (2, 4)])
def test_a_target_that_a_loss_warns_of_is_warned_of(shape):
    with pytest.warns(UserWarning, match="different to the input size"):
        StackedLoss(nn.MSELoss())(mg.ones(2, 4, 1), mg.ones(*shape))
