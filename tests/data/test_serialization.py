"""Saving and loading."""

from __future__ import annotations

import copy
import io
import json
import math
import os
import pickle
import re
import signal
import subprocess
import sys
import textwrap
import traceback
from collections import Counter, OrderedDict, defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

import minigrad
from minigrad import Tensor, nn
from minigrad.serialization import files, load, safetensors, save, whole_file

DTYPES = [
    minigrad.float16, minigrad.float32, minigrad.float64, minigrad.int8, minigrad.int16, minigrad.int32,
    minigrad.int64, minigrad.uint8, minigrad.bool,
]  # fmt: skip


def saved(obj: Any) -> bytes:
    file = io.BytesIO()
    save(obj, file)
    return file.getvalue()


def there_and_back(obj: Any) -> Any:
    return load(io.BytesIO(saved(obj)))


def assert_same(loaded: Any, obj: Any) -> None:
    """The same types, values, bits of floats and order of dicts, all the way down."""
    assert type(loaded) is type(obj)
    if isinstance(obj, Tensor):
        assert loaded.requires_grad == obj.requires_grad
        assert_same(loaded.array, obj.array)
    elif isinstance(obj, np.ndarray | np.generic):
        assert (loaded.dtype, loaded.shape, loaded.tobytes()) == (obj.dtype, obj.shape, obj.tobytes())
    elif isinstance(obj, dict):
        assert len(loaded) == len(obj)
        for (loaded_key, loaded_value), (key, value) in zip(loaded.items(), obj.items(), strict=True):
            assert_same(loaded_key, key)
            assert_same(loaded_value, value)
    elif isinstance(obj, list | tuple):
        assert len(loaded) == len(obj)
        for loaded_part, part in zip(loaded, obj, strict=True):
            assert_same(loaded_part, part)
    elif isinstance(obj, float):
        assert repr(loaded) == repr(obj)  # tells -0.0 from 0.0, and takes nan for nan
    else:
        assert loaded == obj


# -- what comes back --------------------------------------------------------------------------------------------------

tensors = st.builds(
    lambda shape, dtype: minigrad.arange(math.prod(shape)).reshape(shape).to(dtype),
    st.lists(st.integers(0, 3), max_size=3),
    st.sampled_from(DTYPES),
)
names = st.sampled_from(DTYPES) | st.sampled_from(["cpu", "cuda", "cuda:1", "mps"]).map(minigrad.device)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | names
keys = st.text() | st.integers() | st.tuples(st.integers(), st.text())
checkpoints = st.recursive(
    scalars | tensors,
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(keys, inner)
        | st.dictionaries(keys, inner).map(OrderedDict)
        | st.sets(keys)
    ),
    max_leaves=12,
)


@given(checkpoints)
def test_any_checkpoint_comes_back(checkpoint: Any) -> None:
    assert_same(there_and_back(checkpoint), checkpoint)


@pytest.mark.parametrize("dtype", DTYPES, ids=repr)
@pytest.mark.parametrize("shape", [(), (0,), (3, 0, 2), (5,), (2, 3)])
def test_tensors_of_every_dtype_and_shape(dtype: Any, shape: tuple[int, ...]) -> None:
    tensor = minigrad.arange(math.prod(shape)).reshape(shape).to(dtype)
    assert_same(there_and_back(tensor), tensor)


@pytest.mark.parametrize(
    "view",
    [
        lambda x: x.t(),
        lambda x: x[:, 1],
        lambda x: x[::2, ::3],
        lambda x: minigrad.from_numpy(x.numpy()[::-1]),
        lambda x: x[:1].expand(4, 6),
    ],
)
def test_a_view_is_saved_as_the_values_it_shows(view: Any) -> None:
    tensor = view(minigrad.arange(24.0).reshape(4, 6))
    loaded = there_and_back(tensor)
    assert_same(loaded, tensor)
    loaded.zero_()


def test_bits_of_unusual_floats_are_kept() -> None:
    bits = np.array([0x7FC00001, 0xFF800000, 0x80000000, 0x00000001], np.uint32)
    assert there_and_back(minigrad.from_numpy(bits.view(np.float32))).array.view(np.uint32).tolist() == bits.tolist()


