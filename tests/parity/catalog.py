"""Every name that PyTorch has samples for, whatever its kind: whether minigrad has it, and how its samples compare."""

from __future__ import annotations

import re
from types import ModuleType
from typing import Any

import module_samples
import operator_samples
import optimizer_samples
from known_differences import ABSENT, KNOWN, OUT_OF_SCOPE, Known
from samples import Tally
from surface import exists

SAME, DIFFERENT, MISSING = "same", "different on purpose", "absent"

OPERATORS = sorted(operator_samples.SPELLINGS)
MODULES = sorted(module_samples.INFOS)
OPTIMIZERS = sorted(f"optim.{name}" for name in optimizer_samples.INFOS)


def present(name: str) -> bool:
    """Whether minigrad has the name."""
    return operator_samples.present(name) if name in operator_samples.SPELLINGS else exists(name)


def out_of_scope(name: str) -> str | None:
    """Return why a name that minigrad lacks is no matter of its, or None."""
    return next((why for why, pattern in OUT_OF_SCOPE.items() if re.search(pattern, name)), None)


def in_scope(names: list[str]) -> list[str]:
    """Return the names that minigrad has, or lacks though it might have them."""
    return [name for name in names if present(name) or not out_of_scope(name)]


def measure(name: str, **how: Any) -> Tally:
    """Compare the samples of a name."""
    return module_of(name).measure(name.removeprefix("optim."), **how)


def module_of(name: str) -> ModuleType:
    if name.startswith("optim."):
        return optimizer_samples
    return module_samples if name in module_samples.INFOS else operator_samples


def known(name: str) -> list[Known]:
    """Return the differences that a name has on purpose."""
    return [entry for entry in KNOWN if name in entry.names.split()]


def unexplained(name: str, differences: list[str]) -> list[str]:
    """Return the differences that nobody meant."""
    return [said for said in differences if not any(re.search(entry.where, said) for entry in known(name))]


def outlived(name: str, differences: list[str]) -> list[Known]:
    """Return the known differences that are none any more."""
    return [entry for entry in known(name) if not any(re.search(entry.where, said) for said in differences)]


def verdict(name: str) -> str:
    """Return what the tests hold a name to."""
    if not present(name):
        return MISSING
    return DIFFERENT if known(name) else SAME


def listed_absent() -> set[str]:
    """Return the names in scope that are said to be absent."""
    return {name for names in ABSENT.values() for name in names.split()}
