"""Checkpoints are files that the safetensors library and PyTorch open, and the other way round."""

from __future__ import annotations

import copy
import io
import math
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

import minigrad
from minigrad.serialization import load, save

torch = pytest.importorskip("torch", reason="parity with PyTorch needs the extra: pip install 'minigrad-nn[parity]'")
NEEDED = "parity with safetensors needs the extra: pip install 'minigrad-nn[parity]'"
safetensors = pytest.importorskip("safetensors", reason=NEEDED)
pytest.importorskip("safetensors.numpy", reason=NEEDED)
pytest.importorskip("safetensors.torch", reason=NEEDED)

DTYPES = ["float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool"]

arrays = st.builds(
    lambda shape, dtype: (np.arange(math.prod(shape)) % 5).reshape(shape).astype(dtype),
    st.lists(st.integers(0, 3), max_size=4),
    st.sampled_from(DTYPES),
)
named_arrays = st.dictionaries(st.text(st.characters(codec="utf-8")).filter(lambda n: n != "__metadata__"), arrays)


def assert_same_arrays(mine: dict[str, np.ndarray], theirs: dict[str, np.ndarray]) -> None:
    assert set(mine) == set(theirs)
    for name, array in mine.items():
        other = theirs[name]
        assert (array.dtype, array.shape, array.tobytes()) == (other.dtype, other.shape, other.tobytes())


@given(named_arrays)
def test_the_library_reads_what_minigrad_writes(state: dict[str, np.ndarray]) -> None:
    file = io.BytesIO()
    save({name: minigrad.tensor(array) for name, array in state.items()}, file)
    assert_same_arrays(state, safetensors.numpy.load(file.getvalue()))


@given(named_arrays)
def test_minigrad_reads_what_the_library_writes(state: dict[str, np.ndarray]) -> None:
    loaded = load(io.BytesIO(safetensors.numpy.save(state, {"by": "the library"})))
    assert_same_arrays(state, {name: tensor.numpy() for name, tensor in loaded.items()})


@pytest.mark.parametrize("dtype", DTYPES)
def test_pytorchs_tensors_of_every_dtype(tmp_path: Path, dtype: str) -> None:
    theirs = torch.tensor([[0, 1, 2]]).to(getattr(torch, dtype))
    safetensors.torch.save_file({"x": theirs}, tmp_path / "x.safetensors")
    mine = load(tmp_path / "x.safetensors")["x"]
    assert (mine.tolist(), str(mine.dtype)) == (theirs.tolist(), f"minigrad.{dtype}")
    save({"x": mine}, tmp_path / "y.safetensors")
    back = safetensors.torch.load_file(tmp_path / "y.safetensors")["x"]
    assert (back.tolist(), back.dtype) == (theirs.tolist(), theirs.dtype)


def network(framework: Any) -> Any:
    nn = framework.nn
    return nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))


def test_a_model_travels_both_ways(tmp_path: Path) -> None:
    mine, theirs = network(minigrad), network(torch)
    x = np.ones((2, 3), np.float32)
    save(mine.state_dict(), tmp_path / "mine.safetensors")
    theirs.load_state_dict(safetensors.torch.load_file(tmp_path / "mine.safetensors"))
    np.testing.assert_allclose(
        theirs(torch.tensor(x)).detach(), mine(minigrad.tensor(x)).detach(), rtol=1e-5, atol=1e-6
    )

    other = network(torch)
    safetensors.torch.save_file(other.state_dict(), tmp_path / "theirs.safetensors")
    mine.load_state_dict(load(tmp_path / "theirs.safetensors"))
    np.testing.assert_allclose(other(torch.tensor(x)).detach(), mine(minigrad.tensor(x)).detach(), rtol=1e-5, atol=1e-6)


def test_tied_weights_are_there_under_both_names(tmp_path: Path) -> None:
    weight = minigrad.ones(2)
    save({"encoder": weight, "decoder": weight}, tmp_path / "tied.safetensors")
    loaded = safetensors.torch.load_file(tmp_path / "tied.safetensors")
    assert {name: tensor.tolist() for name, tensor in loaded.items()} == {"encoder": [1, 1], "decoder": [1, 1]}


