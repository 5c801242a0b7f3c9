"""Tensors are made of what was given, in the dtype that PyTorch would take, where it says, with memory of their own."""

from __future__ import annotations

import copy
import math
import pickle

import numpy as np
import pytest
from hypothesis import given, strategies as st

import minigrad as mg
from minigrad.testing.strategies import arrays


@pytest.fixture
def _default_dtype_is_put_back():
    before = mg.get_default_dtype()
    yield
    mg.set_default_dtype(before)


# ---- from values -----------------------------------------------------------------------------------------------------

OF_VALUES = [  # (data, dtype, shape)
    (1, mg.int64, ()),
    (1.0, mg.float32, ()),
    (True, mg.bool, ()),
    ([1, 2.0], mg.float32, (2,)),
    ([True, 2], mg.int64, (2,)),
    ([], mg.float32, (0,)),
    ([[], []], mg.float32, (2, 0)),
    ((1, 2), mg.int64, (2,)),
    (range(3), mg.int64, (3,)),
    (np.float64(1), mg.float64, ()),
    (np.float32(1), mg.float32, ()),
    ([np.float64(1), 2.0], mg.float64, (2,)),
    (np.zeros((2, 1)), mg.float64, (2, 1)),
    (np.zeros(2, np.float16), mg.float16, (2,)),
    (np.zeros(2, np.bool_), mg.bool, (2,)),
    ([np.arange(3, dtype=np.int64)] * 2, mg.int64, (2, 3)),
    ([mg.tensor(1), mg.tensor(2)], mg.int64, (2,)),
    (mg.tensor([1.0]).double(), mg.float64, (1,)),
]


@pytest.mark.parametrize(("data", "dtype", "shape"), OF_VALUES, ids=lambda value: repr(value)[:30])
def test_values_decide_dtype_and_shape(data, dtype, shape):
    x = mg.tensor(data)
    assert (x.dtype, x.shape) == (dtype, shape)
    assert mg.tensor(data, dtype=mg.float16).dtype is mg.float16


@given(arrays())
def test_nested_lists_make_the_same_tensor(array):
    x = mg.tensor(array.tolist(), dtype=mg.from_numpy(array).dtype)
    np.testing.assert_array_equal(x.numpy(), array.reshape(x.shape))


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ([[1, 2], [3]], ValueError),
        (None, RuntimeError),
        ([None], RuntimeError),
        ("a", TypeError),
        ({1: 2}, RuntimeError),
        (1j, TypeError),
        (np.zeros(2, np.uint16), TypeError),
        (np.array(["a"]), TypeError),
    ],
)
def test_values_that_make_no_tensor(data, error):
    with pytest.raises(error):
        mg.tensor(data)


def test_tensor_copies_and_from_numpy_does_not():
    array = np.zeros(3)
    copied, shared, also_shared = mg.tensor(array), mg.from_numpy(array), mg.as_tensor(array)
    array[0] = 5
    assert (copied[0], shared[0], also_shared[0]) == (0, 5, 5)
    shared[1] = 7
    assert array[1] == also_shared[1] == 7
    x = mg.ones(2)
    assert mg.as_tensor(x) is x
    assert mg.as_tensor(x, dtype=mg.float64) is not x
    y = mg.tensor(x)
    y.fill_(3)
    assert x.sum() == 2
    assert mg.asarray(array, copy=True).data_ptr() != mg.asarray(array).data_ptr()


@pytest.mark.parametrize("data", [[1], 1.0, np.float64(1)])
def test_from_numpy_takes_arrays_only(data):
    with pytest.raises(TypeError, match=r"expected np\.ndarray"):
        mg.from_numpy(data)


def test_requires_grad_is_asked_for():
    assert mg.tensor(1.0, requires_grad=True).is_leaf
    assert mg.zeros(2, requires_grad=True).requires_grad
    assert mg.randn(2, requires_grad=True).requires_grad
    assert not mg.ones_like(mg.ones(2, requires_grad=True)).requires_grad
    assert not mg.tensor(mg.ones(2, requires_grad=True)).requires_grad
    for integers in (lambda: mg.tensor(1, requires_grad=True), lambda: mg.arange(3, requires_grad=True)):
        with pytest.raises(RuntimeError, match="floating point"):
            integers()


# ---- from sizes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [mg.zeros, mg.ones, mg.empty, mg.rand, mg.randn])
def test_sizes_are_written_in_every_way(make):
    for x in (make(2, 3), make((2, 3)), make([2, 3]), make(mg.Size([2, 3])), make(size=(2, 3)),
              make(np.int64(2), mg.tensor(3))):  # fmt: skip
        assert x.shape == (2, 3)
        assert x.dtype is mg.float32
    assert make(()).shape == ()
    assert make(0, 3).shape == (0, 3)
    with pytest.raises(RuntimeError, match="negative dimension"):
        make(2, -1)
    with pytest.raises(TypeError):
        make(2.0)


