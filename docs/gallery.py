"""The gallery's page of the site: every experiment with its question, what it is about, and its command."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent

WORDS = {
    "en": {
        "title": "Gallery",
        "intro": "Experiments with overfitting and its cures. Each is one script that prints numbers and draws "
        "pictures. `python -m demos all` runs them all and builds `out/index.html`, in less than ten minutes.",
        "picture": "Two networks learn the same 20 noisy points; the one with dropout ignores the noise.",
        "run": "Run it:",
        "source": "Source",
        "symbols": ["Symbol", "Meaning"],
    },
    "zh": {
        "title": "实验集",
        "intro": "用实验讲过拟合，以及怎么治它。每个实验就是一个脚本，会打印数字、画出图来。"
        "`python -m demos all` 运行全部实验，不到十分钟就能生成单独的网页 `out/index.html`。",
        "picture": "两个网络学同样的 20 个带噪声的点；带 dropout 的那个没有去学噪声。",
        "run": "运行：",
        "source": "源码",
        "symbols": ["符号", "含义"],
    },
}


def page(language: str) -> str:
    """Return the page."""
    words = WORDS[language]
    lines = [f"# {words['title']}", "", words["intro"], ""]
    lines += [f"![{words['picture']}](../docs/dropout_overfitting.gif)", ""]
    for name, experiment in experiments(language).items():
        lines += [f"## {experiment['title']}", "", *described(experiment, words)]
        link = f'<a href="../source/demos/{name}.py.html">{words["source"]}</a>'
        lines += [f"{words['run']} `python -m demos {name}` · {link}", ""]
    return "\n".join(lines)


def experiments(language: str) -> dict[str, dict[str, Any]]:
    """Return what is known of every experiment in a language: by the gallery's texts, else by the docstring."""
    names = [path.stem for path in sorted((ROOT / "demos").glob("[!_]*.py"))]
    texts = ROOT / "demos" / "texts" / f"gallery.{language}.toml"
    if texts.exists():
        catalogue = tomllib.loads(texts.read_text(encoding="utf-8"))
        return {name: text for name, text in catalogue.items() if name in names}
    return {name: told_by_docstring(name) for name in names}


def told_by_docstring(name: str) -> dict[str, Any]:
    """Return what the docstring of a script says: the title before the colon, then paragraphs."""
    docstring = ast.get_docstring(ast.parse((ROOT / "demos" / f"{name}.py").read_text(encoding="utf-8"))) or name
    summary, _, rest = docstring.partition("\n\n")
    title, _, question = " ".join(summary.split()).partition(": ")
    paragraphs = [question[:1].upper() + question[1:], *rest.split("\n\n")]
    return {"title": title, "paragraphs": [paragraph for paragraph in paragraphs if paragraph]}


def described(experiment: dict[str, Any], words: dict[str, Any]) -> list[str]:
    """Return the lines of an experiment: question, paragraphs, formulas and what their symbols mean."""
    question = experiment.get("question")
    lines = [f"**{question}**", ""] if question else []
    for paragraph in experiment.get("paragraphs", ()):
        lines += [paragraph, ""]
    for formula in experiment.get("formulas", ()):
        lines += ["```{math}", formula, "```", ""]
    if symbols := experiment.get("symbols"):
        lines += [f"| {' | '.join(words['symbols'])} |", "|---|---|"]
        lines += [f"| ${symbol}$ | {meaning} |" for symbol, meaning in symbols]
        lines.append("")
    return lines