@pytest.mark.parametrize("number", [np.float64(0.1), np.float32(np.inf), np.int8(-3), np.bool_(True), np.uint64(2**63)])
def test_numpys_numbers_and_arrays_stay_what_they_are(number: Any) -> None:
    assert_same(there_and_back([number, np.array([number, number])]), [number, np.array([number, number])])


def test_an_array_of_another_byte_order_comes_back_in_this_machines() -> None:
    assert_same(there_and_back(np.arange(3, dtype=">i4")), np.arange(3, dtype="=i4"))


def test_a_parameter_comes_back_as_a_parameter_and_a_result_as_a_leaf() -> None:
    parameter, frozen = nn.Parameter(minigrad.ones(2)), nn.Parameter(minigrad.ones(1), requires_grad=False)
    originals = [parameter, frozen, minigrad.ones(1, requires_grad=True), parameter * 2]
    loaded = there_and_back(originals)
    assert [type(x) for x in loaded] == [nn.Parameter, nn.Parameter, Tensor, Tensor]
    assert [x.requires_grad for x in loaded] == [True, False, True, True]
    assert all(x.is_leaf for x in loaded)
    assert [x.tolist() for x in loaded] == [x.tolist() for x in originals]
    loaded[0].sum().backward()
    assert loaded[0].grad.tolist() == [1.0, 1.0]
    net = nn.Module()
    net.weight = loaded[0]
    assert [name for name, _ in net.named_parameters()] == ["weight"]


def test_saving_changes_nothing() -> None:
    parameter = nn.Parameter(minigrad.ones(2))
    loss = (parameter**2).sum()
    saved({"p": parameter, "loss": loss})
    loss.backward()
    assert parameter.grad.tolist() == [2.0, 2.0]


def test_other_kinds_that_state_dictionaries_have() -> None:
    state = {"milestones": Counter({30: 1, 80: 2}), "best": math.inf, "shape": minigrad.zeros(2, 3).shape}
    assert_same(there_and_back(state), state)


def test_loaded_tensors_can_be_written_into_and_do_not_share_memory() -> None:
    x, y = there_and_back([minigrad.zeros(3), minigrad.zeros(3)])
    x.fill_(1)
    assert y.tolist() == [0.0, 0.0, 0.0]


def test_tensors_over_the_same_memory_stay_so() -> None:
    weight = minigrad.zeros(3)
    tied, untied = there_and_back([[weight, weight.detach()], [weight, weight.clone()]])
    for pair in (tied, untied):
        pair[0].fill_(1)
    assert tied[1].tolist() == [1.0, 1.0, 1.0]
    assert untied[1].tolist() == [0.0, 0.0, 0.0]


VIEWS = {
    "a slice": lambda x: [x, x[1:]],
    "a slice first": lambda x: [x[1:], x],
    "two slices": lambda x: [x[:3], x[1:]],
    "rows and columns": lambda x: [x[1], x[:, 2], x[:, 3]],
    "a transpose": lambda x: [x.T, x],
    "a transpose alone": lambda x: [x.T[1:], x.T[:2]],
    "steps": lambda x: [x[::2, ::3], x[1]],
    "turned": lambda x: [x, minigrad.from_numpy(x.numpy()[::-1, ::-1])],
    "a number": lambda x: [x, x[2, 3]],
    "nested": lambda x: {"a": [x[2:]], "b": (x[1:], {"c": x.view(-1)[5:20]})},
    "expanded": lambda x: [x[:1].expand(4, 6), x],
    "tied": lambda x: [x, x[1:], x.detach(), x[1:].detach()],
    "apart": lambda x: [x[:2], x[2:]],
    "in two dtypes": lambda x: [x, minigrad.from_numpy(x.numpy().view(np.int32)[1:])],
}
COPIES = {"deepcopy": copy.deepcopy, "pickle": lambda obj: pickle.loads(pickle.dumps(obj)), "save": there_and_back}


