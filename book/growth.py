"""What grows over several chapters, and how a chapter's definitions are compared with those of `minigrad.core`.

A definition equals the core's as an AST, docstrings aside, or it is listed here as growing until a chapter, whose
version, the last one, equals the core's.
"""

from __future__ import annotations

import ast
import difflib
from pathlib import Path

from .so_far import EXPERIMENT, HERE, file_of

CORE = HERE.parent / "minigrad" / "core"

# The chapter that has the last version; every one before it is a smaller form.
GROWS: dict[str, int] = {
    "Op.__call__": 6,
    "Tensor.wrap": 17, "Tensor.edge": 16, "Tensor.backward": 15, "Tensor.accumulate": 17,
    "apply": 16, "gradients": 15, "lifted": 15,
    "Source.__init__": 13, "Source.uniform": 13, "Source.keep_mask": 13,
}  # fmt: skip

# Early forms that something else takes the place of.
GIVES_WAY = {
    "Tensor.base": "Tensor.wrap, from chapter 17 on",
    "random": "the file minigrad/core/random.py",
    "table": "the file minigrad/core/table.py",
    "Number": "Tensor, from chapter 5 on",
    "Node.__init__": "record, from chapter 7 on",
}


def definitions(source: str) -> dict[str, ast.AST]:
    """Return what a source defines at its top level and in its classes, by name; methods as Class.method."""
    found: dict[str, ast.AST] = {}

    def collect(body: list[ast.stmt], prefix: str) -> None:
        for node in body:
            if isinstance(node, ast.FunctionDef):
                is_setter = any(ast.unparse(decorator).endswith(".setter") for decorator in node.decorator_list)
                found[prefix + node.name + ".setter" * is_setter] = node
            elif isinstance(node, ast.ClassDef):
                collect(node.body, f"{prefix}{node.name}.")
            elif isinstance(node, ast.Assign) and not is_import(node.value):
                for target in node.targets:
                    if isinstance(target, ast.Name):
                        found[prefix + target.id] = node
                    elif ast.unparse(target).startswith("table.") and not isinstance(node.value, ast.Name):
                        # an entry whose name is taken in the chapter
                        found[ast.unparse(target)] = ast.parse(f"{target.attr} = {ast.unparse(node.value)}").body[0]
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                found[prefix + node.target.id] = node

    collect(ast.parse(source).body, "")
    return found


def is_import(value: ast.expr) -> bool:
    """Return whether an assigned value only fetches what another chapter has built."""
    if isinstance(value, ast.Tuple):
        return all(is_import(part) for part in value.elts)
    if isinstance(value, ast.Call):
        return isinstance(value.func, ast.Name) and value.func.id == "chapter"
    return isinstance(value, ast.Attribute) and isinstance(value.value, ast.Name | ast.Call) and (
        is_import(value.value) or (isinstance(value.value, ast.Name) and value.value.id[0].islower())
    )


def plain(node: ast.AST) -> str:
    """Return a definition as text, in one form, without docstrings."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.FunctionDef) and ast.get_docstring(inner) is not None:
            inner.body = inner.body[1:] or [ast.Pass()]
    return ast.unparse(node)


def framework_of(number: int) -> str:
    """Return the source of a chapter down to its experiment."""
    return file_of(number).read_text(encoding="utf-8").partition("\n" + EXPERIMENT)[0]


def core_definitions(folder: Path = CORE) -> dict[str, list[str]]:
    """Return the core's definitions; a name may stand in several of its files."""
    found: dict[str, list[str]] = {}
    for file in sorted(folder.glob("*.py")):
        for name, node in definitions(file.read_text(encoding="utf-8")).items():
            found.setdefault(name, []).append(plain(node))
    return found


def difference(name: str, number: int, text: str, core: dict[str, list[str]]) -> str:
    """Return in what a chapter's version differs from the core's, as a diff; "" if it does not."""
    name = name.removeprefix("table.")
    if name not in core:
        return f"chapter {number} defines {name}, which minigrad.core does not have"
    if text in core[name]:
        return ""
    diff = difflib.unified_diff(core[name][0].splitlines(), text.splitlines(), "minigrad.core", f"chapter {number}")
    return f"chapter {number}: {name} is not what minigrad.core has\n" + "\n".join(line.rstrip() for line in diff)


def versions() -> dict[str, list[str]]:
    """Return every version of every definition in the chapters, the last one last."""
    found: dict[str, list[str]] = {}
    for file in sorted(HERE.glob("[0-9][0-9]_*.py")):
        for name, node in definitions(framework_of(int(file.name[:2]))).items():
            found.setdefault(name.removeprefix("table."), []).append(plain(node))
    return found


def put_together(source: str, built: dict[str, list[str]]) -> str:
    """Return a file of the core with the chapters' last versions in it, without what no chapter has built."""

    def rebuilt(body: list[ast.stmt], prefix: str) -> list[ast.stmt]:
        kept: list[ast.stmt] = []
        for node in body:
            if isinstance(node, ast.ClassDef):
                node.body = rebuilt(node.body, f"{prefix}{node.name}.") or [ast.Pass()]
                kept.append(node)
                continue
            defines = isinstance(node, ast.FunctionDef | ast.Assign | ast.AnnAssign)
            names = definitions(ast.unparse(node)) if defines else {}
            if not names:
                kept.append(node)  # an import, or what joins the files
            for name in names:
                if texts := built.get(prefix + name):
                    text = plain(node)
                    kept += ast.parse(text if text in texts else texts[-1]).body
        return kept

    tree = ast.parse(source)
    tree.body = rebuilt(tree.body, "")
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"


# What no chapter builds, by the reason.
NOT_BUILT: dict[str, tuple[str, ...]] = {
    "written like its neighbours": (
        "Tensor.__radd__", "Tensor.__rmul__", "Tensor.__truediv__", "Tensor.__rtruediv__", "Tensor.__lt__",
        "Tensor.__gt__", "Tensor.item", "mean", "_count",
    ),
    "losses of classes": (
        "_stable", "_softmax", "softmax", "_places", "_cross_entropy", "_cross_entropy_slope", "cross_entropy",
        "cross_entropy_slope",
    ),
    "seams without anything in them": (
        "Tensor.refresh", "Tensor.__array_ufunc__", "Tensor.__slots__", "Module.forward",
    ),
    "what is printed": ("Node.name", "Node.__repr__", "Op.__repr__", "Tensor.__repr__", "print_calls", "print_losses",
                        "print_step"),
    "names of types and files": ("Axes", "Shape", "Gradient"),
}  # fmt: skip


def not_built() -> list[str]:
    """Return the names of the core's definitions that no chapter builds; a declaration without a value is none."""
    built, core = versions(), core_definitions()
    declared = {name for name, texts in core.items() if not any("=" in text or "def " in text for text in texts)}
    return sorted(core.keys() - built.keys() - declared)
