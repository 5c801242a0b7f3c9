"""The modules of torch, each a face of one of minigrad's, and the finder that gives them to ``import``."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType, SimpleNamespace
from typing import Any

from .. import _absent
from .numpy_arrays import give_arrays
from .printing import HOMES, print_as_torch
from .version import VERSION

PRIVATE = ("core", "datasets", "functions", "ops", "replay", "run", "table")
"""The parts of minigrad that PyTorch does not have."""

BEHIND = {
    **{home: f"minigrad.{name}" for name, home in HOMES.items() if home.startswith(("torch.nn.", "torch.optim."))},
    "torch.autograd.variable": "minigrad.autograd",
    "torch.nn.modules": "minigrad.nn",
    "torch.nn.utils.clip_grad": "minigrad.nn.utils.clip_grad",
    "torch.optim.adamw": "minigrad.optim.adam",
    "torch.optim.lr_scheduler": "minigrad.optim.lr_scheduler",
    "torch.return_types": "minigrad.functions.return_types",
}
"""The modules of torch that stand in minigrad under another name."""


class TorchModule(ModuleType):
    """A module of torch: it has the names of one of minigrad's, and what a script sets goes there, too.

    Args:
        name: in torch, such as "torch.nn".
        behind: the module of minigrad.
    """

    def __init__(self, name: str, behind: ModuleType) -> None:
        super().__init__(name, behind.__doc__)
        facts: dict[str, Any] = {"__path__": [], "__file__": behind.__file__, "_behind": behind}
        if name == "torch":
            facts["__version__"] = VERSION
            facts["version"] = SimpleNamespace(__version__=VERSION, cuda=None, hip=None, xpu=None, debug=False)
        self.__dict__.update(facts)

    def __getattr__(self, name: str) -> Any:
        behind = self.__dict__["_behind"]
        if name == "__all__":
            return list(public_names(behind))
        path = f"{self.__name__}.{name}"
        if module_behind(path) is not None:
            return importlib.import_module(path)
        value = getattr(behind, name, None)
        if (value is None and not hasattr(behind, name)) or (isinstance(value, ModuleType) and is_own(value)):
            raise AttributeError(_absent.message(self.__name__, name))
        return value

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("__") or isinstance(value, TorchModule):
            super().__setattr__(name, value)
        else:
            setattr(self.__dict__["_behind"], name, value)

    def __dir__(self) -> Iterable[str]:
        return sorted({*self.__dict__, *public_names(self.__dict__["_behind"])})


def public_names(module: ModuleType) -> Sequence[str]:
    """Return the names that ``from module import *`` gives."""
    names: Sequence[str] | None = getattr(module, "__all__", None)
    if names is None:
        names = [name for name in dir(module) if not name.startswith("_")]
    return [name for name in names if module.__name__ != "minigrad" or name not in PRIVATE]


def is_own(module: ModuleType) -> bool:
    """Return whether a module is a part of minigrad."""
    return module.__name__.partition(".")[0] == "minigrad"


def module_behind(name: str) -> str | None:
    """Return the name of minigrad's module behind a module of torch; None where there is none."""
    if name in BEHIND:
        return BEHIND[name]
    _, *parts = name.split(".")
    if any(part.startswith("_") for part in parts) or (parts and parts[0] in PRIVATE):
        return None
    module = sys.modules["minigrad"]
    for part in parts:
        if not isinstance(vars(module).get(part, module), ModuleType):
            return None  # a function has the name
        try:
            module = importlib.import_module(f"{module.__name__}.{part}")
        except ModuleNotFoundError:
            return None
    return module.__name__


class TorchFinder(MetaPathFinder, Loader):
    """Finds the modules of torch, and loads them: an entry of `sys.meta_path`."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Return the spec of a module of torch; ModuleNotFoundError where minigrad has none of the name."""
        if name.partition(".")[0] != "torch":
            return None
        if module_behind(name) is None:
            raise ModuleNotFoundError(_absent.module_message(name), name=name)
        return ModuleSpec(name, self, is_package=True)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return the face of minigrad's module."""
        return TorchModule(spec.name, importlib.import_module(str(module_behind(spec.name))))

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing: the module behind has run already."""


def as_torch() -> None:
    """Let ``import torch`` mean minigrad in this process, print as PyTorch does, and become NumPy's arrays as it does.

    Call it before the first ``import torch``; a second call changes nothing.

    Raises:
        RuntimeError: PyTorch itself is imported already.

    Example:
        >>> import minigrad.run
        >>> minigrad.run.as_torch()  # doctest: +SKIP
    """
    if any(isinstance(finder, TorchFinder) for finder in sys.meta_path):
        return
    if "torch" in sys.modules:
        raise RuntimeError("PyTorch is imported already: call as_torch() in a new process, before `import torch`")
    sys.meta_path.insert(0, TorchFinder())
    print_as_torch()
    give_arrays()