def tensors_in(obj: Any) -> list[Tensor]:
    if isinstance(obj, Tensor):
        return [obj]
    return [x for part in (obj.values() if isinstance(obj, dict) else obj) for x in tensors_in(part)]


@pytest.mark.parametrize("copied", COPIES)
@pytest.mark.parametrize("kind", VIEWS)
def test_views_in_one_object_keep_their_relation(kind: str, copied: str) -> None:
    if (kind, copied) == ("in two dtypes", "save"):
        pytest.skip("a file has one dtype for each memory")
    obj = VIEWS[kind](minigrad.arange(24.0).reshape(4, 6))
    twin = COPIES[copied](obj)
    assert_same(twin, obj)
    for i, (x, y) in enumerate(zip(tensors_in(obj), tensors_in(twin), strict=True)):
        if y.numpy().flags.writeable:
            y.fill_(-1 - i)
            x.fill_(-1 - i)
            y.fill_(-100 - i)
            assert x.reshape(-1)[0].item() == -1 - i
            y.fill_(-1 - i)
        assert_same(twin, obj)


@given(st.data())
def test_any_views_keep_their_relation(data: st.DataObject) -> None:
    base = minigrad.arange(30.0).reshape(5, 6)
    rows, columns = (st.slices(n).filter(lambda i: (i.step or 1) > 0) for n in (5, 6))
    index = st.tuples(rows, columns) | rows | st.integers(-5, 4)
    obj = [base[i].T if data.draw(st.booleans()) else base[i] for i in data.draw(st.lists(index))]
    copied = data.draw(st.sampled_from(sorted(COPIES)))
    twin = COPIES[copied](obj)
    assert_same(twin, obj)
    for i, (x, y) in enumerate(zip(obj, twin, strict=True)):
        x.fill_(100 + i)
        y.fill_(100 + i)
        assert_same(twin, obj)


@pytest.mark.parametrize("copied", COPIES)
def test_the_graph_notices_a_write_through_a_view_that_was_copied(copied: str) -> None:
    weight = nn.Parameter(minigrad.ones(3))
    x, y = COPIES[copied]([weight, weight.detach()[1:]])
    assert type(x) is nn.Parameter
    loss = (x**2).sum()
    y.zero_()
    assert x.tolist() == [1.0, 0.0, 0.0]
    with pytest.raises(RuntimeError, match="modified"):
        loss.backward()


def test_a_view_alone_is_saved_without_the_memory_behind_it() -> None:
    x = minigrad.zeros(1_000_000)
    assert len(saved([x[:2], x[-2:]])) < 2000
    assert len(saved([x[:2], x[1:3]])) < 2000


def test_other_readers_get_all_tensors_by_name() -> None:
    x = minigrad.arange(6.0)
    arrays, _ = safetensors.decode(saved({"a": x[:3], "b": x[1:]}))
    assert arrays["a"].tolist() == [0.0, 1.0, 2.0]
    assert arrays["b"].tolist() == [1.0, 2.0, 3.0, 4.0, 5.0]


def test_the_graph_notices_a_write_through_a_tied_tensor() -> None:
    x, y = there_and_back([weight := nn.Parameter(minigrad.ones(2)), weight.detach()])
    loss = (x**2).sum()
    y.zero_()
    with pytest.raises(RuntimeError, match="modified"):
        loss.backward()


def test_names_that_collide_keep_their_tensors_apart() -> None:
    obj = {
        "a.b": minigrad.ones(1),
        "a": {"b": minigrad.zeros(1)},
        "__metadata__": minigrad.ones(2),
        "": minigrad.ones(3),
    }
    assert_same(there_and_back(obj), obj)


def test_a_model_and_its_optimizer(tmp_path: Path) -> None:
    def trained() -> tuple[nn.Module, Any]:
        model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1))
        optimizer = minigrad.optim.Adam(model.parameters(), lr=0.1)
        model(minigrad.randn(5, 3)).pow(2).mean().backward()
        optimizer.step()
        return model, optimizer

    model, optimizer = trained()
    save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 7}, tmp_path / "checkpoint.pth")
    checkpoint = load(tmp_path / "checkpoint.pth")
    assert_same(checkpoint["model"], model.state_dict())
    assert_same(checkpoint["optimizer"], optimizer.state_dict())
    assert checkpoint["epoch"] == 7
    other_model, other_optimizer = trained()
    other_model.load_state_dict(checkpoint["model"])
    other_optimizer.load_state_dict(checkpoint["optimizer"])
    assert_same(other_model.state_dict(), model.state_dict())
    assert_same(other_optimizer.state_dict(), optimizer.state_dict())