def test_a_nested_checkpoint_shows_its_tensors_by_their_places(tmp_path: Path) -> None:
    model = network(minigrad)
    optimizer = minigrad.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    model(minigrad.ones(1, 3)).sum().backward()
    optimizer.step()
    checkpoint = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "rng": minigrad.get_rng_state()}
    save(checkpoint, tmp_path / "checkpoint.pth")
    loaded = safetensors.torch.load_file(tmp_path / "checkpoint.pth")
    assert loaded["model.0.weight"].tolist() == model[0].weight.tolist()
    assert loaded["optimizer.state.0.momentum_buffer"].shape == (4, 3)
    torch.Generator().set_state(loaded["rng"])


def test_files_that_both_refuse() -> None:
    whole = safetensors.numpy.save({"a": np.arange(3.0), "b": np.ones(2, bool)})
    for damaged in (
        whole[:-1],
        whole + b"\0",
        whole.replace(b"F64", b"F63"),
        whole.replace(b'"b"', b'"a"'),
        b"",
        b"{}",
    ):
        with pytest.raises(safetensors.SafetensorError):
            safetensors.numpy.load(damaged)
        with pytest.raises(RuntimeError, match="BytesIO cannot be loaded"):
            load(io.BytesIO(damaged))


@pytest.mark.parametrize("zipped", [True, False])
def test_a_file_of_torch_save_is_refused_with_the_way_out(tmp_path: Path, zipped: bool) -> None:
    path = tmp_path / "model.pt"
    torch.save(network(torch).state_dict(), path, _use_new_zipfile_serialization=zipped)
    with pytest.raises(
        RuntimeError, match=r"can run any code .* safetensors\.torch\.save_file\(torch\.load\("
    ) as caught:
        load(path)
    advice = str(caught.value).rpartition(": ")[2].replace("model.safetensors", str(tmp_path / "model.safetensors"))
    eval(advice, {"torch": torch, "safetensors": safetensors})
    assert list(load(tmp_path / "model.safetensors")) == ["0.bias", "0.weight", "2.bias", "2.weight"]


@pytest.mark.parametrize(
    "call",
    [
        lambda save, load, folder: load(folder / "nothing.pt"),
        lambda save, load, folder: load(folder),
        lambda save, load, folder: load(3),
        lambda save, load, folder: save({}, folder),
        lambda save, load, folder: save({}, folder / "nowhere" / "x.pt"),
        lambda save, load, folder: save({}, 3),
        lambda save, load, folder: save({}, io.StringIO()),
    ],
)
def test_errors_are_of_the_same_type(tmp_path: Path, call: Any) -> None:
    raised = []
    for functions in ((save, load), (torch.save, torch.load)):
        with pytest.raises((OSError, RuntimeError, AttributeError, TypeError)) as caught:
            call(*functions, tmp_path)
        raised.append(caught.type)
    assert raised[0] is raised[1]


def test_both_refuse_a_lambda() -> None:
    with pytest.raises((pickle.PicklingError, AttributeError)):
        torch.save({"fn": lambda x: x}, io.BytesIO())
    with pytest.raises(TypeError, match=r"obj\['fn'\]: cannot save a function"):
        save({"fn": lambda x: x}, io.BytesIO())


def duplicates(framework: Any, save: Any, load: Any) -> dict[str, Any]:
    """Return what views and parameters are after a deep copy, and after a file."""

    def through_a_file(obj: Any) -> Any:
        file = io.BytesIO()
        save(obj, file)
        file.seek(0)
        return load(file)

    answers: dict[str, Any] = {}
    for name, copied in {"deepcopy": copy.deepcopy, "save": through_a_file}.items():
        x = framework.arange(6.0)
        whole, part, turned = copied([x, x[1:4], x.reshape(2, 3).t()])
        whole[2] = 9
        answers[name] = whole.tolist(), part.tolist(), turned.tolist(), x.tolist()
        kinds = framework.nn.Parameter(x), framework.nn.Parameter(x, requires_grad=False), x.clone().requires_grad_()
        answers[f"{name}, kinds"] = [(type(y).__name__, y.requires_grad, y.is_leaf) for y in copied([*kinds, x])]
    result = through_a_file(framework.ones(1, requires_grad=True) * 2)
    answers["a result"] = type(result).__name__, result.requires_grad, result.is_leaf
    return answers


def test_views_and_parameters_are_after_a_copy_what_they_were() -> None:
    assert duplicates(minigrad, save, load) == duplicates(torch, torch.save, torch.load)
