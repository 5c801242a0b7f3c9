"""A result of a contract as pytest's outcome."""

from __future__ import annotations

import importlib
from types import ModuleType

from .report import Result


def verdict(result: Result) -> None:
    """Pass, skip, fail or expect to fail, as a result says."""
    pytest = extra("pytest")
    if result.status == "skipped":
        pytest.skip(result.evidence)
    if result.status == "known":
        pytest.xfail(result.evidence)
    if result.status in ("broken", "fixed"):
        lines = [result.evidence, result.meaning if result.status == "broken" else "", result.snippet]
        pytest.fail("\n".join(line for line in lines if line), pytrace=False)


def extra(name: str) -> ModuleType:
    """Import what the test classes need.

    Raises:
        ModuleNotFoundError: it is not installed; the message names the extra.
    """
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(f"the test classes need {name}: pip install 'minigrad-nn[test]'") from error