# -- how scripts call it ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path_of", [str, Path])
def test_paths_of_both_kinds(tmp_path: Path, path_of: Any) -> None:
    save([1], path_of(tmp_path / "x.pt"))
    assert load(path_of(tmp_path / "x.pt")) == [1]


def test_an_open_file(tmp_path: Path) -> None:
    with open(tmp_path / "x.pt", "wb") as file:
        save([1], file)
    with open(tmp_path / "x.pt", "rb") as file:
        assert load(file) == [1]


@pytest.mark.parametrize(
    "options",
    [
        {"weights_only": True},
        {"weights_only": False},
        {"map_location": "cpu"},
        {"map_location": "cpu:0"},
        {"map_location": lambda storage, location: storage},
        {"map_location": {"cuda:0": "cpu"}},
    ],
)
def test_options_that_have_nothing_to_do(options: dict[str, Any]) -> None:
    assert load(io.BytesIO(saved([1])), **options) == [1]


def test_another_device_is_refused() -> None:
    with pytest.raises(RuntimeError, match=r"map_location must be the CPU, .* got 'cuda:0'"):
        load(io.BytesIO(saved([1])), map_location="cuda:0")


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nothing"):
        load(tmp_path / "nothing.pt")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError, match=tmp_path.name):
        load(tmp_path)
    with pytest.raises(RuntimeError, match=f"{tmp_path.name} cannot be written"):
        save([1], tmp_path)


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"Parent directory .*nowhere does not exist"):
        save([1], tmp_path / "nowhere" / "x.pt")


def test_what_is_no_file_at_all() -> None:
    with pytest.raises(AttributeError, match="'write' method, got OrderedDict"):
        save("model.pth", OrderedDict())
    with pytest.raises(AttributeError, match="'read' method, got int"):
        load(3)
    with pytest.raises(TypeError, match="reading bytes"):
        load(io.StringIO("text"))


class Custom:
    pass


@pytest.mark.parametrize(
    ("obj", "message"),
    [
        ({"model": {"fn": print}}, r"obj\['model'\]\['fn'\]: cannot save a builtin_function_or_method"),
        ([1, (2, frozenset({3}))], r"obj\[1\]\[1\]: cannot save a frozenset; what can be saved: None, bool"),
        (Custom(), "obj: cannot save a Custom"),
        ({"history": defaultdict(list)}, r"obj\['history'\]: cannot save a defaultdict"),
        ({Custom: 1}, r"obj\[<class .*Custom'>\]: cannot save a type"),
        (np.array([None]), "obj: cannot save an array of dtype object"),
        (1j, "cannot save a complex"),
        (nn.Linear(1, 1), r"a whole Linear: save its state, minigrad.save\(x.state_dict\(\), f\)"),
        ({"opt": minigrad.optim.SGD([nn.Parameter(minigrad.ones(1))], lr=1)}, r"\['opt'\]: cannot save a whole SGD"),
    ],
)  # fmt: skip
def test_what_cannot_be_saved_is_refused_with_its_place(tmp_path: Path, obj: Any, message: str) -> None:
    save([1], tmp_path / "x.pt")
    with pytest.raises(TypeError, match=message):
        save(obj, tmp_path / "x.pt")
    assert load(tmp_path / "x.pt") == [1]


def test_a_list_in_itself_is_refused() -> None:
    loop: list[Any] = [1]
    loop.append({"again": loop})
    with pytest.raises(ValueError, match=r"obj\[1\]\['again'\]: cannot save a list that contains itself"):
        saved(loop)
    assert there_and_back([loop[:1]] * 2) == [[1], [1]]  # twice is not in itself


