"""Every function has an in-place form that does the same, writes where it stands, and refuses what does not fit.

How writes are differentiated through views is tested with the engine.
"""

from __future__ import annotations

import operator

import numpy as np
import pytest

import minigrad as mg
from minigrad.autograd import gradcheck

# ---- the in-place form of each function ------------------------------------------------------------------------------

VALUES = [[0.3, 0.6, 0.9], [0.2, 0.5, 0.8]]
OTHER = mg.tensor([[0.7, 0.1, 0.4], [0.9, 0.6, 0.2]], dtype=mg.float64)
PLACES = mg.tensor([2, 0])
MASK = mg.tensor([[True, False, True], [False, True, False]])

ARGUMENTS = {  # of the methods that take any
    "add_": (OTHER,),
    "addcdiv_": (OTHER, OTHER + 1),
    "addcmul_": (OTHER, OTHER),
    "addr_": (mg.ones(2).double(), mg.ones(3).double()),
    "addmm_": (mg.ones(2, 2).double(), OTHER),
    "addbmm_": (mg.ones(4, 2, 2).double(), OTHER.expand(4, 2, 3)),
    "atan2_": (OTHER,),
    "bernoulli_": (0.5,),
    "clamp_": (0.25, 0.7),
    "clamp_max_": (0.7,),
    "clamp_min_": (OTHER,),
    "clip_": (0.25, 0.7),
    "copysign_": (-1,),
    "cumprod_": (1,),
    "cumsum_": (0,),
    "div_": (OTHER,),
    "divide_": (2,),
    "eq_": (0.5,),
    "float_power_": (2,),
    "floor_divide_": (0.25,),
    "fmod_": (0.25,),
    "ge_": (0.5,),
    "gt_": (0.5,),
    "heaviside_": (OTHER,),
    "hypot_": (OTHER,),
    "index_add_": (1, PLACES, OTHER[:, :2]),
    "index_copy_": (1, PLACES, OTHER[:, :2]),
    "index_fill_": (1, PLACES, 7),
    "le_": (0.5,),
    "lerp_": (OTHER, 0.25),
    "logical_and_": (OTHER,),
    "logical_or_": (OTHER,),
    "logical_xor_": (OTHER,),
    "logit_": (0.3,),
    "lt_": (0.5,),
    "masked_fill_": (MASK, 7.0),
    "masked_scatter_": (MASK, OTHER),
    "mul_": (OTHER,),
    "multiply_": (2,),
    "ne_": (0.5,),
    "pow_": (OTHER,),
    "remainder_": (0.25,),
    "scatter_": (1, PLACES.view(1, 2), OTHER),
    "scatter_add_": (1, PLACES.view(1, 2), OTHER),
    "sub_": (OTHER,),
    "subtract_": (2,),
    "true_divide_": (2,),
    "xlogy_": (OTHER,),
}
OTHERWISE = {  # of the methods that are for another tensor: (it, the arguments)
    "addmv_": (mg.ones(2), (mg.ones(2, 3), mg.ones(3))),
    "baddbmm_": (mg.ones(2, 3, 5), (mg.ones(2, 3, 4), mg.ones(2, 4, 5))),
    "bitwise_and_": (mg.tensor([1, 6]), (3,)),
    "bitwise_not_": (mg.tensor([1, 6]), ()),
    "bitwise_or_": (mg.tensor([1, 6]), (3,)),
    "bitwise_xor_": (mg.tensor([1, 6]), (3,)),
}
CHANGES_SHAPE = {"squeeze_": (0,), "unsqueeze_": (1,), "t_": (), "transpose_": (0, 1)}
WITHOUT_FUNCTION = [
    "bernoulli_", "copy_", "detach_", "exponential_", "fill_", "normal_", "random_", "requires_grad_", "resize_",
    "resize_as_", "uniform_", "zero_",
]  # fmt: skip

METHODS = [name for name in dir(mg.Tensor) if name.endswith("_") and not name.endswith("__")]
ALIKE = [name for name in METHODS if name not in {*OTHERWISE, *CHANGES_SHAPE, *WITHOUT_FUNCTION}]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", ALIKE)
def test_an_in_place_form_does_what_its_function_does(name):
    arguments = ARGUMENTS.get(name, ())
    x = mg.tensor(VALUES, dtype=mg.float64)
    expected = getattr(x, name[:-1])(*arguments)
    memory = x.data_ptr()
    assert getattr(x, name)(*arguments) is x
    assert x.data_ptr() == memory
    assert x.dtype is mg.float64
    np.testing.assert_array_equal(x.numpy(), expected.double().numpy())


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", [name for name in ALIKE if name != "floor_divide_"])  # which has no gradient
def test_an_in_place_form_has_its_functions_gradient(name):
    in_place, out_of_place = (slope(method, ARGUMENTS.get(name, ())) for method in (name, name[:-1]))
    np.testing.assert_array_equal(in_place, out_of_place)


