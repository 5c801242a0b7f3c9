"""vmap: many calls as one, or an error that says what is not mapped."""

from __future__ import annotations

import pytest

import minigrad as mg
from minigrad import nn
from minigrad.func import functional_call, stack_module_state, vmap

N_NETS = 3
MSE = nn.MSELoss()


def nets_with(*layers):
    return [nn.Sequential(nn.Linear(2, 4), *layers, nn.Linear(4, 1)) for _ in range(N_NETS)]


def mapped_over(nets, **options):
    """Return a function of an input that calls all networks."""
    state = stack_module_state(nets)

    def call(params, buffers, x):
        return functional_call(nets[0], (params, buffers), (x,))

    x_dim = options.pop("x_dim", None)
    return lambda x: vmap(call, in_dims=(0, 0, x_dim), **options)(*state, x)


@pytest.mark.parametrize("x_dim", [None, 0, 1, -1])
def test_outputs_are_those_of_the_calls(x_dim):
    nets = nets_with(nn.LayerNorm(4), nn.Tanh())
    x = mg.randn(N_NETS, 5, 2)
    expected = mg.stack([net(x[0] if x_dim is None else own) for net, own in zip(nets, x, strict=True)])
    given = x[0] if x_dim is None else x.movedim(0, x_dim)
    assert (mapped_over(nets, x_dim=x_dim)(given) == expected).all()
    assert (mapped_over(nets, x_dim=x_dim, out_dims=1)(given) == expected.movedim(0, 1)).all()


def test_losses_and_gradients_are_those_of_the_calls():
    nets = nets_with(nn.ReLU())
    params, buffers = stack_module_state(nets)
    x, y = mg.randn(5, 2), mg.randn(5, 1)

    def loss_of(params, buffers, x, y):
        output = functional_call(nets[0], (params, buffers), (x,))
        return functional_call(MSE, {}, (output, y)), output

    losses, outputs = vmap(loss_of, in_dims=(0, 0, None, None), out_dims=(0, 1))(params, buffers, x, y)
    losses.sum().backward()
    alone = [MSE(net(x), y) for net in nets]
    sum(alone).backward()
    assert losses.tolist() == [loss.item() for loss in alone]
    assert outputs.shape == (5, N_NETS, 1)
    for name, p in params.items():
        assert (p.grad == mg.stack([net.get_parameter(name).grad for net in nets])).all()


def test_classes_of_a_target_for_each():
    logits, target = mg.randn(N_NETS, 5, 4), mg.randint(4, (N_NETS, 5))
    loss = nn.CrossEntropyLoss()
    losses = vmap(lambda x, y: functional_call(loss, {}, (x, y)))(logits, target)
    assert losses.tolist() == [loss(x, y).item() for x, y in zip(logits, target, strict=True)]


def test_what_depends_on_nothing_mapped_is_the_same_for_all():
    assert vmap(lambda x: mg.arange(3))(mg.ones(2, 1)).tolist() == [[0, 1, 2]] * 2


def test_randomness_different_draws_one_mask_for_each():
    nets = [nn.Sequential(nn.Dropout(0.5)) for _ in range(N_NETS)]
    x = mg.ones(N_NETS, 20, 5)
    draw = mapped_over(nets, x_dim=0, randomness="different")
    mg.manual_seed(0)
    masks = draw(x)
    mg.manual_seed(0)
    assert (masks == nn.Dropout(0.5)(x)).all()
    assert (masks[0] != masks[1]).any()  # 100 coins


def test_randomness_same_draws_one_mask_for_all():
    nets = [nn.Sequential(nn.Dropout(0.5, generator=mg.Generator().manual_seed(7))) for _ in range(N_NETS)]
    masks = mapped_over(nets, x_dim=0, randomness="same")(mg.ones(N_NETS, 20, 5))
    mask = nn.Dropout(0.5, generator=mg.Generator().manual_seed(7))(mg.ones(20, 5))
    assert (masks == mask).all()


def test_randomness_is_an_error_unless_it_is_said():
    nets = nets_with(nn.Dropout(0.5))
    with pytest.raises(RuntimeError, match="in randomness error mode"):
        mapped_over(nets)(mg.ones(5, 2))
    for net in nets:
        net.eval()
    assert mapped_over(nets)(mg.ones(5, 2)).shape == (N_NETS, 5, 1)


