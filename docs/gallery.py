"""The gallery's page of the site: every experiment with its question, its formula and its command."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path
from typing import Any

import demos

ROOT = Path(__file__).parent.parent

INTRO = {
    "en": (
        "Gallery",
        "Experiments with overfitting and its cures. Each is one script that prints numbers and draws pictures. "
        "`python -m demos all` runs them all and builds `out/index.html`, in less than ten minutes.",
        "Run it",
        "Source",
    ),
    "zh": (
        "实验集",
        "关于过拟合和各种对策的实验。每个实验就是一个脚本，会打印数字、画出图来。"
        "`python -m demos all` 运行全部实验，不到十分钟就能生成 `out/index.html`。",
        "运行",
        "源码",
    ),
}


def experiments() -> dict[str, Any]:
    """Return the declaration of every experiment by its name, in the gallery's order."""
    names = [m.name for m in pkgutil.iter_modules(demos.__path__) if not m.ispkg and m.name[0] != "_"]
    modules = {name: importlib.import_module(f"demos.{name}") for name in names}
    found = {name: module.DEMO for name, module in modules.items() if hasattr(module, "DEMO")}
    return dict(sorted(found.items(), key=lambda item: (item[1].order, item[1].part)))


def page(language: str) -> str:
    """Return the page."""
    title, intro, run, source = INTRO[language]
    lines = [f"# {title}", "", intro, ""]
    for name, demo in experiments().items():
        lines += [f"## {demo.number}. {demo.title}", "", demo.question, ""]
        for formula in demo.formula.split(r" \\ "):
            lines += ["```{math}", formula, "```", ""]
        link = f'<a href="../source/demos/{name}.py.html">{source}</a>'
        lines += [f"{run}: `python -m demos {name}` · {link}", ""]
    return "\n".join(lines)
