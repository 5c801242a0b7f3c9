"""Choose the driver that fits a subject."""

from __future__ import annotations

import dis
import functools
import importlib
import importlib.util
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import numpy as np

from .... import nn
from ..adapters import DropoutAdapter, FunctionDropout, MinigradDropout
from .arguments import Arguments, full_name
from .arrays import FORWARD, ArrayFunctionDropout, ArrayLayerDropout, method_name
from .jax import EquinoxDropout, JaxFunctionDropout, LinenDropout, NnxDropout
from .keras import KerasDropout
from .minigrad import MinigradFunctionDropout, MinigradModuleDropout
from .torch import TorchDropout, TorchFunctionDropout

BY_BASE = {  # Keras first: on the torch backend its layers are torch's modules, too
    "keras.src.layers.layer.Layer": KerasDropout,
    "flax.linen.module.Module": LinenDropout,
    "flax.nnx.module.Module": NnxDropout,
    "equinox._module._module.Module": EquinoxDropout,
    "equinox._module.Module": EquinoxDropout,
    "torch.nn.modules.module.Module": TorchDropout,
}


def adapter_for(subject: Any) -> DropoutAdapter:
    """Return an adapter for anything that can be driven.

    Args:
        subject: an adapter or its class; a layer class of minigrad, PyTorch, Keras, Flax or Equinox; a function of
            tensors, of JAX arrays with a key, or of arrays; a class of arrays with forward and backward; a path to one
            of these, "module:name" or "file.py:name".

    Raises:
        TypeError: it is none of these.
        ImportError: a path leads nowhere.

    Example:
        >>> print(adapter_for("minigrad.nn:Dropout2d"))
        minigrad.nn.Dropout2d
    """
    if isinstance(subject, DropoutAdapter):
        return subject
    if isinstance(subject, str):
        return adapter_for(load(subject))
    if isinstance(subject, type):
        return _for_class(subject)
    if adapter := _for_object(subject):
        return adapter
    if callable(subject):
        return _for_factory(subject) or _for_function(subject)
    raise TypeError(f"{subject!r} is no DropoutAdapter, no layer and no function that this kit can drive")


def _bases(subject: type) -> list[str]:
    return [f"{base.__module__}.{base.__qualname__}" for base in subject.__mro__]


def _for_class(subject: type) -> DropoutAdapter:
    if issubclass(subject, DropoutAdapter):
        return subject()
    if issubclass(subject, nn.Module):
        return _for_module(subject)
    bases = _bases(subject)
    for base, driver in BY_BASE.items():
        if base in bases:
            return driver(subject)
    if method_name(subject, FORWARD):
        return ArrayLayerDropout(subject)
    raise TypeError(
        f"{full_name(subject)} is no DropoutAdapter and no layer: it has none of the methods {', '.join(FORWARD)}"
    )


def _for_module(build: Any) -> DropoutAdapter:
    """Return a driver of minigrad's modules: each with a generator of its own, if it takes one."""
    takes_one = "generator" in inspect.signature(build).parameters
    return MinigradDropout(build) if takes_one else MinigradModuleDropout(build)


def _for_object(subject: Any) -> DropoutAdapter | None:
    if "torch.nn.modules.module.Module" in _bases(type(subject)) and "keras" not in type(subject).__module__:
        return TorchDropout(subject)
    if isinstance(subject, nn.Module):
        return MinigradModuleDropout(subject)
    if hasattr(subject, "forward"):
        raise TypeError(f"give the class {full_name(type(subject))}, not an object of it: it is built with many p")
    return None


def _for_factory(function: Any) -> DropoutAdapter | None:
    """Return a driver of what a function of p alone builds, such as functools.partial(nn.Dropout, inplace=True)."""
    arguments = Arguments(function)
    of_a_class = isinstance(function, functools.partial) and isinstance(function.func, type)
    of_p_alone = "p" in arguments and "x" not in arguments and set(arguments.required) <= {arguments.names["p"]}
    if not of_a_class and not of_p_alone:
        return None
    built = function(0.5)
    if isinstance(built, nn.Module):
        return _for_module(function)
    for base, driver in BY_BASE.items():
        if base in _bases(type(built)):
            return driver(function)
    return ArrayLayerDropout(function) if hasattr(built, "forward") else None