def test_a_tensor_that_is_mapped_can_do_nothing_else():
    for func in (lambda x: x.sum(), lambda x: x.shape, lambda x: x.array):
        with pytest.raises(AttributeError, match="functional_call does with a Sequential or with a loss"):
            vmap(func)(mg.ones(2, 3))
    for func in (lambda x: x + 1, lambda x: 2 * x, lambda x: x[0], mg.sin, nn.ReLU(), nn.functional.relu):
        with pytest.raises(TypeError):
            vmap(func)(mg.ones(2, 3))


class Own(nn.Module):
    def forward(self, x):
        return x - x.mean(0)


@pytest.mark.parametrize(
    ("func", "args", "options", "error", "message"),
    [
        (lambda x: x, (), {}, ValueError, "got no inputs"),
        (lambda x: x, (mg.ones(2),), {"in_dims": (0, 0)}, ValueError, "2 entries, but there are 1"),
        (lambda x: x, (mg.ones(2),), {"in_dims": None}, ValueError, "at least one argument must be mapped"),
        (lambda x: x, (mg.ones(2),), {"in_dims": "0"}, ValueError, "in_dims must be an int or None"),
        (lambda x: x, (mg.ones(2),), {"in_dims": 1}, ValueError, "in_dim 1 is out of range"),
        (lambda x: x, (mg.ones(()),), {}, ValueError, "in_dim 0 is out of range"),
        (lambda x: x, (7,), {}, ValueError, "must be of tensors, but got int"),
        (lambda x, y: x, ({}, []), {}, ValueError, "no argument holds a tensor"),
        (lambda x, y: x, (mg.ones(2), mg.ones(3)), {}, ValueError, r"got sizes \[2, 3\]"),
        (lambda x: 7, (mg.ones(2),), {}, ValueError, "must return tensors, but it returned int"),
        (lambda x: (x, x), (mg.ones(2),), {"out_dims": (0,)}, ValueError, "out_dims has 1 entries"),
        (lambda x: x, (mg.ones(2),), {"randomness": "some"}, RuntimeError, "Only allowed values"),
        (lambda x: x, (mg.ones(2),), {"chunk_size": 1}, NotImplementedError, "chunk_size must be None"),
        (lambda x: vmap(lambda y: y)(mg.ones(2)), (mg.ones(2),), {}, NotImplementedError, "within another"),
        (lambda x: functional_call(Own(), {}, (x,)), (mg.ones(2, 3, 4),), {}, RuntimeError, "Own cannot be mapped"),
        (lambda x: functional_call(nn.ReLU(), {}, (x,)), (mg.ones(2, 3),), {}, RuntimeError, r"shape \(N, features\)"),
        (
            lambda x: functional_call(nn.Linear(4, 1), {}, (x,)),
            (mg.ones(2, 3, 4),),
            {},
            RuntimeError,
            "weight, bias are",
        ),
        (
            lambda x: functional_call(nn.Sequential(nn.BatchNorm1d(4, affine=False)), {}, (x,)),
            (mg.ones(2, 3, 4),),
            {},
            TypeError,
            "BatchNorm1d cannot be stacked",
        ),
        (
            lambda x: functional_call(nn.ReLU(), {"w": x}, (x,)),
            (mg.ones(2, 3, 4),),
            {},
            AttributeError,
            "parameter 'w'",
        ),
        (
            lambda x: functional_call(nn.Linear(4, 1, bias=False), {"weight": x}, (mg.ones(3, 4),)),
            (mg.ones(2, 1, 3),),
            {},
            RuntimeError,
            r"expected weight of shape \[1, 4\], but got \[1, 3\]",
        ),
        (
            lambda x: functional_call(nn.MSELoss(reduction="none"), {}, (x, x)),
            (mg.ones(2, 3),),
            {},
            RuntimeError,
            "reduction is 'none'",
        ),
        (
            lambda x: functional_call(MSE, {}, (mg.ones(3), x)),
            (mg.ones(2, 3),),
            {},
            RuntimeError,
            "output that is mapped",
        ),
        (
            lambda x: functional_call(nn.ReLU(), {}, (x, x)),
            (mg.ones(2, 3),),
            {},
            RuntimeError,
            "one argument, but got 2",
        ),
        (
            lambda x: functional_call(nn.ReLU(), {}, (x,), {"a": 1}),
            (mg.ones(2, 3),),
            {},
            RuntimeError,
            r"\(a\) are not",
        ),
    ],
)
def test_what_is_not_mapped_is_refused(func, args, options, error, message):
    with pytest.raises(error, match=message):
        vmap(func, **options)(*args)
    assert vmap(lambda x: x)(mg.ones(2)).tolist() == [1.0, 1.0]  # none is under way any more