# -- nothing in a file runs -------------------------------------------------------------------------------------------


class Bomb:
    def __reduce__(self) -> Any:
        return os._exit, (1,)


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_a_pickle_is_refused_unread(tmp_path: Path, protocol: int) -> None:
    path = tmp_path / "model.pt"
    path.write_bytes(pickle.dumps(Bomb(), protocol))
    with pytest.raises(RuntimeError, match=r"model.pt is a pickle .* can run any code .* safetensors.torch.save_file"):
        load(path, weights_only=False)


def test_the_sources_import_no_pickle() -> None:
    for module in Path(files.__file__).parent.glob("*.py"):
        assert "import pickle" not in module.read_text()


@pytest.mark.parametrize(
    "tree",
    [
        '{"eval": "1"}',
        '{"dict": [[[], 1]]}',
        '{"Tensor": "none"}',
        '{"Tensor": ["w", "w", 1, [1]]}',
        '{"Tensor": ["w", "w", -1, [1]]}',
        '{"Tensor": ["w", "w", 0, [2]]}',
        '{"Tensor": ["w", "w", 0, [1, 1]]}',
        '{"Tensor": ["w", "w", 0, []]}',
        '{"Tensor": ["w", "w", 1e400, [1]]}',
        '{"Tensor": ["w", "w", 100000000000000000000000, [1]]}',
        '{"Tensor": ["w", "none", 0, [1]]}',
        '{"Tensor": ["w", "w", 0]}',
        '{"Tensor": [[], "w", 0, [1]]}',
        '{"Parameter": 3}',
        '{"a": 1, "b": 2}',
        '{"dtype": "object"}',
        '{"device": "nowhere"}',
        '{"device": 3}',
        '{"set": [[1]]}',
        "[" * 100_000,
        "",
    ],
)
def test_a_structure_that_save_does_not_write_is_refused(monkeypatch: pytest.MonkeyPatch, tree: str) -> None:
    monkeypatch.setattr(files.Packer, "pack", lambda self, obj: self.arrays.update(w=np.zeros(3)) or tree)
    data = saved(None)
    with pytest.raises(RuntimeError, match="this BytesIO cannot be loaded: "):
        load(io.BytesIO(data))


# -- damage -----------------------------------------------------------------------------------------------------------

SMALL = {"w": minigrad.arange(3.0), "step": [1, minigrad.ones(2).bool()]}


class Named(io.BytesIO):
    name = "x.pt"


def test_every_altered_byte_is_noticed() -> None:
    whole = saved(SMALL)
    for position in range(len(whole)):
        for flip in (1, 2, 4, 8, 16, 32, 64, 128, 255):
            damaged = bytearray(whole)
            damaged[position] ^= flip
            with pytest.raises(RuntimeError, match=r"^x\.pt cannot be loaded: "):
                load(Named(damaged))


def test_every_truncation_is_noticed() -> None:
    whole = saved(SMALL)
    for length in range(len(whole)):
        with pytest.raises(RuntimeError, match=r"^x\.pt cannot be loaded: "):
            load(Named(whole[:length]))


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.pt").write_bytes(saved(SMALL)[:-1])
    with pytest.raises(RuntimeError, match=f"^{re.escape(str(tmp_path / 'x.pt'))} cannot be loaded: "):
        load(tmp_path / "x.pt")


@given(st.binary(min_size=1, max_size=20))
def test_what_stands_behind_the_end_is_noticed(more: bytes) -> None:
    with pytest.raises(RuntimeError, match="bytes of values"):
        load(io.BytesIO(saved(SMALL) + more))


LONG = "x" * 1_000_000


@pytest.mark.parametrize(
    "header",
    [
        {LONG: 3},
        {"a": LONG},
        {"a": {"dtype": LONG, "shape": [], "data_offsets": [0, 0]}},
        {"a": {"dtype": "U8", "shape": [[1] * 100_000], "data_offsets": [0, 0]}},
        {"__metadata__": {"minigrad.tree": "[" * 10, "minigrad.sha256": LONG}},
    ],
)
def test_a_message_does_not_quote_a_hostile_file_whole(header: Any) -> None:
    with pytest.raises(RuntimeError, match="cannot be loaded") as caught:
        load(plain(header))
    assert len(str(caught.value)) < 1000
    assert len("".join(traceback.format_exception(caught.value))) < 10_000


