"""A nested checkpoint as JSON, and the arrays that it names.

JSON has None, booleans, integers, floats, texts and lists; for all else there is an object with one key, the kind:

    {"dict": [[key, value], …]}           {"tuple": [value, …]}       {"Tensor": place}
    {"OrderedDict": [[key, value], …]}    {"Size": [n, …]}            {"leaf": place}, which requires a gradient
    {"Counter": [[key, n], …]}            {"bytes": "68656c6c6f"}     {"Parameter": place}, which does, too
    {"float": "inf"}                      {"dtype": "float32"}        {"frozen": place}, a Parameter that does not
    {"ndarray": name}                     {"number": name}, NumPy's     {"set": [value, …]}
    {"device": "cpu"}

A place is the name of an array; or, for a view, [name, other, begin, strides]: the values of the array by this name,
which lie in the memory of another one, from an element on and with steps between elements.
"""

from __future__ import annotations

import json
import math
from collections import Counter, OrderedDict
from typing import Any

import numpy as np

from .._tensor import dtypes
from .._tensor.base import wrap
from .._tensor.copies import is_dense, placed
from .._tensor.devices import device
from .._tensor.dtypes import dtype as DType
from .._tensor.shapes import Size
from .._tensor.views import owner_of
from .._tensor.writes import memory_of
from ..functions.tensor import Tensor
from ..nn.parameter import Parameter
from .safetensors import Array, can_hold

