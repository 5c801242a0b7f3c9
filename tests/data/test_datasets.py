"""The idx reader refuses damaged files, the download leaves a whole file or none, the datasets find their files."""

from __future__ import annotations

import gzip
import hashlib
import multiprocessing
import os
import re
import socket
import struct
import sys
import tempfile
import threading
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray

from minigrad import datasets
from minigrad.datasets import idx as idx_module
from minigrad.datasets.download import download_file
from minigrad.datasets.idx import read_idx
from minigrad.datasets.mnist import OfficialFile
from minigrad.utils.data import DataLoader


def idx(values: NDArray[np.uint8]) -> bytes:
    """Write the idx format, independently of the reader."""
    header = b"\0\0\x08" + bytes([values.ndim]) + b"".join(struct.pack(">I", n) for n in values.shape)
    return header + values.tobytes()


def pack(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


# ---- the idx format

packings = st.sampled_from([bytes, pack])  # plain, gzip
values = arrays(np.uint8, array_shapes(max_dims=3, max_side=5))


def read(content: bytes, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "some-idx-file")
        path.write_bytes(content)
        return read_idx(path, shape)


def assert_refused(content: bytes, shape: tuple[int, ...], why: str = "") -> None:
    with pytest.raises(ValueError, match=rf"some-idx-file: .*{why}"):
        read(content, shape)


@given(values, packings)
def test_what_was_written_is_read(values, packing):
    found = read(packing(idx(values)), values.shape)
    np.testing.assert_array_equal(found, values, strict=True)
    assert found.flags.writeable


@given(values, packings, st.data())
def test_any_truncation_is_refused(values, packing, data):
    whole = packing(idx(values))
    assert_refused(whole[: data.draw(st.integers(0, len(whole) - 1))], values.shape)


@given(values, packings, st.binary(min_size=1))
def test_any_surplus_is_refused(values, packing, surplus):
    assert_refused(packing(idx(values) + surplus), values.shape, "expected .* bytes, found more")


@given(arrays(np.uint8, st.tuples(*[st.integers(1, 5)] * 3)), packings, st.integers(0, 15), st.integers(1, 255))
def test_any_change_of_one_header_byte_is_refused(values, packing, position, change):
    content = bytearray(idx(values))
    content[position] ^= change
    assert_refused(packing(bytes(content)), values.shape, "expected the (magic number|shape)")


@given(values, st.data())
def test_a_changed_byte_in_a_gzip_file_never_changes_a_value_silently(values, data):
    content = bytearray(pack(idx(values)))
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        found = read(bytes(content), values.shape)
    except ValueError:
        return
    np.testing.assert_array_equal(found, values, strict=True)  # a byte that does not matter, such as the file's date


def test_a_refusal_says_what_was_found_and_what_was_expected():
    labels = idx(np.zeros(30, np.uint8))
    assert_refused(labels, (30, 28, 28), "expected the magic number 0x00000803, found 0x00000801")
    assert_refused(labels, (40,), r"expected the shape \(40,\), found \(30,\)")
    assert_refused(labels[:-1], (30,), "expected 38 bytes, found 37")
    assert_refused(pack(labels)[:-1], (30,), "expected a whole gzip file, found a damaged one")
    assert_refused(pack(labels) + b"surplus", (30,), "expected a whole gzip file, found a damaged one")


def test_a_gzip_bomb_is_refused_without_inflating_it():
    bomb = pack(idx(np.zeros(3, np.uint8)) + bytes(1 << 26))
    tracemalloc.start()
    assert_refused(bomb, (3,), "found more")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1 << 22


# ---- a small dataset and a server for it

COUNTS = {"train": 6, "t10k": 4}
IMAGES = {split: np.arange(n * 784, dtype=np.uint32).astype(np.uint8).reshape(n, 28, 28) for split, n in COUNTS.items()}
LABELS = {"train": np.array([9, 0, 0, 3, 0, 2], np.uint8), "t10k": np.array([9, 2, 1, 1], np.uint8)}
FILES = {f"{split}-images-idx3-ubyte": idx(images) for split, images in IMAGES.items()} | {
    f"{split}-labels-idx1-ubyte": idx(labels) for split, labels in LABELS.items()
}


class TinyFashion(datasets.FashionMNIST):
    """Fashion-MNIST's first images only, so to say; `url` is set by the fixtures."""

    counts = COUNTS
    first_labels = {split: labels[:3].tolist() for split, labels in LABELS.items()}  # noqa: RUF012
    files = {  # noqa: RUF012
        name: OfficialFile(len(pack(content)), sha256(pack(content)), sha256(content))
        for name, content in FILES.items()
    }


class Server(ThreadingHTTPServer):
    """Serves `files` on loopback, and remembers what it was asked for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/"
        self.files = {f"/{name}.gz": pack(content) for name, content in FILES.items()}
        self.requests: list[str] = []
        self.content_length: str | None = None  # what is announced, if it is not the truth
        self.answers_together = threading.Barrier(1)


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.requests.append(self.path)
        self.server.answers_together.wait(timeout=60)
        if self.path not in self.server.files:
            self.send_error(404)
            return
        body = self.server.files[self.path]
        self.send_response(200)
        announced = self.server.content_length
        self.send_header("Content-Length", str(len(body)) if announced is None else announced)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def server(monkeypatch) -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        monkeypatch.setattr(TinyFashion, "url", server.url)
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def offline(monkeypatch) -> str:
    with socket.create_server(("127.0.0.1", 0)) as closed_at_once:
        url = f"http://127.0.0.1:{closed_at_once.getsockname()[1]}/"
    monkeypatch.setattr(TinyFashion, "url", url)
    return url


def write_files(folder: Path, *, packed: bool = False, **replaced: bytes) -> None:
    """Write the four files; train_labels=b"..." replaces the content of train-labels-idx1-ubyte."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in FILES.items():
        content = replaced.get("_".join(name.split("-")[:2]), content)
        (folder / (f"{name}.gz" if packed else name)).write_bytes(pack(content) if packed else content)


def files_under(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


# ---- the download


def test_missing_files_are_downloaded_once(server, tmp_path):
    train = TinyFashion(tmp_path)
    test = TinyFashion(tmp_path, train=False)
    np.testing.assert_array_equal(train.data.numpy(), IMAGES["train"])
    np.testing.assert_array_equal(test.data.numpy(), IMAGES["t10k"])
    assert sorted(server.requests) == sorted(server.files)
    assert files_under(tmp_path / "TinyFashion" / "raw") == files_under(tmp_path) == {f"{name}.gz" for name in FILES}


@pytest.mark.parametrize("packed", [False, True])
def test_files_that_are_there_are_not_requested(server, tmp_path, packed):
    write_files(tmp_path / "fashion-mnist", packed=packed)
    TinyFashion(tmp_path)
    assert server.requests == []


def test_one_split_is_enough_for_itself(server, tmp_path):
    write_files(tmp_path)
    (tmp_path / "t10k-images-idx3-ubyte").unlink()
    TinyFashion(tmp_path, train=True)
    assert server.requests == []


def test_only_the_missing_file_is_requested(server, tmp_path):
    write_files(tmp_path)
    (tmp_path / "t10k-labels-idx1-ubyte").unlink()
    TinyFashion(tmp_path, train=False)
    assert server.requests == ["/t10k-labels-idx1-ubyte.gz"]


def test_a_wrong_checksum_leaves_nothing_behind(server, tmp_path):
    expected = TinyFashion.files["train-images-idx3-ubyte"]
    server.files["/train-images-idx3-ubyte.gz"] = served = bytes(expected.size)
    with pytest.raises(RuntimeError, match=f"{server.url}train-.* SHA-256 {expected.sha256}, found {sha256(served)}"):
        TinyFashion(tmp_path)
    assert files_under(tmp_path) == set()


def test_a_connection_cut_in_the_middle_leaves_nothing_behind(server, tmp_path):
    whole = server.files["/train-images-idx3-ubyte.gz"]
    server.files["/train-images-idx3-ubyte.gz"], server.content_length = whole[:-10], str(len(whole))
    reason = rf"ended after {len(whole) - 10:,} of {len(whole):,} bytes\): fetch {server.url}"
    with pytest.raises(RuntimeError, match=reason):
        TinyFashion(tmp_path)
    assert files_under(tmp_path) == set()


@pytest.mark.parametrize(("announced", "reason"), [(None, "announced, more than the"), ("many", "there come more")])
def test_a_file_that_is_too_long_is_not_taken(server, tmp_path, announced, reason):
    server.files["/train-images-idx3-ubyte.gz"] += bytes(1 << 20)
    server.content_length = announced
    with pytest.raises(RuntimeError, match=rf"Could not download train-images.*{reason}"):
        TinyFashion(tmp_path)
    assert files_under(tmp_path) == set()


@pytest.mark.parametrize("announced", ["many", "", "-1", "1.5", "²"])
def test_a_length_that_is_no_number_does_not_matter(server, tmp_path, announced):
    server.content_length = announced.encode().decode("latin-1")
    np.testing.assert_array_equal(TinyFashion(tmp_path).data.numpy(), IMAGES["train"])


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_mirror_is_asked_in_place_of_the_official_address(server, offline, tmp_path, monkeypatch, slash):
    server.files = {f"/data/fashion-mnist{path}": body for path, body in server.files.items()}
    mirror = f"{server.url}data{slash}"
    TinyFashion(tmp_path / "a", mirror=mirror)
    monkeypatch.setenv("MINIGRAD_MIRROR", mirror)
    TinyFashion(tmp_path / "b")
    assert sorted(server.requests) == sorted([*server.files] * 2)
    monkeypatch.setenv("MINIGRAD_MIRROR", f"{offline}nothing")
    with pytest.raises(RuntimeError, match=f"fetch {offline}nothing/fashion-mnist/train-images-idx3-ubyte.gz"):
        TinyFashion(tmp_path / "c")


def test_a_mirror_must_have_the_official_files(server, tmp_path):
    size = TinyFashion.files["train-images-idx3-ubyte"].size
    server.files = {"/fashion-mnist/train-images-idx3-ubyte.gz": bytes(size)}
    with pytest.raises(RuntimeError, match="thrown away: expected the SHA-256"):
        TinyFashion(tmp_path, mirror=server.url)
    assert files_under(tmp_path) == set()


def test_a_file_that_is_there_is_hashed_once(tmp_path, monkeypatch):
    write_files(tmp_path, packed=True)
    hashed = []

    def counting(header):
        hashed.append(len(header))
        return hashlib.sha256(header)

    monkeypatch.setattr(idx_module, "hashlib", SimpleNamespace(sha256=counting))
    for _ in range(3):
        TinyFashion(tmp_path)
    assert hashed == [16, 8]  # the headers of the images and of the labels
    os.utime(tmp_path / "train-labels-idx1-ubyte.gz", (0, 0))
    TinyFashion(tmp_path)
    assert len(hashed) == 3


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_that_is_not_the_official_one_is_warned_of_every_time(tmp_path, packed):
    write_files(tmp_path, packed=packed, train_images=idx(IMAGES["train"][::-1]))
    for _ in range(2):
        with pytest.warns(UserWarning, match="train-images.* is not the official file: .*, not ") as caught:
            dataset = TinyFashion(tmp_path)
        assert caught[0].filename == __file__
        np.testing.assert_array_equal(dataset.data.numpy(), IMAGES["train"][::-1])


def test_an_address_that_is_not_found_is_named(server, tmp_path):
    server.files.clear()
    with pytest.raises(RuntimeError, match=f"404.*: fetch {server.url}train-images-idx3-ubyte.gz and put it in"):
        TinyFashion(tmp_path)
    assert files_under(tmp_path) == set()


def test_offline_one_sentence_says_what_to_fetch_and_where_to_put_it(offline, tmp_path):
    with pytest.raises(RuntimeError) as refusal:
        TinyFashion(tmp_path)
    folder = tmp_path / "TinyFashion" / "raw"
    assert str(refusal.value).endswith(f": fetch {offline}train-images-idx3-ubyte.gz and put it in {folder}")
    assert "\n" not in str(refusal.value)
    assert files_under(tmp_path) == set()


def test_a_root_that_cannot_be_written_is_named(server, tmp_path):
    root = tmp_path / "not-a-folder"
    root.touch()
    with pytest.raises(RuntimeError, match=r"Could not download train-images.*not-a-folder"):
        TinyFashion(root)


def test_without_download_the_sentence_is_the_same_and_nothing_is_requested(server, tmp_path):
    with pytest.raises(RuntimeError, match=f"Dataset not found: .*fetch {server.url}train-images.* put it in "):
        TinyFashion(tmp_path, download=False)
    assert server.requests == []


def test_processes_may_download_the_same_file_side_by_side(server, tmp_path):
    server.answers_together = threading.Barrier(3)  # nobody gets a byte before all three have asked
    name = "train-images-idx3-ubyte"
    official = TinyFashion.files[name]
    task = (f"{server.url}{name}.gz", tmp_path / name, official.sha256, official.size)
    with ProcessPoolExecutor(3, mp_context=multiprocessing.get_context("spawn")) as pool:
        for future in [pool.submit(download_file, *task) for _ in range(3)]:
            future.result()
    assert files_under(tmp_path) == {name}
    assert (tmp_path / name).read_bytes() == server.files[f"/{name}.gz"]


def test_a_progress_bar_is_shown(server, tmp_path, capsys):
    pytest.importorskip("tqdm", reason="the progress bar needs the extra: pip install 'minigrad-nn[datasets]'")
    TinyFashion(tmp_path)
    assert "train-images-idx3-ubyte.gz: 100%" in capsys.readouterr().err


def test_without_tqdm_one_line_names_the_extra(server, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    TinyFashion(tmp_path)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == len(FILES)
    assert all(server.url in line and "pip install 'minigrad-nn[datasets]'" in line for line in lines)


# ---- the datasets


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("folder", ["TinyFashion/raw", "fashion-mnist", "."])
def test_files_are_found_in_each_layout(tmp_path, folder, packed):
    write_files(tmp_path / folder, packed=packed)
    dataset = TinyFashion(tmp_path, train=False, download=False)
    np.testing.assert_array_equal(dataset.data.numpy(), IMAGES["t10k"], strict=True)
    np.testing.assert_array_equal(dataset.targets.numpy(), LABELS["t10k"].astype(np.int64), strict=True)


def test_an_item_is_an_image_and_an_int(tmp_path):
    write_files(tmp_path)
    dataset = TinyFashion(tmp_path)
    image, label = dataset[-3]
    np.testing.assert_array_equal(image.numpy(), IMAGES["train"][-3], strict=True)
    assert (type(label), label) == (int, 3)
    assert len(dataset) == 6
    assert [label for _, label in dataset] == LABELS["train"].tolist()
    with pytest.raises(IndexError):
        dataset[6]


def test_transforms_see_the_image_and_the_label(tmp_path):
    write_files(tmp_path)
    dataset = TinyFashion(tmp_path, transform=lambda image: image.float() / 255, target_transform=lambda k: -k)
    image, label = dataset[3]
    np.testing.assert_array_equal(image.numpy(), IMAGES["train"][3] / np.float32(255), strict=True)
    assert label == -3


def test_a_data_loader_stacks_the_items(tmp_path):
    write_files(tmp_path)
    images, labels = next(iter(DataLoader(TinyFashion(tmp_path), batch_size=4)))
    np.testing.assert_array_equal(images.numpy(), IMAGES["train"][:4], strict=True)
    assert labels.tolist() == LABELS["train"][:4].tolist()


def test_the_root_is_the_argument_then_the_environment_then_the_cache(tmp_path, monkeypatch):
    for place in ("argument", "environment", "cache/minigrad", "home/.cache/minigrad", "home/data"):
        write_files(tmp_path / place)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("MINIGRAD_DATA", str(tmp_path / "environment"))
    assert TinyFashion(str(tmp_path / "argument")).root == tmp_path / "argument"
    assert TinyFashion("~/data").root == tmp_path / "home" / "data"
    assert TinyFashion().root == tmp_path / "environment"
    monkeypatch.delenv("MINIGRAD_DATA")
    assert TinyFashion().root == tmp_path / "cache" / "minigrad"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert TinyFashion().root == tmp_path / "home" / ".cache" / "minigrad"


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("replaced", "why"),
    [
        ({"train_images": idx(IMAGES["t10k"])}, r"train-images.*expected the shape \(6, 28, 28\), found \(4, 28, 28\)"),
        ({"train_images": idx(IMAGES["train"][:, 1:])}, r"train-images.*found \(6, 27, 28\)"),
        ({"train_images": idx(np.zeros(30, np.uint8))}, "train-images.*magic number 0x00000803, found 0x00000801"),
        ({"train_labels": idx(LABELS["train"][:5])}, r"train-labels.*expected the shape \(6,\), found \(5,\)"),
        ({"train_labels": idx(LABELS["train"])[:-1]}, "train-labels.*expected 14 bytes, found 13"),
        ({"train_labels": idx(np.array([9, 0, 0, 10, 0, 2], np.uint8))}, "labels from 0 to 9, found 10 at position 3"),
        ({"train_labels": idx(np.array([5, 0, 4, 1, 9, 2], np.uint8))}, r"labels \[9, 0, 0\], found \[5, 0, 4\]"),
    ],
)
def test_a_wrong_file_is_refused_by_name(tmp_path, replaced, why, packed):
    write_files(tmp_path, packed=packed, **replaced)
    with pytest.raises(ValueError, match=re.escape(str(tmp_path)) + f".*{why}"):
        TinyFashion(tmp_path)


def test_train_must_be_a_bool(tmp_path):
    with pytest.raises(TypeError, match="train must be True or False, got 'test'"):
        TinyFashion(tmp_path, train="test")


def test_class_names_and_labels_belong_together(tmp_path):
    write_files(tmp_path)
    dataset = TinyFashion(tmp_path)
    assert dataset.classes[dataset[0][1]] == "Ankle boot"
    assert dataset.class_to_idx["Ankle boot"] == 9
    assert len(datasets.MNIST.classes) == len(set(datasets.FashionMNIST.classes)) == 10


OFFICIAL_SHA256 = {
    "train": (
        "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    ),
    "t10k": (
        "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    ),
}


@pytest.mark.skipif(not os.environ.get("MINIGRAD_DATA"), reason="set MINIGRAD_DATA to a folder with Fashion-MNIST")
@pytest.mark.parametrize("split", ["train", "t10k"])
def test_fashion_mnist_is_the_official_one_byte_for_byte(split):
    dataset = datasets.FashionMNIST(train=split == "train", download=False)
    found = (dataset.data.numpy(), dataset.targets.numpy().astype(np.uint8))
    assert tuple(hashlib.sha256(idx(array)).hexdigest() for array in found) == OFFICIAL_SHA256[split]