def slope(method: str, arguments: tuple) -> np.ndarray:
    """Return the gradient of a leaf through a method of what it becomes; zeros where nothing goes back."""
    leaf = mg.tensor(VALUES, dtype=mg.float64, requires_grad=True)
    y = getattr(leaf * 1, method)(*arguments)
    if y.requires_grad:
        (y * OTHER).sum().backward()
    return np.zeros((2, 3)) if leaf.grad is None else leaf.grad.numpy()


@pytest.mark.parametrize("name", OTHERWISE)
def test_the_same_of_other_shapes_and_dtypes(name):
    x, arguments = OTHERWISE[name]
    expected = getattr(x, name[:-1])(*arguments)
    y = x.clone()
    assert getattr(y, name)(*arguments) is y
    assert mg.equal(y, expected)


@pytest.mark.parametrize("name", CHANGES_SHAPE)
def test_a_shape_changes_in_place(name):
    x = mg.ones(1, 3)
    memory, expected = x.data_ptr(), getattr(x, name[:-1])(*CHANGES_SHAPE[name])
    assert getattr(x, name)(*CHANGES_SHAPE[name]) is x
    assert x.shape == expected.shape
    assert x.data_ptr() == memory
    leaf = mg.ones(1, 3, requires_grad=True)
    y = leaf * 2
    (getattr(y, name)(*CHANGES_SHAPE[name]) ** 2).sum().backward()
    assert mg.equal(leaf.grad, mg.full((1, 3), 8.0))


OPERATORS = {  # of [3, 5] and 2
    operator.iadd: [5, 7],
    operator.isub: [1, 3],
    operator.imul: [6, 10],
    operator.itruediv: [1.5, 2.5],
    operator.ifloordiv: [1, 2],
    operator.imod: [1, 1],
    operator.ipow: [9, 25],
}


@pytest.mark.parametrize("operation", OPERATORS)
def test_augmented_assignment_writes_in_place(operation):
    x = mg.tensor([3.0, 5.0])
    assert operation(x, 2) is x
    assert x.tolist() == OPERATORS[operation]


def test_bits_by_augmented_assignment():
    x = mg.tensor([6, 3])
    y = x
    x &= 3
    x |= 8
    x ^= 1
    assert y.tolist() == [11, 10]


# ---- gradients that a copy would get wrong ---------------------------------------------------------------------------


@pytest.mark.parametrize("question", [lambda y: y.eq_(1), lambda y: y.gt_(0), lambda y: y.logical_not_()])
def test_what_is_overwritten_by_an_answer_has_no_slope_any_more(question):
    leaf = mg.tensor([1.0, 2.0], requires_grad=True)
    y = leaf * 3
    question(y[:1])
    (y * 5).sum().backward()
    assert leaf.grad.tolist() == [0.0, 15.0]


def test_what_is_overwritten_by_a_constant_has_no_slope_any_more():
    for write in (lambda y: y.fill_(2), lambda y: y.zero_(), lambda y: y.copy_(mg.ones(2)), lambda y: y.normal_()):
        leaf = mg.tensor([1.0, 2.0], requires_grad=True)
        y = leaf * 3
        write(y)
        y.sum().backward()
        assert leaf.grad.tolist() == [0.0, 0.0]


def test_a_broadcast_value_gets_its_gradients_summed():
    def written(x: mg.Tensor, v: mg.Tensor) -> mg.Tensor:
        y = x * 1
        y.copy_(v)
        y[0].mul_(x[1])
        return y * x

    assert gradcheck(written, [mg.tensor(VALUES).double().requires_grad_(), OTHER[0].clone().requires_grad_()])


def test_integers_take_whole_numbers_of_what_has_a_gradient():
    weights = mg.tensor([1.7, -1.7], requires_grad=True)
    x = mg.zeros(2, dtype=mg.int64)
    assert x.copy_(weights).tolist() == [1, -1]
    x[0] = weights[1] * 2
    assert x.tolist() == [-3, -1]
    assert not x.requires_grad


# ---- refusals --------------------------------------------------------------------------------------------------------

