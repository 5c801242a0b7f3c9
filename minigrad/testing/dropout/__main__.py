"""The command: python -m minigrad.testing.dropout torch.nn:Dropout."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ... import nn
from .adapters import DropoutAdapter, FunctionDropout, MinigradDropout, TorchDropout
from .check import CHECKS, check_dropout


class _NotLoaded(Exception):
    """The target cannot be examined; the text is one sentence."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the report; return 0 if nothing is broken, 1 if something is, 2 if there is nothing to examine."""
    options = _parser().parse_args(arguments)
    try:
        adapter = load_adapter(options.target)
    except _NotLoaded as error:
        print(f"minigrad.testing.dropout: {error}", file=sys.stderr)
        return 2
    kind = options.kind or _kind_of(adapter, options.target)
    report = check_dropout(
        adapter, kind=kind, false_alarm=options.false_alarm, known_failures=options.known_failure, seed=options.seed
    )
    print(report.to_json() if options.json else report)
    return 0 if report.ok else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m minigrad.testing.dropout", description="Examine a dropout.")
    parser.add_argument("target", help="torch.nn:Dropout, minigrad.nn:Dropout, module:Adapter, path/to/file.py:Adapter")
    parser.add_argument("--kind", choices=["element", "channel"], help="what is dropped; by default from the name")
    parser.add_argument("--false-alarm", type=_open_unit, default=1e-9, help="of the whole run (default 1e-9)")
    parser.add_argument("--known-failure", action="append", default=[], choices=list(CHECKS), metavar="ID")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def _open_unit(text: str) -> float:
    value = float(text)
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError(f"must lie in (0, 1), got {text}")
    return value


def load_adapter(target: str) -> DropoutAdapter:
    """Return the adapter that module:name or path.py:name stands for."""
    module_name, _, name = target.rpartition(":")
    if not module_name or not name:
        raise _NotLoaded(f"expected module:Class or path/to/file.py:Class, got {target!r}")
    try:
        module = _module(module_name)
    except Exception as error:
        raise _NotLoaded(f"cannot load {module_name}: {type(error).__name__}: {error}") from error
    if not hasattr(module, name):
        raise _NotLoaded(f"{module_name} has no {name}")
    return _adapter_for(getattr(module, name), target)


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


def _adapter_for(thing: Any, target: str) -> DropoutAdapter:
    if isinstance(thing, DropoutAdapter):
        return thing
    if isinstance(thing, type):
        if issubclass(thing, DropoutAdapter):
            return _instance(thing, target)
        if issubclass(thing, nn.Module):
            return MinigradDropout(thing)
        torch = sys.modules.get("torch")
        if torch is not None and issubclass(thing, torch.nn.Module):
            return TorchDropout(thing)
    elif callable(thing):
        return FunctionDropout(thing)
    raise _NotLoaded(f"{target} is no DropoutAdapter, no layer of torch.nn or minigrad.nn and no function")


def _instance(adapter_class: type[DropoutAdapter], target: str) -> DropoutAdapter:
    try:
        return adapter_class()
    except Exception as error:
        raise _NotLoaded(f"{target} cannot be made without arguments: {error}") from error


def _kind_of(adapter: DropoutAdapter, target: str) -> str:
    return str(getattr(adapter, "kind", "channel" if re.search(r"Dropout[123]d$", target) else "element"))


if __name__ == "__main__":
    sys.exit(main())
