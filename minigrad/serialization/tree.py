"""A nested checkpoint as JSON, and the arrays that it names.

JSON has None, booleans, integers, floats, texts and lists; for all else there is an object with one key, the kind:

    {"dict": [[key, value], …]}           {"tuple": [value, …]}       {"Tensor": name}
    {"OrderedDict": [[key, value], …]}    {"Size": [n, …]}            {"Parameter": name}, which requires a gradient
    {"Counter": [[key, n], …]}            {"bytes": "68656c6c6f"}     {"ndarray": name}
    {"float": "inf"}                      {"dtype": "float32"}        {"number": name}, NumPy's
"""

from __future__ import annotations

import json
import math
from collections import Counter, OrderedDict
from typing import Any

import numpy as np

from .. import dtypes
from ..dtypes import dtype as DType
from ..recording import wrap
from ..shapes import Size
from ..tensor import Tensor
from .safetensors import Array, can_hold

PLAIN = (type(None), bool, int, str)
MAPPINGS: dict[str, type[Any]] = {"dict": dict, "OrderedDict": OrderedDict, "Counter": Counter}
SEQUENCES: dict[str, type[Any]] = {"tuple": tuple, "Size": Size}
KINDS = {kind: name for name, kind in {**MAPPINGS, **SEQUENCES}.items()}

# ---- taken apart -----------------------------------------------------------------------------------------------------


class Packer:
    """Turns an object into JSON, and collects its arrays under the names of the places where they were found.

    Attributes:
        arrays: by name.
    """

    def __init__(self) -> None:
        self.arrays: dict[str, Array] = {}
        self._first_names: dict[Any, str] = {}
        self._open: set[int] = set()  # the containers around the present place

    def pack(self, obj: Any) -> str:
        """Return an object as JSON.

        Raises:
            TypeError: something in it cannot be saved; the message says where it is.
            ValueError: something contains itself.
        """
        return json.dumps(self._node(obj, ()), separators=(",", ":"))

    def _node(self, obj: Any, path: tuple[Any, ...]) -> Any:
        kind = type(obj)
        if kind in PLAIN:
            return obj
        if kind is float:
            return obj if math.isfinite(obj) else {"float": repr(obj)}
        if kind is list or kind in KINDS:
            return self._container(obj, path)
        if kind is bytes:
            return {"bytes": obj.hex()}
        if isinstance(obj, DType):
            return {"dtype": obj.name}
        if isinstance(obj, Tensor):
            return {"Parameter" if obj.requires_grad else "Tensor": self._keep(obj.array, path)}
        if isinstance(obj, np.ndarray | np.generic) and can_hold(obj.dtype):
            return {"ndarray" if isinstance(obj, np.ndarray) else "number": self._keep(np.asarray(obj), path)}
        raise TypeError(f"{_place(path)}: cannot save {_described(obj)}")

    def _container(self, obj: Any, path: tuple[Any, ...]) -> Any:
        if id(obj) in self._open:
            raise ValueError(f"{_place(path)}: cannot save a {type(obj).__name__} that contains itself")
        self._open.add(id(obj))
        if type(obj).__name__ in MAPPINGS:
            parts = [[self._node(key, (*path, key)), self._node(obj[key], (*path, key))] for key in obj]
        else:
            parts = [self._node(value, (*path, i)) for i, value in enumerate(obj)]
        self._open.remove(id(obj))
        return parts if type(obj) is list else {KINDS[type(obj)]: parts}

    def _keep(self, array: Array, path: tuple[Any, ...]) -> str:
        """Store an array under the name of its place; return the name under which its memory was first stored.

        Tied weights are written under each of their names, for readers that know of names alone, and are one array
        again for readers of this JSON.
        """
        name = ".".join(map(str, path)) if path else "tensor"
        while name in self.arrays or name == "__metadata__":
            name += "_"
        self.arrays[name] = array
        memory = (array.ctypes.data, array.shape, array.strides, array.dtype)
        return self._first_names.setdefault(memory, name) if array.size else name


def _place(path: tuple[Any, ...]) -> str:
    return "obj" + "".join(f"[{key!r}]" for key in path)


def _described(obj: Any) -> str:
    if hasattr(obj, "state_dict"):
        return f"a whole {type(obj).__name__}: save its state, minigrad.save(x.state_dict(), f)"
    if isinstance(obj, np.ndarray):
        return f"an array of dtype {obj.dtype}"
    known = "None, bool, int, float, str, bytes, list, tuple, dict, OrderedDict, Counter, Size, dtype, Tensor, ndarray"
    return f"a {type(obj).__name__}; what can be saved: {known}"


# ---- put together again ----------------------------------------------------------------------------------------------


class Unpacker:
    """Turns JSON that a `Packer` made into the object again.

    Args:
        arrays: by the names that the JSON refers to.
    """

    def __init__(self, arrays: dict[str, Array]) -> None:
        self.arrays = arrays
        self._tensors: dict[str, Tensor] = {}

    def unpack(self, text: str) -> Any:
        """Return the object.

        Raises:
            ValueError: no Packer made this JSON.
        """
        try:
            return self._value(json.loads(text))
        except (KeyError, TypeError) as error:
            raise ValueError(f"the structure is none that minigrad writes: {error!r}") from error

    def _value(self, node: Any) -> Any:
        if isinstance(node, list):
            return [self._value(part) for part in node]
        if not isinstance(node, dict):
            return node
        ((kind, content),) = node.items()
        if kind in MAPPINGS:
            return MAPPINGS[kind]({self._value(key): self._value(value) for key, value in content})
        if kind in SEQUENCES:
            return SEQUENCES[kind](self._value(content))
        return self._leaf(kind, content)

    def _leaf(self, kind: str, content: Any) -> Any:
        match kind:
            case "Tensor":
                return self._tensor(content)
            case "Parameter":
                return self._tensor(content).requires_grad_()
            case "ndarray":
                return self.arrays[content]
            case "number":
                return self.arrays[content][()]
            case "bytes":
                return bytes.fromhex(content)
            case "float":
                return float(content)
            case "dtype":
                return dtypes.from_numpy(np.dtype(content))
        raise ValueError(f"the structure has a part of unknown kind {kind!r}")

    def _tensor(self, name: str) -> Tensor:
        """Return a tensor of its own over an array; all tensors over one array share their memory."""
        if name not in self._tensors:
            self._tensors[name] = tensor_of(name, self.arrays[name])
        return self._tensors[name].detach()


def tensor_of(name: str, array: Array) -> Tensor:
    """Return a tensor over an array; ValueError for a dtype that tensors do not know."""
    try:
        dtypes.from_numpy(array.dtype)
    except TypeError as error:
        raise ValueError(f"tensor {name!r}: {error}") from None
    out: Tensor = wrap(array)
    return out
