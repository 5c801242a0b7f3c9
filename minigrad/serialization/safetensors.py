"""The layout of a safetensors file: arrays by name, and nothing that could run.

    8 bytes        n, the length of the header, little-endian
    n bytes        the header, JSON: {name: {"dtype": "F32", "shape": [2, 3], "data_offsets": [begin, end]}, …},
                   and under "__metadata__" texts by name
    the rest       the arrays' values, little-endian, row by row, without gaps

Source: https://huggingface.co/docs/safetensors, section Format
"""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Entry = dict[str, Any]

METADATA = "__metadata__"
LENGTH_BYTES = 8
LARGEST_HEADER = 100_000_000  # the safetensors library's own limit

DTYPES = {
    name: np.dtype(code)
    for name, code in {
        "BOOL": "?", "U8": "u1", "I8": "i1", "U16": "<u2", "I16": "<i2", "U32": "<u4", "I32": "<i4",
        "U64": "<u8", "I64": "<i8", "F16": "<f2", "F32": "<f4", "F64": "<f8",
    }.items()
}  # fmt: skip
NAMES = {dtype: name for name, dtype in DTYPES.items()}


def can_hold(dtype: np.dtype[Any]) -> bool:
    """Return whether arrays of this dtype can be stored."""
    return dtype.newbyteorder("<") in NAMES


# ---- written ---------------------------------------------------------------------------------------------------------


def encode(arrays: dict[str, Array], metadata: dict[str, str]) -> tuple[bytes, list[memoryview]]:
    """Return a file: the header with its length, then the values of one array after the other."""
    # the widest elements first, so that in memory each array lies at a multiple of its element's size
    ordered = dict(sorted(arrays.items(), key=lambda item: -item[1].dtype.itemsize))
    header: dict[str, Any] = {METADATA: metadata}
    begin = 0
    for name, array in ordered.items():
        end = begin + array.nbytes
        header[name] = {"dtype": _name_of(array), "shape": list(array.shape), "data_offsets": [begin, end]}
        begin = end
    return _framed(json.dumps(header, separators=(",", ":")).encode()), [_bytes_of(a) for a in ordered.values()]


def _framed(header: bytes) -> bytes:
    """Put a header's length before it, and spaces behind it, so that the values begin at a multiple of 8."""
    padded = header + b" " * (-len(header) % 8)
    if len(padded) > LARGEST_HEADER:
        raise ValueError(f"names and all that is no tensor take {len(padded)} bytes, more than {LARGEST_HEADER}")
    return len(padded).to_bytes(LENGTH_BYTES, "little") + padded


def _name_of(array: Array) -> str:
    return NAMES[array.dtype.newbyteorder("<")]


def _bytes_of(array: Array) -> memoryview:
    return np.ascontiguousarray(array, array.dtype.newbyteorder("<")).reshape(-1).view(np.uint8).data


# ---- read ------------------------------------------------------------------------------------------------------------


def decode(data: bytes) -> tuple[dict[str, Array], dict[str, str]]:
    """Return the arrays and the metadata of a file.

    Raises:
        ValueError: the data are no safetensors file, or not all of it.
    """
    header, values = _split(data)
    metadata = _checked_metadata(header.pop(METADATA, {}))
    _check_entries(header, len(values))
    return {name: _array_of(name, entry, values) for name, entry in header.items()}, metadata


def header_end(data: bytes) -> int:
    """Return where the header of a file ends and the values begin."""
    return LENGTH_BYTES + int.from_bytes(data[:LENGTH_BYTES], "little")


def _split(data: bytes) -> tuple[dict[str, Any], memoryview]:
    """Return the header of a file, and the values behind it."""
    end = header_end(data)
    if not LENGTH_BYTES <= end <= min(len(data), LENGTH_BYTES + LARGEST_HEADER):
        raise ValueError(f"it is no safetensors file, or cut off: it has {len(data)} bytes, its header ends at {end}")
    header = json.loads(data[LENGTH_BYTES:end].decode(), object_pairs_hook=_without_duplicates)
    if not isinstance(header, dict):
        raise ValueError(f"the header is no JSON object but {type(header).__name__}")
    return header, memoryview(data)[end:]


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the name {next(name for name in names if names.count(name) > 1)!r} stands there twice")
    return result


def _checked_metadata(metadata: Any) -> dict[str, str]:
    if not isinstance(metadata, dict) or not all(isinstance(text, str) for text in metadata.values()):
        raise ValueError(f"{METADATA} must be texts by name")
    return metadata


def _check_entries(header: dict[str, Any], size: int) -> None:
    """Raise ValueError unless the entries are well formed and divide the values among them, without gap or overlap."""
    for name, entry in header.items():
        _check_entry(name, entry)
    begin = 0
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        if entry["data_offsets"][0] != begin:
            raise ValueError(f"tensor {name!r} begins at byte {entry['data_offsets'][0]} of the values, not at {begin}")
        begin = entry["data_offsets"][1]
    if begin != size:
        raise ValueError(f"there are {size} bytes of values, not {begin} as the header says")


def _check_entry(name: str, entry: Any) -> None:
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise ValueError(f"the entry of tensor {name!r} must have dtype, shape and data_offsets, got {entry!r}")
    dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(dtype, str) or dtype not in DTYPES:
        raise ValueError(f"tensor {name!r} is of dtype {dtype!r}, but known are {', '.join(DTYPES)}")
    if not _are_sizes(shape) or not _are_sizes(offsets) or len(offsets) != 2:
        raise ValueError(f"tensor {name!r} must have sizes and two offsets, got {shape!r} and {offsets!r}")
    if offsets[1] - offsets[0] != math.prod(shape) * DTYPES[dtype].itemsize:
        raise ValueError(f"tensor {name!r} of {dtype} and shape {shape} cannot lie at the bytes {offsets}")


def _are_sizes(value: Any) -> bool:
    return isinstance(value, list) and all(type(n) is int and n >= 0 for n in value)


def _array_of(name: str, entry: Entry, values: memoryview) -> Array:
    """Return a tensor's values in memory of their own."""
    begin, end = entry["data_offsets"]
    dtype = DTYPES[entry["dtype"]]
    raw = np.frombuffer(values[begin:end], np.uint8)
    if dtype == np.bool_ and (raw > 1).any():
        raise ValueError(f"tensor {name!r} is of dtype BOOL, but has values other than 0 and 1")
    return raw.view(dtype).reshape(entry["shape"]).astype(dtype.newbyteorder("="))