PLAIN = (type(None), bool, int, str)
MAPPINGS: dict[str, type[Any]] = {"dict": dict, "OrderedDict": OrderedDict, "Counter": Counter}
SEQUENCES: dict[str, type[Any]] = {"tuple": tuple, "Size": Size, "set": set}
LONGEST_DEVICE = 32  # letters; a message quotes the name of what is no device
Node = dict[str, Any]
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
        self._tensors: list[tuple[Node, Array]] = []
        self._open: set[int] = set()  # the containers around the present place

    def pack(self, obj: Any) -> str:
        """Return an object as JSON.

        Raises:
            TypeError: something in it cannot be saved; the message says where it is.
            ValueError: something contains itself.
        """
        node = self._node(obj, ())
        self._relate_views()
        return json.dumps(node, separators=(",", ":"))

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
        if kind is device:
            return {"device": str(obj)}
        if isinstance(obj, Tensor):
            node = {_kind_of(obj): self._keep(obj.array, path)}
            self._tensors.append((node, obj.array))
            return node
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
        name = self._free(".".join(map(str, path)) if path else "tensor")
        self.arrays[name] = array
        return self._first_names.setdefault(_memory_of(array), name) if array.size else name

    def _free(self, name: str) -> str:
        """Return a name that no other array has, like this one."""
        while name in self.arrays or name == "__metadata__":
            name += "_"
        return name

    def _relate_views(self) -> None:
        """Note for tensors that share memory, without being alike, where they lie in it."""
        families: dict[int, list[tuple[Node, Array]]] = {}
        for node, array in self._tensors:
            if array.size:
                families.setdefault(id(owner_of(array)), []).append((node, array))
        for family in families.values():
            for relatives in _overlapping(family):
                self._relate(relatives)

    def _relate(self, relatives: list[tuple[Node, Array]]) -> None:
        arrays = [array for _, array in relatives]
        if len(set(map(_memory_of, arrays))) == 1 or len({array.dtype for array in arrays}) > 1:
            return  # tied, which one name says; or one memory in two dtypes, which no file of this format has
        host = self._host(arrays)
        if host is None:
            return
        name, (begin, _), size = host
        for node, array in relatives:
            ((kind, own_name),) = node.items()
            if own_name != name:
                strides = [stride // size for stride in array.strides]
                node[kind] = [own_name, name, (array.ctypes.data - begin) // size, strides]

    def _host(self, arrays: list[Array]) -> tuple[str, tuple[int, int], int] | None:
        """Return the name, the bounds and the element's size of an array in whose memory all these lie.

        It is one of them, or an array that is stored for this purpose; None where their steps are no whole elements.
        """
        size, owner = arrays[0].itemsize, owner_of(arrays[0])
        bounds = [_bounds(array) for array in arrays]
        begin, end = min(first for first, _ in bounds), max(last for _, last in bounds)
        steps = [n for a in arrays for n in (*a.strides, a.ctypes.data - begin)]
        if not is_dense(owner) or any(n % size for n in steps):
            return None
        for array, own_bounds in zip(arrays, bounds, strict=True):
            if array.flags.c_contiguous and own_bounds == (begin, end):
                return self._first_names[_memory_of(array)], own_bounds, size
        name = self._free(f"{self._first_names[_memory_of(arrays[0])]}.memory")
        self.arrays[name] = placed(owner, arrays[0].dtype, ((end - begin) // size,), begin - owner.ctypes.data, (size,))
        return name, (begin, end), size


def _kind_of(x: Tensor) -> str:
    if isinstance(x, Parameter):
        return "Parameter" if x.requires_grad else "frozen"
    return "leaf" if x.requires_grad else "Tensor"


def _memory_of(array: Array) -> Any:
    return array.ctypes.data, array.shape, array.strides, array.dtype


def _bounds(array: Array) -> tuple[int, int]:
    """Return the addresses of an array's first byte and of that behind its last one."""
    reaches = [(n - 1) * stride for n, stride in zip(array.shape, array.strides, strict=True)]
    begin, end = (sum(reach for reach in reaches if reach * sign > 0) for sign in (-1, 1))
    return array.ctypes.data + begin, array.ctypes.data + end + array.itemsize


def _overlapping(family: list[tuple[Node, Array]]) -> list[list[tuple[Node, Array]]]:
    """Divide tensors over one memory into groups, each of which lies apart from the others."""
    groups: list[list[tuple[Node, Array]]] = []
    reached = 0
    for member in sorted(family, key=lambda member: _bounds(member[1])):
        begin, end = _bounds(member[1])
        if not groups or begin >= reached:
            groups.append([])
        groups[-1].append(member)
        reached = max(reached, end)
    return groups


def _place(path: tuple[Any, ...]) -> str:
    return "obj" + "".join(f"[{key!r}]" for key in path)


def _described(obj: Any) -> str:
    if hasattr(obj, "state_dict"):
        again = "read it with x.load_state_dict(minigrad.load(f))"
        return f"a whole {type(obj).__name__}: save its state, minigrad.save(x.state_dict(), f), and {again}"
    if isinstance(obj, np.ndarray):
        return f"an array of dtype {obj.dtype}"
    known = (
        "None, bool, int, float, str, bytes, list, tuple, set, dict, OrderedDict, Counter, Size, dtype, device, "
        "Tensor, ndarray"
    )
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
        except (KeyError, TypeError, OverflowError, RuntimeError) as error:
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
            case "leaf":
                return self._tensor(content).requires_grad_()
            case "Parameter" | "frozen":
                tensor = self._tensor(content)
                parameter = Parameter(tensor, requires_grad=kind == "Parameter")
                parameter.memory = memory_of(tensor)
                return parameter
            case "ndarray":
                return self.arrays[content]
            case "number":
                return self.arrays[content][()]
            case "bytes":
                return bytes.fromhex(content)
            case "float":
                return float(content)
            case "device" if isinstance(content, str) and len(content) < LONGEST_DEVICE:
                return device(content)
            case "dtype":
                return dtypes.from_numpy(np.dtype(content))
        raise ValueError(f"the structure has a part of unknown kind {kind!r}")

    def _tensor(self, place: Any) -> Tensor:
        """Return a tensor of its own over an array; all tensors over one array share their memory."""
        if isinstance(place, str):
            return self._root(place).detach()
        name, other, begin, strides = place
        root, size = self._root(other), self.arrays[other].itemsize
        dtype, shape = self.arrays[name].dtype, self.arrays[name].shape
        view: Tensor = wrap(placed(root.array, dtype, shape, begin * size, tuple([n * size for n in strides])))
        view.memory = memory_of(root)
        return view

    def _root(self, name: str) -> Tensor:
        if name not in self._tensors:
            self._tensors[name] = tensor_of(name, self.arrays[name])
        return self._tensors[name]


def tensor_of(name: str, array: Array) -> Tensor:
    """Return a tensor over an array; ValueError for a dtype that tensors do not know."""
    try:
        dtypes.from_numpy(array.dtype)
    except TypeError as error:
        raise ValueError(f"tensor {name!r}: {error}") from None
    out: Tensor = wrap(array)
    return out