def _for_function(function: Any) -> DropoutAdapter:
    module = str(getattr(function, "__module__", "") or "")
    text = str(getattr(function, "__annotations__", {}))
    if module.startswith("minigrad.") or "minigrad." in text or _names(function, "minigrad"):
        return MinigradFunctionDropout(function)
    if module.startswith("torch") or "torch" in text or "Tensor" in text:
        return TorchFunctionDropout(function)
    arguments = Arguments(function)
    names = [name for name in arguments.names.values() if name]
    if "jax" in text or _uses(function, "jax") or ("key" in arguments and "rng" not in arguments):
        return JaxFunctionDropout(function)
    if _uses(function, "torch"):
        return TorchFunctionDropout(function)
    if "x" in arguments and len(names) > 1:
        return ArrayFunctionDropout(function)
    try:
        inspect.signature(function).bind("x", "p", "training", "rng")
    except TypeError:
        raise TypeError(
            f"{full_name(function)}{inspect.signature(function)} cannot be called as f(x, p, training, rng), and the "
            "names of its parameters do not say which is which: write a DropoutAdapter"
        ) from None
    except ValueError:  # written in C
        pass
    return FunctionDropout(function)


def _uses(function: Any, library: str) -> bool:
    """Whether a function names something that belongs to a library, or a method that only its arrays have."""
    if _names(function, library):
        return True
    function = inspect.unwrap(function)
    tensor = getattr(sys.modules.get(library), "Tensor", None)
    names = getattr(getattr(function, "__code__", None), "co_names", ())
    own = [name for name in names if name not in getattr(function, "__globals__", {})]
    return any(hasattr(tensor, name) and not hasattr(np.ndarray, name) for name in own)


def _names(function: Any, library: str) -> bool:
    """Whether a function names a variable, global or enclosed, that belongs to a library."""
    function = inspect.unwrap(function)
    if not isinstance(function, FunctionType):
        return False
    variables = {**function.__globals__, **inspect.getclosurevars(function).nonlocals}
    used = [variables[name] for name in _variables_in(function.__code__) if variables.get(name) is not None]
    belong = [getattr(thing, "__module__", "") or getattr(thing, "__name__", "") or "" for thing in used]
    return any(str(name).split(".")[0] == library for name in belong)


def _variables_in(code: CodeType) -> Iterator[str]:
    """Iterate over the names of variables, not of attributes, that code and the functions in it read from outside."""
    for instruction in dis.get_instructions(code):
        if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME", "LOAD_DEREF"):
            yield instruction.argval
    for part in code.co_consts:
        if isinstance(part, CodeType):
            yield from _variables_in(part)


def load(path: str) -> Any:
    """Return what "module:name" or "file.py:name" stands for.

    Raises:
        ImportError: there is no such thing; what the module's own code raises is its cause.
    """
    module_name, _, name = path.rpartition(":")
    if not module_name or not name:
        raise ImportError(f"expected module:Class or path/to/file.py:Class, got {path!r}")
    try:
        module = _module(module_name)
    except Exception as error:
        cause = None if _is_missing(module_name, error) else error
        raise ImportError(f"cannot load {module_name}: {type(error).__name__}: {error}") from cause
    if not hasattr(module, name):
        raise ImportError(f"{module_name} has no {name}")
    return getattr(module, name)


def _is_missing(name: str, error: Exception) -> bool:
    """Whether the module itself is not there, rather than something that its code asks for."""
    if name.endswith(".py"):
        return not Path(name).is_file()
    return isinstance(error, ModuleNotFoundError) and error.name is not None and f"{name}.".startswith(f"{error.name}.")


def _module(name: str) -> Any:
    if not name.endswith(".py"):
        return importlib.import_module(name)
    path = Path(name)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(path.parent.resolve()))  # as if the file were run: its neighbours can be imported
    sys.modules[path.stem] = module  # a dataclass in the file looks itself up
    spec.loader.exec_module(module)
    return module