@pytest.mark.parametrize("name", ["zeros", "ones", "empty", "rand", "randn"])
def test_a_tensor_like_another(name):
    like = getattr(mg, f"{name}_like")
    x = mg.ones(2, 3, dtype=mg.float64)
    assert like(x).dtype is mg.float64
    assert like(x.T).shape == (3, 2)
    assert like(x, dtype=mg.float32).dtype is mg.float32


def test_full_takes_the_dtype_of_its_value():
    assert [mg.full((2,), value).dtype for value in (1, 1.0, True)] == [mg.int64, mg.float32, mg.bool]
    assert mg.full((), mg.tensor(3)).dtype is mg.int64
    assert mg.full((1,), 2.7, dtype=mg.int64) == 2
    assert mg.full_like(mg.arange(2), 2.7).tolist() == [2, 2]
    assert mg.full((1,), -1, dtype=mg.uint8) == 255
    assert mg.full((1,), math.inf, dtype=mg.float16).isinf()


@pytest.mark.parametrize(
    ("dtype", "value"),
    [(mg.uint8, 300), (mg.uint8, -256), (mg.int8, -129), (mg.int64, math.nan), (mg.float16, 1e5), (mg.float32, 1e39)],
)
def test_full_refuses_what_has_no_room(dtype, value):
    with pytest.raises(RuntimeError, match="without overflow"):
        mg.full((2,), value, dtype=dtype)
    with pytest.raises(RuntimeError, match="without overflow"):
        mg.full_like(mg.zeros(2, dtype=dtype), value)


@given(st.integers(-20, 20), st.integers(-20, 20), st.integers(-5, 5).filter(bool))
def test_arange_is_pythons_range(start, end, step):
    if (end - start) * step < 0:
        with pytest.raises(RuntimeError, match="inconsistent"):
            mg.arange(start, end, step)
        return
    expected = list(range(start, end, step))
    assert mg.arange(start, end, step).tolist() == expected
    assert mg.arange(start=start, end=end, step=float(step)).tolist() == expected
    assert mg.arange(start, end, step, dtype=mg.float16).tolist() == expected


def test_arange_by_its_arguments():
    assert mg.arange(3).dtype is mg.int64
    assert mg.arange(3.0).dtype is mg.float32
    assert mg.arange(0, 1, 0.25).tolist() == [0.0, 0.25, 0.5, 0.75]
    assert mg.arange(np.int64(2)).tolist() == mg.arange(mg.tensor(2)).tolist() == [0, 1]
    assert mg.arange(0).shape == (0,)
    for refused in (lambda: mg.arange(0, 1, 0), lambda: mg.arange(math.nan), lambda: mg.arange(0, math.inf)):
        with pytest.raises(RuntimeError, match="arange"):
            refused()


@given(st.floats(-100, 100), st.floats(-100, 100), st.integers(2, 50))
def test_linspace_goes_from_end_to_end(start, end, steps):
    x = mg.linspace(start, end, steps, dtype=mg.float64)
    assert (x[0].item(), x[-1].item(), len(x)) == (start, end, steps)
    np.testing.assert_allclose(x.numpy(), np.linspace(start, end, steps), atol=1e-12)
    backwards = mg.linspace(end, start, steps, dtype=mg.float64)
    np.testing.assert_allclose(x.flip(0).numpy(), backwards.numpy(), atol=1e-12)


def test_linspace_of_few():
    assert mg.linspace(2, 5, 1).tolist() == [2.0]
    assert mg.linspace(2, 5, 0).shape == (0,)
    assert mg.logspace(0, 3, 4, base=2).tolist() == [1.0, 2.0, 4.0, 8.0]
    with pytest.raises(RuntimeError, match="non-negative"):
        mg.linspace(0, 1, -1)


def test_an_identity_need_not_be_square():
    assert mg.eye(2, 3).tolist() == [[1, 0, 0], [0, 1, 0]]
    assert mg.equal(mg.eye(3) @ mg.eye(3), mg.eye(3))
    with pytest.raises(RuntimeError, match="negative"):
        mg.eye(-1)


@pytest.mark.parametrize("name", ["tril", "triu"])
def test_indices_of_a_triangle(name):
    x = mg.arange(1, 13).view(3, 4)
    rows, columns = getattr(mg, f"{name}_indices")(3, 4, offset=1)
    triangle = mg.zeros(3, 4).long()
    triangle[rows, columns] = x[rows, columns]
    assert mg.equal(triangle, getattr(x, name)(1))