@pytest.mark.parametrize("kind", [LONG, "Tensor", "float", "bytes", "dtype", "device"])
def test_a_message_does_not_quote_a_hostile_structure_whole(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setattr(files.Packer, "pack", lambda self, obj: json.dumps({kind: LONG}))
    data = saved(None)
    with pytest.raises(RuntimeError, match="cannot be loaded") as caught:
        load(io.BytesIO(data))
    assert len("".join(traceback.format_exception(caught.value))) < 10_000


@given(st.binary(max_size=200))
def test_noise_is_refused(noise: bytes) -> None:
    with pytest.raises(RuntimeError, match="BytesIO"):
        load(io.BytesIO(noise))


# -- plain safetensors files ------------------------------------------------------------------------------------------


def plain(header: Any, values: bytes = b"") -> io.BytesIO:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return io.BytesIO(len(text).to_bytes(8, "little") + text + values)


def entry(dtype: Any = "U8", shape: Any = (1,), begin: Any = 0, end: Any = 1) -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


def test_a_file_of_another_writer_gives_its_tensors_by_name() -> None:
    header = {"b": entry("F32", [2], 1, 9), "a": entry("U8", [], 0, 1), "__metadata__": {"by": "hand"}}
    loaded = load(plain(header, b"\7" + np.array([1.5, -2], "<f4").tobytes()))
    assert_same(loaded, {"b": minigrad.tensor([1.5, -2.0]), "a": minigrad.tensor(7, dtype=minigrad.uint8)})


def test_a_file_without_tensors() -> None:
    assert load(plain({})) == {}


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (plain({"a": entry()}), "0 bytes of values, not 1"),
        (plain({"a": entry()}, b"12"), "2 bytes of values, not 1"),
        (plain({"a": entry(begin=1, end=2)}, b"12"), "'a' begins at byte 1 of the values, not at 0"),
        (plain({"a": entry(), "b": entry(begin=2, end=3)}, b"123"), "'b' begins at byte 2 of the values, not at 1"),
        (plain({"a": entry(), "b": entry()}, b"1"), "'b' begins at byte 0 of the values, not at 1"),
        (plain({"a": entry(end=2)}, b"12"), "cannot lie at the bytes"),
        (plain({"a": entry(begin=1, end=0)}, b"12"), "cannot lie at the bytes"),
        (plain({"a": entry(shape=[-1])}, b"1"), "must have sizes"),
        (plain({"a": entry(shape=[True])}, b"1"), "must have sizes"),
        (plain({"a": entry(shape=[1.0])}, b"1"), "must have sizes"),
        (plain({"a": entry(shape=1)}, b"1"), "must have sizes"),
        (plain({"a": entry(begin=None)}, b"1"), "must have sizes"),
        (plain({"a": entry("BF16", end=2)}, b"12"), "of dtype 'BF16', but known are BOOL"),
        (plain({"a": entry([])}, b"1"), "of dtype"),
        (plain({"a": entry("BOOL")}, b"\2"), "values other than 0 and 1"),
        (plain({"a": entry("U16", end=2)}, b"12"), "tensor 'a': can't convert an array of dtype uint16"),
        (plain({"a": {"dtype": "U8"}}), "must have dtype, shape and data_offsets"),
        (plain({"a": 3}), "must have dtype, shape and data_offsets"),
        (plain({"__metadata__": {"a": 1}}), "must be texts"),
        (plain({"__metadata__": []}), "must be texts"),
        (plain([]), "no JSON object but list"),
        (plain(b'{"a": 1, "a": 2}'), "'a' stands there twice"),
        (plain(b"{"), "Expecting"),
        (plain(b"\xff"), "decode"),
        (plain(b"[" * 100_000), "recursion"),
        (io.BytesIO(b"\xff" * 8), "no safetensors file"),
        (io.BytesIO((10**8 + 1).to_bytes(8, "little") + b"{}"), "no safetensors file"),
        (io.BytesIO(b""), "no safetensors file"),
    ],
)
def test_a_broken_file_of_another_writer_is_refused(file: io.BytesIO, message: str) -> None:
    with pytest.raises(RuntimeError, match=f"(?s)this BytesIO cannot be loaded: .*{message}"):
        load(file)


