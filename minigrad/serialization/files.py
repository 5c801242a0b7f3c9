"""save and load.

Source: https://pytorch.org/docs/stable/notes/serialization.html
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

from . import safetensors
from .tree import Packer, Unpacker, tensor_of
from .whole_file import written_whole

File: TypeAlias = str | os.PathLike[str] | BinaryIO

TREE = "minigrad.tree"
DIGEST = "minigrad.sha256"
NO_DIGEST = "0" * 64

PICKLES = (b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")  # a zip archive, and bare pickles


def save(obj: Any, f: File) -> None:
    """Save a tensor, a state dictionary or a nested checkpoint.

    The file is a safetensors file: ``safetensors.torch.load_file`` opens it, too. A path gets the new file whole or
    keeps the old one, whatever happens: all is written under a temporary name in the same folder, then renamed. The new
    one has the old one's permissions. What a killed save has left behind, `.name.xxxxxxxx`, is removed by the next save
    to the same path that finds it an hour old.

    Args:
        obj: of None, numbers, str, bytes, list, tuple, dict, OrderedDict, Counter, Size, dtype, Tensor and ndarray, one
            within the other as you like.
        f: a path, or a file object open for writing bytes.

    Raises:
        TypeError: something in obj cannot be saved; the message says where it is. A whole model is such a thing.
        ValueError: something in obj contains itself.
        RuntimeError: the path is a folder, or its folder does not exist.
        AttributeError: f is neither path nor file object.

    Source: https://pytorch.org/docs/stable/generated/torch.save.html

    Example:
        >>> import io, minigrad
        >>> file = io.BytesIO()
        >>> save({"epoch": 3, "weights": [minigrad.ones(2)]}, file)
        >>> _ = file.seek(0)
        >>> load(file)
        {'epoch': 3, 'weights': [tensor([1., 1.])]}

    Unlike PyTorch's, the file has no pickle in it, and of a view it has the values alone, not all of the memory behind
    it, unless another tensor in obj overlaps with it: tensors over the same memory stay so, views among them.
    """
    packer = Packer()
    metadata = {TREE: packer.pack(obj), DIGEST: NO_DIGEST, "format": "pt"}
    header, values = safetensors.encode(packer.arrays, metadata)
    header = _with_digest(header, NO_DIGEST, _digest([header, *values]))
    if isinstance(f, str | os.PathLike):
        _write(Path(f), [header, *values])
    elif hasattr(f, "write"):
        f.writelines([header, *values])
    else:
        raise AttributeError(f"expected f to be a path or a file object with a 'write' method, got {type(f).__name__}")


def load(f: File, map_location: Any = None, *, weights_only: bool | None = True) -> Any:
    """Load what `save` has saved, or the tensors of any safetensors file by name. No file can run code.

    As in PyTorch, a Parameter comes back as a Parameter, and the result of an operation as a leaf. Unlike PyTorch's, it
    reads no pickles.

    Args:
        f: a path, or a file object open for reading bytes; it is read to its end.
        map_location: the CPU, where all tensors are; a function or a dict has nothing to map.
        weights_only: accepted; there is nothing else in a file.

    Raises:
        FileNotFoundError: there is no such file.
        RuntimeError: the file is damaged or cut off, even by one byte; or it is a pickle, as torch.save writes; or
            map_location is another device.
        AttributeError: f is neither path nor file object.

    Source: https://pytorch.org/docs/stable/generated/torch.load.html

    Example:
        >>> import io
        >>> import minigrad
        >>> file = io.BytesIO()
        >>> minigrad.save({"w": minigrad.tensor([1.0, 2.0])}, file)
        >>> _ = file.seek(0)
        >>> load(file)
        {'w': tensor([1., 2.])}
    """
    _check_location(map_location)
    name, data = _read(f)
    try:
        return _decoded(data)
    except (ValueError, RecursionError) as error:
        problem = _about_pickles(name) if data.startswith(PICKLES) else f"{name} cannot be loaded: {_shortened(error)}"
        raise RuntimeError(problem) from None  # not from the error, which may quote all that is in the file


def _decoded(data: bytes) -> Any:
    arrays, metadata = safetensors.decode(data)
    # one altered byte spoils one of the two names at most
    if TREE not in metadata and DIGEST not in metadata:
        return {name: tensor_of(name, array) for name, array in arrays.items()}
    _check_digest(data, metadata.get(DIGEST, ""))
    return Unpacker(arrays).unpack(metadata.get(TREE, ""))


def _shortened(error: Exception, limit: int = 500) -> str:
    """Return an error's message without the middle of what is too long to read."""
    text = str(error)
    return text if len(text) <= limit else f"{text[: limit - 100]} … {text[-100:]}"


def _about_pickles(name: str) -> str:
    return (
        f"{name} is a pickle or a zip archive of pickles, as torch.save writes, and loading such a file can run any "
        "code that is in it; convert it with PyTorch and safetensors: "
        f"safetensors.torch.save_file(torch.load({name!r}, weights_only=True), 'model.safetensors')"
    )


def _check_location(map_location: Any) -> None:
    is_mapping = callable(map_location) or isinstance(map_location, dict)
    if map_location is not None and not is_mapping and str(map_location).partition(":")[0] != "cpu":
        raise RuntimeError(f"map_location must be the CPU, the only device, but got {map_location!r}")


# ---- the digest of a whole file, which stands in its header ----------------------------------------------------------


def _digest(parts: Iterable[bytes | memoryview]) -> str:
    sha = hashlib.sha256()
    for part in parts:
        sha.update(part)
    return sha.hexdigest()


def _with_digest(header: bytes, old: str, new: str) -> bytes:
    return header.replace(f'"{DIGEST}":"{old}"'.encode(), f'"{DIGEST}":"{new}"'.encode(), 1)


def _check_digest(data: bytes, digest: str) -> None:
    end = safetensors.header_end(data)
    header = _with_digest(data[:end], digest, NO_DIGEST)
    if _digest([header, memoryview(data)[end:]]) != digest:
        raise ValueError("its values are not those that were saved (the SHA-256 digests differ)")


# ---- files -----------------------------------------------------------------------------------------------------------


def _read(f: File) -> tuple[str, bytes]:
    """Return the name of a file, for messages, and all that is in it."""
    if isinstance(f, str | os.PathLike):
        return os.fspath(f), Path(f).read_bytes()
    if not hasattr(f, "read"):
        raise AttributeError(f"expected f to be a path or a file object with a 'read' method, got {type(f).__name__}")
    data = f.read()
    if not isinstance(data, bytes):
        raise TypeError(f"expected a file object open for reading bytes ('rb'), but it gives {type(data).__name__}")
    return str(getattr(f, "name", f"this {type(f).__name__}")), data


def _write(path: Path, parts: Iterable[bytes | memoryview]) -> None:
    if not path.resolve().parent.is_dir():
        raise RuntimeError(f"Parent directory {path.resolve().parent} does not exist.")
    if path.exists() and not path.is_file():
        raise RuntimeError(f"File {path} cannot be written: it is a folder or a device")
    with written_whole(path) as file:
        file.writelines(parts)