# ---- from another tensor ---------------------------------------------------------------------------------------------


def test_new_tensors_have_this_ones_dtype():
    x = mg.ones(2, dtype=mg.float16)
    assert {y.dtype for y in (x.new_zeros(2), x.new_ones((2, 3)), x.new_empty(()), x.new_full((1,), 3))} == {mg.float16}
    assert x.new_tensor([1, 2]).dtype is mg.float16
    assert x.new_zeros(2, 3).shape == x.new_ones([2, 3]).shape == (2, 3)
    assert x.new_ones(1, dtype=mg.int64).dtype is mg.int64
    assert x.new_zeros(1, requires_grad=True).requires_grad
    y = mg.arange(2)
    assert y.new_full((1,), 2.7) == 2
    assert y.new_tensor([1.5, 2.5]).tolist() == [1, 2]
    copied = y.new_tensor(y)
    copied.zero_()
    assert y.tolist() == [0, 1]


def test_older_names_of_types():
    assert mg.FloatTensor([1, 2]).dtype is mg.float32
    assert mg.LongTensor([[1], [2]]).shape == (2, 1)
    assert mg.DoubleTensor(2, 3).shape == (2, 3)
    assert mg.FloatTensor().shape == (0,)
    assert mg.ByteTensor([1]).dtype is mg.uint8
    assert isinstance(mg.arange(2), mg.LongTensor)
    assert not isinstance(mg.arange(2), mg.FloatTensor)
    assert mg.ones(1).type().endswith(".FloatTensor")
    assert mg.ones(1).type("torch.LongTensor").dtype is mg.int64
    assert mg.ones(1).type(mg.float64).dtype is mg.float64
    assert mg.Tensor([1, 2]).dtype is mg.float32
    assert mg.Tensor(2, 3).shape == (2, 3)


@pytest.mark.usefixtures("_default_dtype_is_put_back")
@pytest.mark.parametrize("name", ["torch.DoubleTensor", mg.DoubleTensor, "HalfTensor"])
def test_the_default_dtype_by_an_older_name(name):
    mg.set_default_tensor_type(name)
    expected = mg.float16 if name == "HalfTensor" else mg.float64
    made = [mg.zeros(1), mg.tensor(1.0), mg.arange(2) / 2, mg.full((1,), 1.0), mg.eye(1), mg.Tensor([1]), mg.rand(1)]
    assert {x.dtype for x in made} == {expected}
    assert mg.tensor(1).dtype is mg.int64


@pytest.mark.usefixtures("_default_dtype_is_put_back")
@pytest.mark.parametrize("name", ["torch.LongTensor", mg.IntTensor])
def test_integers_are_no_default(name):
    with pytest.raises(TypeError, match="floating-point"):
        mg.set_default_tensor_type(name)


# ---- devices ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["cpu", mg.device("cpu"), mg.device("cpu", 0), None])
def test_everything_is_on_the_cpu(place):
    for x in (mg.zeros(1, device=place), mg.tensor(1.0, device=place), mg.ones_like(mg.ones(1), device=place),
              mg.randn(1, device=place), mg.arange(2, device=place), mg.ones(1).to(device=place)):  # fmt: skip
        assert x.device == mg.device("cpu")


@pytest.mark.parametrize("make", [mg.zeros, mg.tensor, mg.rand, mg.full, mg.eye, mg.as_tensor])
def test_what_is_not_there_is_refused(make):
    arguments = ((2,), 1) if make is mg.full else (2,)
    for place, error in (("cuda", AssertionError), ("cuda:0", AssertionError), ("mps", RuntimeError),
                         ("fpga", RuntimeError)):  # fmt: skip
        with pytest.raises(error):
            make(*arguments, device=place)


def test_names_of_devices():
    assert mg.device("cuda:1") == mg.device("cuda", 1)
    assert mg.device("cuda:1").index == 1
    assert mg.device("cpu") != mg.device("cpu", 0)
    assert len({mg.device("cpu"), mg.device("cpu")}) == 1
    assert str(mg.device(mg.device("mps"))) == "mps"
    for name in ("gpu", "cuda:x", ""):
        with pytest.raises(RuntimeError, match="device"):
            mg.device(name)


def test_a_tensor_goes_nowhere_for_nothing():
    x = mg.ones(2)
    assert x.to("cpu") is x.cpu() is x.to(mg.float32) is x.float() is x
    assert x.to("cpu", mg.float64).dtype is x.to(mg.float64).dtype is x.double().dtype is mg.float64
    assert x.to(mg.float32, copy=True) is not x
    with pytest.raises(AssertionError, match="CUDA"):
        x.cuda()