def test_every_tensor_begins_at_a_multiple_of_its_elements_size() -> None:
    data = saved([minigrad.ones(n).to(dtype) for dtype in DTYPES for n in (1, 3)])
    end = safetensors.header_end(data)
    header = json.loads(data[8:end])
    del header["__metadata__"]
    for tensor in header.values():
        begin = end + tensor["data_offsets"][0]
        assert begin % safetensors.DTYPES[tensor["dtype"]].itemsize == 0


def test_a_header_beyond_the_limit_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safetensors, "LARGEST_HEADER", 1000)
    saved("x" * 100)
    with pytest.raises(ValueError, match="more than 1000"):
        saved("x" * 1000)


# -- a save that fails ------------------------------------------------------------------------------------------------


class FullDisk(io.FileIO):
    """Takes the first part and refuses the second."""

    def writelines(self, parts: Any) -> None:
        self.write(parts[0])
        raise OSError("no space left")


def refuse(*args: Any) -> None:
    raise OSError("refused")


@pytest.mark.parametrize(
    ("owner", "name", "fault"), [(whole_file, "open", FullDisk), (os, "fsync", refuse), (os, "replace", refuse)]
)
def test_a_save_that_fails_leaves_the_old_file_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, fault: Any
) -> None:
    path = tmp_path / "x.pt"
    save(["old"], path)
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, fault, raising=False)
        with pytest.raises(OSError, match=r"no space left|refused"):
            save(["new", minigrad.ones(2)], path)
    assert load(path) == ["old"]
    assert [p.name for p in tmp_path.iterdir()] == ["x.pt"]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system cannot kill a process so")
@pytest.mark.parametrize(
    "fault",
    [
        "whole_file.open = type('Dying', (io.FileIO,), {'writelines': lambda self, x: (self.write(x[0]), die())})",
        "os.fsync = die",
        "os.replace = die",
    ],
    ids=["in the middle of writing", "before fsync", "before the rename"],
)
def test_a_killed_save_leaves_the_old_file_whole(tmp_path: Path, fault: str) -> None:
    path = tmp_path / "x.pt"
    save(["old"], path)
    script = f"""
        import io, os, signal, minigrad
        from minigrad.serialization import save, whole_file
        def die(*args): os.kill(os.getpid(), signal.SIGKILL)
        {fault}
        save(["new", minigrad.ones(2)], {str(path)!r})
    """
    killed = subprocess.run([sys.executable, "-c", textwrap.dedent(script)])
    assert killed.returncode == -signal.SIGKILL
    assert load(path) == ["old"]
    assert len(list(tmp_path.iterdir())) == 2  # the other one is what was being written
    save(["new"], path)
    assert load(path) == ["new"]


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o604, 0o666])
@pytest.mark.skipif(os.name != "posix", reason="this system has no permissions of this kind")
def test_a_file_that_is_replaced_keeps_its_permissions(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "x.pt"
    umask = os.umask(0o022)
    try:
        save([1], path)
        assert path.stat().st_mode & 0o777 == 0o644
        path.chmod(mode)
        (tmp_path / "link.pt").symlink_to(path)
        save([2], tmp_path / "link.pt")
    finally:
        os.umask(umask)
    assert (path.stat().st_mode & 0o777, load(path)) == (mode, [2])


@pytest.mark.skipif(os.name != "posix", reason="this system has no permissions of this kind")
def test_what_is_written_is_private_from_the_first_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, modes = tmp_path / "x.pt", []
    save([1], path)
    path.chmod(0o600)

    def spying(name: Any, mode: str, opener: Any) -> Any:
        file = open(name, mode, opener=opener)  # noqa: SIM115
        modes.append(os.fstat(file.fileno()).st_mode & 0o777)
        return file

    monkeypatch.setattr(whole_file, "open", spying, raising=False)
    save([2], path)
    assert modes == [0o600]


@pytest.mark.parametrize("name", ["x" * 250, "x" * 255, "é" * 127, "模" * 83 + ".pt"])
def test_a_name_as_long_as_the_system_allows(tmp_path: Path, name: str) -> None:
    for value in (1, 2):
        save([value], tmp_path / name)
        assert load(tmp_path / name) == [value]
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_an_interrupt_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), whole_file.written_whole(tmp_path / "file"):
        raise KeyboardInterrupt
    assert not list(tmp_path.iterdir())


