"""What scripts do with modules, written once and run in both frameworks: the same answers, the same errors."""

from __future__ import annotations

import copy
import pickle
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from this_machine import fused_multiply_add

import minigrad

torch = pytest.importorskip("torch", reason="parity with PyTorch needs the extra: pip install 'minigrad-nn[parity]'")

Script = Callable[[Any], Any]


def plain(x: Any) -> Any:
    """Return an answer in values that both frameworks can be compared by."""
    if isinstance(x, torch.Tensor | minigrad.Tensor):
        return str(x.dtype).rpartition(".")[2], x.requires_grad, np.round(x.detach().double().numpy(), 5).tolist()
    if isinstance(x, torch.nn.Module | minigrad.nn.Module):
        return plain(repr(x))
    if isinstance(x, dict):
        return [(key, plain(value)) for key, value in x.items()]
    if isinstance(x, str | int | float | bool | type(None)):
        return x.replace("torch.", "minigrad.") if isinstance(x, str) else x
    return [plain(item) for item in x]


def net(m: Any) -> Any:
    """Return a network with a buffer, a tied weight, a shared layer and a parameter that is left out."""

    class Block(m.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("count", m.zeros(1))
            self.scale = m.nn.Parameter(m.ones(3))
            self.inner = m.nn.Linear(3, 3, bias=False)
            self.register_buffer("scratch", m.zeros(2), persistent=False)
            self.register_buffer("steps", m.tensor(0))

        def forward(self, x: Any, factor: float = 1.0) -> Any:
            return self.inner(x) * self.scale * factor

    class Net(m.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.later = None
            self.first = m.nn.Linear(2, 3)
            self.block = Block()
            self.again = self.first
            self.tied = m.nn.Linear(2, 3)
            self.tied.weight = self.first.weight
            self.register_module("nothing", None)
            self.later = m.nn.ReLU()

        def forward(self, x: Any) -> Any:
            return self.block(self.first(x)) + self.tied(x)

    m.manual_seed(0)
    return Net()


# -- what belongs to a module -----------------------------------------------------------------------------------------


def registries(m: Any) -> Any:
    n = net(m)
    n.block.scale = None
    return [
        [list(x._parameters), list(x._buffers), list(x._modules), len(x._parameters), "bias" in x._parameters,
         repr(x._modules.keys()), repr(x._buffers.keys()), repr(x._parameters.keys()), repr(x._modules.items())]
        for x in n.modules()
    ]


def writes_into_registries(m: Any) -> Any:
    n = net(m)
    n._modules["first"] = m.nn.Tanh()
    n._parameters["extra"] = m.nn.Parameter(m.zeros(1))
    n.block._buffers["count"] = m.ones(2)
    del n.block._parameters["scale"]
    return n, dict(n.named_parameters()), dict(n.named_buffers()), n.extra, n.first, hasattr(n.block, "scale")


def kinds_that_change(m: Any) -> Any:
    n = net(m)
    n.block.count = m.nn.Parameter(m.zeros(3))  # a buffer becomes a parameter
    n.first = m.nn.Tanh()
    n.block.inner = None
    n.block.inner = m.nn.ReLU()
    n.tied.bias = None
    del n.block.steps
    n.block.scratch = m.ones(4)
    return n, dict(n.named_parameters()), dict(n.named_buffers()), list(n.state_dict())


def buffers_of_their_own(m: Any) -> Any:
    n = m.nn.Module()
    n.kept = m.nn.Buffer(m.zeros(2))
    n.lost = m.nn.Buffer(m.ones(1), persistent=False)
    n.lost = m.zeros(3)
    return dict(n.named_buffers()), list(n.state_dict()), n._non_persistent_buffers_set


def names(m: Any) -> Any:
    n = net(m)
    return [
        [name for name, _ in n.named_parameters(prefix="p")],
        [name for name, _ in n.named_parameters(remove_duplicate=False)],
        [name for name, _ in n.named_parameters("", False)],
        [name for name, _ in n.block.named_parameters(recurse=False)],
        [name for name, _ in n.named_buffers()],
        [name for name, _ in n.named_modules()],
        [name for name, _ in n.named_modules(prefix="net", remove_duplicate=False)],
        [name for name, _ in n.named_children()],
        [type(x).__name__ for x in n.children()],
        len(list(n.modules())),
        len(list(n.parameters())),
        len(list(n.buffers(recurse=False))),
    ]


def found_by_name(m: Any) -> Any:
    n = net(m)
    n.set_submodule("block.inner", m.nn.Identity())
    n.set_submodule("block.fresh", m.nn.Tanh())
    found = n.get_submodule("block.inner"), n.get_parameter("block.scale"), n.get_buffer("block.count")
    return *found, n.get_submodule("") is n, n


def attributes(m: Any) -> Any:
    n = m.nn.Sequential(net(m))
    own = {"first", "block", "scale", "inner", "count", "weight", "bias", "0", "training"}
    return sorted(own.intersection(dir(n[0]))), sorted(own.intersection(dir(n[0].first))), "0" in dir(n)


# -- all of it at once ------------------------------------------------------------------------------------------------


def conversions(m: Any) -> Any:
    n = net(m)
    n(m.ones(4, 2)).sum().backward()
    answers = []
    for convert in (n.double, n.half, n.float, lambda: n.to(m.float64), lambda: n.type(m.float32), n.cpu):
        answers += plain([convert() is n, n.parameters(), n.buffers(), n.first.weight.grad])
    return answers, n.to("cpu") is n


def zeroed_and_frozen(m: Any) -> Any:
    n = net(m)
    n(m.ones(4, 2)).sum().backward()
    n.zero_grad(set_to_none=False)
    zeros = [p.grad for p in n.parameters()]
    n.zero_grad()
    n.first.requires_grad_(False)
    return zeros, [p.grad for p in n.parameters()], [p.requires_grad for p in n.parameters()]


def modes(m: Any) -> Any:
    n = net(m)
    n.eval()
    n.block.train()
    return [(name, x.training) for name, x in n.named_modules()], n.apply(lambda x: setattr(x, "seen", True)).first.seen


def copies(m: Any) -> Any:
    n = net(m).eval()
    twin = copy.deepcopy(n)
    n.first.weight.data.zero_()
    tied = twin.tied.weight is twin.first.weight, twin.again is twin.first
    return twin, twin.state_dict(), tied, [name for name, _ in twin.named_parameters()], twin.training


def pickled(m: Any) -> Any:
    chain = m.nn.Sequential(m.nn.Linear(2, 2), m.nn.BatchNorm1d(2)).eval()
    twin = pickle.loads(pickle.dumps(chain))
    return chain(m.ones(3, 2)).tolist() == twin(m.ones(3, 2)).tolist(), twin, list(twin.state_dict()), twin.training


# -- saved and loaded -------------------------------------------------------------------------------------------------


def states(m: Any) -> Any:
    n = net(m)
    into = OrderedDict(before=1)
    kept = n.state_dict(keep_vars=True)["first.weight"] is n.first.weight
    return n.state_dict(), list(n.state_dict(destination=into, prefix="net.")), list(into), kept


def loading(m: Any) -> Any:
    n, state = net(m), net(m).state_dict()
    state["block.scale"] = m.tensor([1.0, 2.0, 3.0], dtype=m.float64)
    answer = repr(n.load_state_dict(state))
    del state["first.bias"]
    state["extra"] = m.zeros(1)
    loose = n.load_state_dict(state, strict=False)
    return answer, n.block.scale, loose.missing_keys, loose.unexpected_keys


def assigning(m: Any) -> Any:
    n, state = net(m), net(m).double().state_dict()
    n.first.bias.requires_grad_(False)
    n.load_state_dict(state, assign=True)
    shared = n.block.count is state["block.count"]
    return list(n.parameters()), list(n.buffers()), shared, type(n.first.weight).__name__


def loading_what_does_not_fit(m: Any) -> Any:
    n, state = net(m), net(m).state_dict()
    state["extra"] = state.pop("block.scale")
    state["first.bias"] = m.zeros(9)
    state["block.count"] = "text"
    with pytest.raises(RuntimeError) as error:
        n.load_state_dict(state)
    return str(error.value).replace("torch.Size", "minigrad.Size").replace("torch.Tensor", "Tensor")


def extra_states(m: Any) -> Any:
    class Counting(m.nn.Module):
        def __init__(self, count: Any) -> None:
            super().__init__()
            self.weight, self.count = m.nn.Parameter(m.full((2,), 1.0)), count

        def get_extra_state(self) -> Any:
            return self.count

        def set_extra_state(self, state: Any) -> None:
            self.count = state

    n, other = m.nn.Sequential(Counting(3), m.nn.Tanh(), Counting(None)), m.nn.Sequential(Counting(1), Counting(2))
    state = n.state_dict()
    answer = other.load_state_dict({**state, "_extra_state": 5, "1.weight": m.zeros(2)}, strict=False)
    return list(state), other[0].count, other[1].count, answer.missing_keys, sorted(answer.unexpected_keys)


def state_dict_hooks(m: Any) -> Any:
    n, calls = m.nn.Sequential(m.nn.Linear(1, 2), m.nn.Sequential(m.nn.Tanh(), m.nn.Linear(2, 1))), []

    def before_loading(module: Any, state: Any, prefix: str, metadata: Any, strict: bool, *lists: Any) -> None:
        calls.append((type(module).__name__, sorted(state), prefix, strict, len(lists)))
        state.pop(prefix + "gone", None)

    def forgiving(module: Any, keys: Any) -> None:
        calls.append(type(module).__name__)
        if module is n:
            calls.append(sorted(keys.unexpected_keys))
            keys.unexpected_keys.clear()

    for part in (n, n[1], n[1][1]):
        part.register_state_dict_pre_hook(lambda module, prefix, keep: calls.append((prefix, keep)))
        part.register_state_dict_post_hook(lambda module, state, prefix, data: state.update({prefix + "more": 1}))
        part.register_load_state_dict_pre_hook(before_loading)
        part.register_load_state_dict_post_hook(forgiving)
    state = n.state_dict()
    state["1.1.gone"] = 3
    n.load_state_dict(state)
    return calls, list(state)


# -- hooks ------------------------------------------------------------------------------------------------------------


def forward_hooks(m: Any) -> Any:
    n, calls = net(m).block, []
    x = m.ones(1, 3)

    def note(label: str) -> Callable[..., None]:
        return lambda module, *rest: calls.append((label, [str(type(part).__name__) for part in rest]))

    handles = [
        n.register_forward_pre_hook(note("pre")),
        n.register_forward_pre_hook(note("pre kwargs"), with_kwargs=True, prepend=True),
        n.register_forward_pre_hook(lambda module, args: args[0] * 2),
        n.register_forward_pre_hook(lambda module, args, kwargs: (args, {"factor": 3.0}), with_kwargs=True),
        n.register_forward_hook(note("hook")),
        n.register_forward_hook(note("first"), prepend=True),
        n.register_forward_hook(lambda module, args, kwargs, output: output + kwargs["factor"], with_kwargs=True),
    ]
    answers = [n(x, factor=1.0)]
    for handle in handles:
        handle.remove()
    with n.register_forward_hook(lambda *_: None):
        answers.append(len(n._forward_hooks))
    return answers, n(x), calls, len(n._forward_hooks)


def hooks_after_an_error(m: Any) -> Any:
    layer, calls = m.nn.Linear(2, 2), []
    layer.register_forward_hook(lambda *_: calls.append("usual"))
    layer.register_forward_hook(lambda module, args, output: calls.append(("always", output)), always_call=True)
    with pytest.raises(RuntimeError):
        layer(m.ones(5))
    layer(m.ones(2)).sum()
    return [call if isinstance(call, str) else call[0] for call in calls], calls[0][1]


def backward_hooks(m: Any) -> Any:
    n, seen = net(m), []
    n.block.register_full_backward_hook(lambda module, gx, gy: seen.append((gx, gy)))
    n.block.register_full_backward_hook(lambda module, gx, gy: (gx[0] * 2,))
    n.block.register_full_backward_pre_hook(lambda module, gy: (gy[0] + 1,))
    handle = n.block.register_full_backward_pre_hook(lambda module, gy: seen.append(gy), prepend=True)
    x = m.tensor([[1.0, 2.0]], requires_grad=True)
    n(x).sum().backward()
    handle.remove()
    n(x).sum().backward()
    return seen, x.grad, [p.grad for p in n.parameters()]


def backward_hooks_of_two(m: Any) -> Any:
    class Two(m.nn.Module):
        def forward(self, x: Any, scale: float, y: Any) -> Any:
            return x * y, y * scale

    two, seen = Two(), []
    two.register_full_backward_hook(lambda module, gx, gy: seen.append((gx, gy)))
    x, y = m.ones(2, requires_grad=True), m.tensor([2.0, 3.0])
    product, _ = two(x, 2.0, y)
    product.sum().backward()
    return seen[0][0], seen[0][1][0], x.grad


def backward_hooks_without_inputs(m: Any) -> Any:
    layer, seen = m.nn.Linear(2, 1), []
    layer.register_full_backward_hook(lambda module, gx, gy: seen.append((gx, gy)))
    with pytest.warns(UserWarning, match="Full backward hook is firing"):
        layer(m.ones(3, 2)).sum().backward()
    return seen, layer.weight.grad


# -- containers -------------------------------------------------------------------------------------------------------


def chain(m: Any) -> Any:
    return m.nn.Sequential(m.nn.Linear(2, 3), m.nn.ReLU(), m.nn.Linear(3, 2), m.nn.Tanh())


def sequential(m: Any) -> Any:
    n = chain(m)
    answers = [n[0], n[-1], n[1:3], n[::-1], len(n), list(n)]
    answers += [n.append(m.nn.Sigmoid()) is n, n.extend([m.nn.ELU()]) is n, n.insert(1, m.nn.GELU()) is n, n]
    n.insert(-1, m.nn.SiLU())
    n[0] = m.nn.Identity()
    del n[1]
    answers += [copy.deepcopy(n), n.pop(2), copy.deepcopy(n)]
    del n[1:3]
    answers += [n, n + n, n * 2, 2 * n]
    n += m.nn.Sequential(m.nn.Softplus())
    n *= 2
    return answers, n, list(n._modules)


def named_sequential(m: Any) -> Any:
    n = m.nn.Sequential(OrderedDict(a=m.nn.Linear(1, 2), b=m.nn.ReLU(), c=m.nn.Tanh()))
    return n.a, n[1:], n[-1], list(n.state_dict()), list(n[:2]._modules)


def module_list(m: Any) -> Any:
    n = m.nn.ModuleList([m.nn.Linear(2, 2) for _ in range(3)])
    n.append(m.nn.ReLU()).extend([m.nn.ReLU(), m.nn.Tanh()])
    n.insert(1, m.nn.Identity())
    answers = [copy.deepcopy(n), n[0], n[-1], n[2:4], len(n), [type(x).__name__ for x in n]]
    n[0] = m.nn.Sequential(m.nn.ReLU(), m.nn.Linear(1, 1))
    n[1] = m.nn.Sequential(m.nn.ReLU(), m.nn.Linear(1, 1))
    del n[2:4]
    answers += [copy.deepcopy(n), n.pop(-1), n + [m.nn.ReLU()]]  # noqa: RUF005
    n += [m.nn.ELU()]
    return answers, n, list(n.state_dict()), m.nn.ModuleList()


def module_dict(m: Any) -> Any:
    n = m.nn.ModuleDict({"b": m.nn.Linear(1, 1), "a": m.nn.ReLU()})
    n.update([("c", m.nn.Tanh()), ["d", m.nn.ELU()]])
    n["a"] = m.nn.GELU()
    answers = [list(n), list(n.keys()), [type(x).__name__ for x in n.values()], len(n), "b" in n, "z" in n, n["b"]]
    answers += [n.pop("c"), copy.deepcopy(n), [key for key, _ in n.items()], list(n.state_dict())]
    del n["d"]
    n.update(m.nn.ModuleDict({"e": m.nn.Identity()}))
    answers.append(copy.deepcopy(n))
    n.clear()
    return answers, n


def parameter_list(m: Any) -> Any:
    n = m.nn.ParameterList([m.nn.Parameter(m.zeros(2)), m.ones(1, 3), "text"])
    n.append(m.zeros(1)).extend([m.nn.Parameter(m.ones(2), requires_grad=False)])
    n += [3]
    n[0] = m.ones(4)
    answers = [len(n), n[0], n[-2], n[1:4:2], [type(x).__name__ for x in n], dict(n.named_parameters())]
    return answers, n, m.nn.Sequential(n), m.nn.ParameterList()


def parameter_dict(m: Any) -> Any:
    n = m.nn.ParameterDict({"b": m.zeros(2), "a": m.nn.Parameter(m.ones(1))})
    n["c"] = "text"
    n.update(OrderedDict(z=m.zeros(1, 2), y=m.ones(1)))
    answers = [list(n), list(reversed(n)), "a" in n, len(n), n["a"], n.get("q"), n.get("q", 5), list(n.keys())]
    answers += [n.setdefault("d", m.zeros(3)), n.pop("b"), n.popitem()[0], dict(n.named_parameters()), n.copy()]
    answers += [n | m.nn.ParameterDict({"new": m.zeros(1)}), [key for key, _ in n.items()], len(list(n.values()))]
    answers += [list(n.fromkeys(["k", "l"], 1))]
    n.clear()
    return answers, n


# -- layers -----------------------------------------------------------------------------------------------------------


def printed_layers(m: Any) -> Any:
    n = m.nn
    layers = [
        n.Linear(2, 3), n.Linear(2, 3, bias=False), n.Bilinear(2, 3, 4), n.Identity(54, unused=0.1), n.Flatten(),
        n.Unflatten(1, (2, 3)), n.Embedding(4, 3), n.Embedding(4, 3, padding_idx=-1, max_norm=2.0, norm_type=1),
        n.Embedding(4, 3, scale_grad_by_freq=True), n.Dropout3d(0.1, True), n.BatchNorm1d(3),
        n.BatchNorm1d(3, 1e-3, None, affine=False), n.BatchNorm1d(3, track_running_stats=False, bias=False),
        n.LayerNorm(3), n.LayerNorm((2, 3), 1e-3, bias=False), n.LayerNorm([3], elementwise_affine=False),
        n.GroupNorm(2, 4), n.GroupNorm(2, 4, affine=False), n.RMSNorm(3), n.RMSNorm((2,), 1e-3, False),
        n.CosineSimilarity(), n.PairwiseDistance(),
    ]  # fmt: skip
    return layers, [list(layer.state_dict()) for layer in layers]


def batch_norm_of_several_batches(m: Any) -> Any:
    answers = []
    for momentum in (0.1, None):
        layer = m.nn.BatchNorm1d(2, momentum=momentum)
        for scale in (1.0, 2.0):
            layer(m.tensor([[1.0, 2.0], [4.0, 8.0], [0.0, -4.0]]) * scale)
        answers += [layer.num_batches_tracked]
        answers += [(layer.running_mean * 64).round(), (layer.running_var * 64).round()]
        layer.reset_parameters()
        answers.append(layer.state_dict())
    return answers


def pretrained(m: Any) -> Any:
    table = m.tensor([[1.0, 2.0], [3.0, 4.0], [0.0, 5.0]])
    frozen = m.nn.Embedding.from_pretrained(table)
    short = m.nn.Embedding.from_pretrained(table.clone(), freeze=False, padding_idx=2, max_norm=5.0)
    rows = short(m.tensor([[0, 1], [2, 0]]))
    rows.sum().backward()
    return frozen(m.tensor([1, 1])), frozen.weight.requires_grad, rows, short.weight, short.weight.grad


def unflattened(m: Any) -> Any:
    x = m.arange(24).reshape(2, 12)
    return m.nn.Unflatten(1, (3, -1))(x), m.nn.Unflatten(-1, [2, 2, 3])(x), m.nn.Flatten(0, 1)(x.reshape(2, 3, 4))


SCRIPTS: list[Script] = [
    registries, writes_into_registries, kinds_that_change, buffers_of_their_own, names, found_by_name, attributes,
    conversions, zeroed_and_frozen, modes, copies, pickled, states, loading, assigning, loading_what_does_not_fit,
    extra_states, state_dict_hooks,
    forward_hooks, hooks_after_an_error, backward_hooks, backward_hooks_of_two, backward_hooks_without_inputs,
    sequential, named_sequential, module_list, module_dict, parameter_list, parameter_dict, printed_layers,
    batch_norm_of_several_batches, pretrained, unflattened,
]  # fmt: skip


@fused_multiply_add
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.__name__)
def test_the_same_answers(script: Script) -> None:
    assert plain(script(minigrad)) == plain(script(torch))


# -- refused ----------------------------------------------------------------------------------------------------------


def hooked(m: Any, hook: Callable[..., Any], kind: str = "register_full_backward_hook") -> Any:
    layer = m.nn.Linear(2, 2)
    getattr(layer, kind)(hook)
    return layer(m.ones(1, 2, requires_grad=True)).sum().backward()


def answered_with_a_number(m: Any) -> Any:
    layer = m.nn.ReLU()
    layer.register_forward_pre_hook(lambda module, args, kwargs: 3, with_kwargs=True)
    return layer(m.ones(1))


REFUSED: dict[str, Script] = {
    "a number for a buffer": lambda m: net(m).block.__setattr__("count", 3),
    "a list for a layer": lambda m: net(m).__setattr__("first", [m.nn.ReLU()]),
    "a layer for a parameter": lambda m: net(m).block.__setattr__("scale", m.nn.ReLU()),
    "a buffer before init": lambda m: m.nn.Module.__new__(m.nn.Module).register_buffer("x", m.zeros(1)),
    "a parameter before init": lambda m: m.nn.Module.__new__(m.nn.Module).register_parameter("x", None),
    "an attribute that is not there to go": lambda m: delattr(net(m), "nope"),
    "a name that is no string": lambda m: net(m).register_buffer(3, m.zeros(1)),
    "a layer's name that is no string": lambda m: net(m).add_module(3, m.nn.ReLU()),
    "a parameter's name that is empty": lambda m: net(m).register_parameter("", None),
    "a parameter that is a tensor": lambda m: net(m).register_parameter("x", m.zeros(1)),
    "a parameter where a layer is": lambda m: net(m).register_parameter("first", None),
    "a parameter that is not there": lambda m: net(m).get_parameter("first.nope"),
    "a parameter that is a buffer": lambda m: net(m).get_parameter("block.count"),
    "a buffer that is a parameter": lambda m: net(m).get_buffer("first.weight"),
    "a layer that is a parameter": lambda m: net(m).get_submodule("first.weight"),
    "a layer set to nothing": lambda m: net(m).set_submodule("first", None),
    "a layer set at no name": lambda m: net(m).set_submodule("", m.nn.ReLU()),
    "a layer set strictly": lambda m: net(m).set_submodule("block.nope", m.nn.ReLU(), strict=True),
    "a layer set where a parameter is": lambda m: net(m).set_submodule("block.scale", m.nn.ReLU()),
    "a conversion to integers": lambda m: net(m).to(m.int64),
    "a conversion to integers by name": lambda m: net(m).to(dtype=m.int32),
    "a GPU that is not there": lambda m: net(m).cuda(),
    "a state that is no dictionary": lambda m: net(m).load_state_dict([1, 2]),
    "too many gradients of the input": lambda m: hooked(m, lambda module, gx, gy: (gx[0], gx[0])),
    "too many gradients of the output": lambda m: hooked(
        m, lambda module, gy: (gy[0], gy[0]), "register_full_backward_pre_hook"
    ),
    "a wrong answer of a pre-hook": answered_with_a_number,
    "a chain's layer beyond its end": lambda m: chain(m)[4],
    "a chain's layer by name": lambda m: chain(m)["0"],
    "a chain with a number": lambda m: chain(m).append(3),
    "a number inserted": lambda m: chain(m).insert(0, 3),
    "an insertion beyond the end": lambda m: chain(m).insert(9, m.nn.ReLU()),
    "a chain and a list": lambda m: chain(m) + [m.nn.ReLU()],  # noqa: RUF005
    "a chain times 0": lambda m: chain(m) * 0,
    "a chain times a half": lambda m: chain(m) * 0.5,
    "a list's layer beyond its end": lambda m: m.nn.ModuleList()[0],
    "a list of numbers": lambda m: m.nn.ModuleList([1, 2]),
    "a list extended by a layer": lambda m: m.nn.ModuleList().extend(m.nn.ReLU()),
    "a list that is called": lambda m: m.nn.ModuleList()(3),
    "a dictionary's layer that is not there": lambda m: m.nn.ModuleDict()["x"],
    "a dictionary of numbers": lambda m: m.nn.ModuleDict({"x": 3}),
    "a dictionary of a number": lambda m: m.nn.ModuleDict(3),
    "a dictionary of triples": lambda m: m.nn.ModuleDict([(1, 2, 3)]),
    "a dictionary with a method's name": lambda m: m.nn.ModuleDict({"keys": m.nn.ReLU()}),
    "parameters from a tensor": lambda m: m.nn.ParameterList(m.ones(3)),
    "parameters that are called": lambda m: m.nn.ParameterList()(3),
    "parameters beyond the end": lambda m: m.nn.ParameterList([m.ones(1)])[1],
    "parameters by number": lambda m: m.nn.ParameterDict()[3],
    "parameters that are not there": lambda m: m.nn.ParameterDict().pop("x"),
    "parameters of a number": lambda m: m.nn.ParameterDict(3),
    "the last of no parameters": lambda m: m.nn.ParameterDict().popitem(),
    "an embedding of floats": lambda m: m.nn.Embedding(3, 2)(m.zeros(2)),
    "an embedding beyond the table": lambda m: m.nn.Embedding(3, 2)(m.tensor([3])),
    "an embedding before the table": lambda m: m.nn.Embedding(3, 2)(m.tensor([-1])),
    "padding beyond the table": lambda m: m.nn.Embedding(3, 2, padding_idx=3),
    "vectors of another shape": lambda m: m.nn.Embedding(3, 2, _weight=m.zeros(2, 3)),
    "a pretrained vector": lambda m: m.nn.Embedding.from_pretrained(m.zeros(3)),
    "a batch of one": lambda m: m.nn.BatchNorm1d(3)(m.zeros(1, 3)),
    "a batch of pictures": lambda m: m.nn.BatchNorm1d(3)(m.zeros(2, 3, 4, 4)),
    "a batch of other channels": lambda m: m.nn.BatchNorm1d(3)(m.zeros(2, 4)),
    "a batch of integers": lambda m: m.nn.BatchNorm1d(3)(m.zeros(2, 3, dtype=m.int64)),
    "no running statistics": lambda m: m.nn.functional.batch_norm(m.zeros(2, 3), None, None),
    "an eps of 0": lambda m: m.nn.functional.batch_norm(m.zeros(2, 3), None, None, training=True, eps=0.0),
    "a layer norm of another shape": lambda m: m.nn.LayerNorm(3)(m.zeros(2, 4)),
    "a layer norm's weight of another shape": lambda m: m.nn.functional.layer_norm(m.zeros(2, 3), (3,), m.ones(2)),
    "a layer norm over nothing": lambda m: m.nn.functional.layer_norm(m.zeros(2, 3), ()),
    "a root mean square of another shape": lambda m: m.nn.RMSNorm(3)(m.zeros(2, 4)),
    "groups that do not divide": lambda m: m.nn.GroupNorm(2, 3),
    "groups of another number of channels": lambda m: m.nn.functional.group_norm(m.zeros(2, 3), 2),
    "groups of a vector": lambda m: m.nn.functional.group_norm(m.zeros(3), 1),
    "a bilinear map of two batches": lambda m: m.nn.Bilinear(2, 3, 4)(m.zeros(5, 2), m.zeros(6, 3)),
    "a bilinear map of other sizes": lambda m: m.nn.Bilinear(2, 3, 4)(m.zeros(5, 3), m.zeros(5, 2)),
    "a bilinear map of nothing": lambda m: m.nn.Bilinear(0, 3, 4),
    "an unflattened number": lambda m: m.nn.Unflatten(1, 3),
    "unflattened text": lambda m: m.nn.Unflatten(1, ("2", 3)),
    "unflattened sizes that do not fit": lambda m: m.nn.Unflatten(1, (2, 3))(m.zeros(2, 7)),
    "classes of floats": lambda m: m.nn.functional.one_hot(m.zeros(2)),
    "a class below 0": lambda m: m.nn.functional.one_hot(m.tensor([-1])),
    "a class too high": lambda m: m.nn.functional.one_hot(m.tensor([3]), 3),
    "classes of nothing": lambda m: m.nn.functional.one_hot(m.tensor([], dtype=m.int64)),
    "an odd padding": lambda m: m.nn.functional.pad(m.zeros(2, 3), (1, 2, 3)),
    "a padding of too many dimensions": lambda m: m.nn.functional.pad(m.zeros(3), (1, 1, 1, 1)),
    "a padding that takes too much": lambda m: m.nn.functional.pad(m.zeros(3), (-2, -2)),
    "an unknown padding": lambda m: m.nn.functional.pad(m.zeros(2, 3), (1, 1), mode="mirror"),
    "a reflection too far": lambda m: m.nn.functional.pad(m.zeros(2, 3), (3, 0), mode="reflect"),
    "a reflection of a vector": lambda m: m.nn.functional.pad(m.zeros(3), (1, 1), mode="reflect"),
    "a circle too far": lambda m: m.nn.functional.pad(m.zeros(2, 3), (4, 0), mode="circular"),
    "a value to reflect": lambda m: m.nn.functional.pad(m.zeros(2, 3), (1, 1), mode="reflect", value=1.0),
    "a cosine of integers": lambda m: m.nn.functional.cosine_similarity(m.tensor([[1]]), m.tensor([[1]])),
    "a cosine of shapes that do not fit": lambda m: m.nn.functional.cosine_similarity(m.zeros(2, 3), m.zeros(2, 4)),
    "too large a norm": lambda m: m.nn.utils.get_total_norm([m.tensor([float("inf")])], error_if_nonfinite=True),
    "a list for a vector": lambda m: m.nn.utils.vector_to_parameters([1.0], [m.zeros(1)]),
    "too short a vector": lambda m: m.nn.utils.vector_to_parameters(m.zeros(2), [m.zeros(3)]),
    "an identity in three dimensions": lambda m: m.nn.init.eye_(m.zeros(2, 2, 2)),
    "an orthogonal vector": lambda m: m.nn.init.orthogonal_(m.zeros(3)),
    "a sparse vector": lambda m: m.nn.init.sparse_(m.zeros(3), 0.5),
    "a slope that is true": lambda m: m.nn.init.calculate_gain("leaky_relu", True),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_the_same_type_of_error(case: str) -> None:
    with pytest.raises(Exception) as theirs:  # noqa: PT011
        REFUSED[case](torch)
    with pytest.raises(theirs.type):
        REFUSED[case](minigrad)