# ---- copies, files of bytes ------------------------------------------------------------------------------------------


def pickled(x: mg.Tensor) -> mg.Tensor:
    return pickle.loads(pickle.dumps(x))


@pytest.mark.parametrize("duplicate", [copy.deepcopy, pickled])
def test_a_duplicate_is_a_leaf_with_memory_of_its_own(duplicate):
    x = mg.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    for original in (x, x.detach(), x.detach().T, mg.nn.Parameter(mg.ones(2)), mg.tensor(3), mg.zeros(0, 2)):
        twin = duplicate(original)
        assert type(twin) is type(original)
        assert mg.equal(twin, original)
        assert (twin.dtype, twin.requires_grad) == (original.dtype, original.requires_grad)
        with mg.no_grad():
            twin.add_(1)
        assert not twin.numel() or not mg.equal(twin, original)
    with pytest.raises(RuntimeError):
        duplicate(x * 2)


def test_a_deep_copy_copies_each_tensor_once():
    x = mg.ones(2, requires_grad=True)
    x.sum().backward()
    first, second = copy.deepcopy([x, x])
    assert first is second
    assert mg.equal(first.grad, x.grad)
    first.grad.zero_()
    assert x.grad.sum() == 2


# ---- numbers that bring their dtypes along ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "dtype", "values"),
    [
        ([np.int64(1), 2.5], mg.float32, [1.0, 2.5]),
        ([2.5, np.int64(1)], mg.float32, [2.5, 1.0]),
        ([mg.tensor(True), 0.5], mg.float32, [1.0, 0.5]),
        ([mg.tensor(1, dtype=mg.uint8), -1], mg.int64, [1, -1]),
        ([np.bool_(True), 2], mg.int64, [1, 2]),
        ([mg.tensor(1.0, dtype=mg.half), 1e6], mg.float32, [1.0, 1e6]),
        ([np.float16(1), np.float16(2)], mg.float16, [1.0, 2.0]),
        ([0.1, mg.tensor(0.1, dtype=mg.float64)], mg.float64, [0.1, 0.1]),
        ([2**53 + 1, np.int8(1)], mg.int64, [2**53 + 1, 1]),
        ([[1, 2], [np.int8(1), 2.5]], mg.float32, [[1.0, 2.0], [1.0, 2.5]]),
        ([[np.int8(1)], [np.float16(2)]], mg.float16, [[1.0], [2.0]]),
        ([mg.ones(1), mg.ones(1)], mg.float32, [1.0, 1.0]),
        ([mg.ones(1, 1), 2], mg.float32, [1.0, 2.0]),
        ([[1.0, 2.0], mg.ones(2)], mg.float32, [[1.0, 2.0], [1.0, 1.0]]),
        ([np.ones(2), [1, 2]], mg.float64, [[1.0, 1.0], [1.0, 2.0]]),
        ([np.ones(2, np.float32), np.ones(2, np.int8)], mg.float32, [[1.0, 1.0], [1.0, 1.0]]),
        ([[], []], mg.float32, [[], []]),
    ],
)
@pytest.mark.parametrize("make", [mg.tensor, mg.as_tensor, mg.asarray])
def test_numbers_of_several_dtypes_are_promoted(make, data, dtype, values):
    x = make(data)
    assert x.dtype is dtype
    assert x.tolist() == values


@pytest.mark.parametrize(
    ("data", "dtype", "error"),
    [
        ([mg.ones(2), mg.ones(2)], None, ValueError),
        ([mg.ones(0)], None, ValueError),
        ([1, [2]], None, TypeError),
        ([[1], 2], None, TypeError),
        ([[1], [2, 3]], None, ValueError),
        ([2**63], None, ValueError),
        ([2**64], None, ValueError),
        ([np.int64(300), 1], mg.uint8, RuntimeError),
        (np.int64(300), mg.uint8, RuntimeError),
        ([np.float64(3e9)], mg.int32, RuntimeError),
    ],
)
def test_what_is_no_tensor_of_numbers_is_refused(data, dtype, error):
    with pytest.raises(error):
        mg.tensor(data, dtype=dtype)


def test_a_list_that_holds_itself_is_refused():
    data = []
    data.append(data)
    with pytest.raises(ValueError, match="too many dimensions"):
        mg.tensor(data)


@pytest.mark.parametrize("kind", [mg.Tensor, mg.FloatTensor, mg.LongTensor])
def test_a_size_is_taken_as_sizes(kind):
    assert kind(mg.ones(2, 3).shape).shape == (2, 3)
    assert kind(mg.Size([])).shape == ()
    assert kind((2, 3)).tolist() == [2, 3]