def test_the_next_save_removes_what_killed_ones_left(tmp_path: Path) -> None:
    """If it is an hour old: what is younger may still be being written."""
    old = [".x.pt.0123abcd", ".x.pt.ffffffff"]
    kept = [".x.pt.00000000", ".y.pt.0123abcd", ".x.pt.0123abcg", ".xxpt.0123abcd", "x.pt.0123abcd", ".x.pt.0123abcd0"]
    for name in old + kept:
        (tmp_path / name).write_bytes(b"half")
        os.utime(tmp_path / name, (0, 0))
    os.utime(tmp_path / kept[0])
    save([1], tmp_path / "x.pt")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*kept, "x.pt"])


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "link.pt").symlink_to(tmp_path / "x.pt")
    save([1], tmp_path / "link.pt")
    assert (tmp_path / "link.pt").is_symlink()
    assert load(tmp_path / "x.pt") == [1]


# -- training goes on as if nothing had happened ----------------------------------------------------------------------

TRAINING = """
import sys, minigrad
from minigrad import nn, optim
from minigrad.serialization import load, save
from minigrad.utils.data import DataLoader, TensorDataset

def build(name):
    minigrad.manual_seed(1)
    x = minigrad.randn(40, 3)
    model = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Dropout(0.5), nn.Linear(8, 1))
    optimizer = {
        "Adam": lambda p: optim.Adam(p, lr=0.01, weight_decay=0.1),
        "SGD": lambda p: optim.SGD(p, lr=0.01, momentum=0.9),
    }[name](model.parameters())
    scheduler = optim.lr_scheduler.MultiStepLR(optimizer, [5, 15], gamma=0.5)
    loader = DataLoader(TensorDataset(x, x.sum(1, keepdim=True)), 4, shuffle=True)
    return {"model": model, "optimizer": optimizer, "scheduler": scheduler, "loader": loader}

def train(epochs, model, optimizer, scheduler, loader):
    for _ in range(epochs):  # ten steps each
        for x, y in loader:
            optimizer.zero_grad()
            nn.functional.mse_loss(model(x), y).backward()
            optimizer.step()
        scheduler.step()

def checkpoint(loader, **parts):
    return {"rng": minigrad.get_rng_state()} | {name: part.state_dict() for name, part in parts.items()}

def resume(path, loader, **parts):
    saved = load(path)
    for name, part in parts.items():
        part.load_state_dict(saved[name])
    minigrad.set_rng_state(saved["rng"])
"""


@pytest.mark.parametrize("optimizer", ["Adam", "SGD"])
def test_resumed_training_gives_the_same_bits(tmp_path: Path, optimizer: str) -> None:
    """200 steps at a stretch, or 100 in each of two other processes: weights, moments, rates, masks, shuffles agree."""
    space: dict[str, Any] = {}
    exec(TRAINING, space)
    parts = space["build"](optimizer)
    space["train"](20, **parts)

    half, end = tmp_path / "half.pt", tmp_path / "end.pt"
    build = f"parts = build({optimizer!r})\n"
    go_on = "train(10, **parts)\nsave(checkpoint(**parts), sys.argv[-1])\n"
    for script, *paths in ((build + go_on, half), (build + "resume(sys.argv[1], **parts)\n" + go_on, half, end)):
        subprocess.run([sys.executable, "-c", TRAINING + script, *paths], check=True)
    assert_same(load(end), there_and_back(space["checkpoint"](**parts)))