REFUSED = {  # name: (write, words of the error)
    "a leaf": (lambda: mg.ones(2, requires_grad=True).mul_(2), "leaf"),
    "a view of a leaf": (lambda: mg.ones(2, requires_grad=True)[0].zero_(), "view of a leaf"),
    "a leaf by index": (lambda: mg.ones(2, requires_grad=True).__setitem__(0, 1.0), "leaf"),
    "a leaf filled": (lambda: mg.ones(2, requires_grad=True).fill_(0), "leaf"),
    "a leaf drawn": (lambda: mg.ones(2, requires_grad=True).uniform_(), "leaf"),
    "a leaf reshaped": (lambda: mg.ones(2, requires_grad=True).unsqueeze_(0), "leaf"),
    "an expanded tensor": (lambda: mg.ones(1).expand(3).add_(1), "clone"),
    "an expanded tensor by index": (lambda: mg.ones(1).expand(3).__setitem__(slice(2), 1.0), "clone"),
    "a shape that grows": (lambda: mg.ones(3).add_(mg.ones(2, 3)), "broadcast shape"),
    "integers divided": (lambda: mg.arange(3).div_(2), "can't be cast"),
    "integers times a fraction": (lambda: mg.arange(3).mul_(0.5), "can't be cast"),
    "booleans counted": (lambda: mg.tensor([True]).add_(1), "can't be cast"),
    "integers to sines": (lambda: mg.arange(3).sin_(), "can't be cast"),
    "a copy of another shape": (lambda: mg.ones(3).copy_(mg.ones(2)), "sizes"),
    "an element of another shape": (lambda: mg.ones(3).__setitem__(0, mg.ones(2)), "sizes"),
    "no room": (lambda: mg.zeros(2, dtype=mg.uint8).fill_(300), "out of bounds"),
    "NaN for an integer": (lambda: mg.zeros(2, dtype=mg.int64).fill_(float("nan")), "NaN"),
    "a negative deviation": (lambda: mg.ones(2).normal_(0, -1), "std"),
    "an empty range": (lambda: mg.ones(2).uniform_(1, 0), "range"),
    "no probability": (lambda: mg.ones(2).bernoulli_(2), "p"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_write_that_is_refused(name):
    write, words = REFUSED[name]
    with pytest.raises(RuntimeError, match=words):
        write()


def test_a_leaf_may_be_written_where_nothing_is_recorded():
    leaf = mg.ones(2, requires_grad=True)
    with mg.no_grad():
        leaf -= 0.5
        leaf[0].zero_()
    assert leaf.tolist() == [0.0, 0.5]
    assert leaf.requires_grad
    assert leaf.is_leaf


def test_another_dtype_is_converted_to_the_tensors_own():
    x = mg.ones(2, dtype=mg.float16)
    x += mg.ones(2, dtype=mg.float64) * 0.5
    assert x.dtype is mg.float16
    assert x.tolist() == [1.5, 1.5]
    i = mg.arange(2)
    i[0] = 1.9
    i += mg.ones(2, dtype=mg.int8)
    assert i.tolist() == [2, 2]


# ---- expanded tensors ------------------------------------------------------------------------------------------------


def test_a_part_of_an_expanded_tensor_is_written_where_no_place_is_shared():
    x = mg.ones(1, 3)
    x.expand(2, 3)[:1].mul_(3)
    assert x.tolist() == [[3.0, 3.0, 3.0]]
    x.expand(2, 3)[1] = 5
    x.expand(2, 3)[0, 1] = 7
    assert x.tolist() == [[5.0, 7.0, 5.0]]
    with pytest.raises(RuntimeError, match="expanded"):
        x.expand(2, 3).mul_(2)


def test_an_expanded_tensor_is_filled():
    x = mg.ones(1, 3)
    assert x.expand(2, 3).fill_(7).tolist() == [[7.0] * 3] * 2
    assert x.expand(2, 3).zero_() is not None
    assert x.tolist() == [[0.0] * 3]


def test_the_gradient_of_a_part_of_an_expanded_tensor_is_that_of_what_was_written():
    x = mg.ones(1, 4, requires_grad=True)
    h = x * 1
    c = h.expand(2, 4)[1]
    c[1] = 9
    h.sum().backward()
    assert x.grad.tolist() == [[1.0, 0.0, 1.0, 1.0]]


def test_an_array_that_may_not_be_written_stays_so():
    array = np.ones(3)
    array.flags.writeable = False
    x = mg.from_numpy(array)
    for write in (lambda: x.zero_(), lambda: x[:1].zero_(), lambda: x.expand(2, 3)[0].zero_()):
        with pytest.raises(RuntimeError):
            write()


def test_a_view_leaves_its_history_by_a_copy_only():
    x = mg.ones(4)
    with pytest.raises(RuntimeError, match="detach views in-place"):
        x[:2].detach_()
    assert not (mg.ones(2, requires_grad=True) * 1).detach_().requires_grad


def test_gradcheck_says_that_an_expanded_input_cannot_be_moved():
    with pytest.raises(RuntimeError, match="input 0 is expanded"):
        gradcheck(lambda z: z * 2, mg.ones(1, 3).double().requires_grad_().expand(2, 3))
