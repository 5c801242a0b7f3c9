"""The pages of the reference: every public name by the name that a user writes, wherever it is defined."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from sphinx import addnodes

import minigrad

MODULES = {
    "minigrad.nn": ("Layers and losses", "层与损失"),
    "minigrad.nn.functional": ("Layers as functions", "函数形式的层"),
    "minigrad.nn.init": ("Initial weights", "参数初始化"),
    "minigrad.nn.utils": ("Clipping and flattening", "裁剪与展平"),
    "minigrad.optim": ("Optimizers", "优化器"),
    "minigrad.optim.lr_scheduler": ("Learning rates", "学习率调度"),
    "minigrad.autograd": ("Derivatives", "自动求导"),
    "minigrad.random": ("Random numbers", "随机数"),
    "minigrad.utils.data": ("Datasets and loaders", "数据集与加载器"),
    "minigrad.datasets": ("Fashion-MNIST and MNIST", "Fashion-MNIST 与 MNIST"),
    "minigrad.serialization": ("Files", "存取文件"),
    "minigrad.func": ("Many networks at once", "一次训练许多网络"),
    "minigrad.replay": ("Replayed steps", "训练步重放"),
    "minigrad.utils.drawing": ("Drawings", "画计算图"),
    "minigrad.testing": ("Testing", "测试工具"),
    "minigrad.testing.strategies": ("Hypothesis strategies", "Hypothesis 策略"),
    "minigrad.linalg": ("Linear algebra", "线性代数"),
    "minigrad.core": ("The heart", "核心"),
}
"""The modules that have a page of their own, with its title in both languages."""

TOPICS = {
    "tensor": ("Tensor", "张量类 Tensor"),
    "creation": ("Making tensors", "创建张量"),
    "elementwise": ("Element by element", "逐元素运算"),
    "reductions": ("Sums, means, extremes", "求和、均值与极值"),
    "shaping": ("Shapes", "形状变换"),
    "indexing": ("Indices", "索引"),
    "products": ("Products", "矩阵与张量乘积"),
    "others": ("Dtypes, devices, modes", "数据类型、设备与模式"),
}
"""The pages of the names of `minigrad` itself, by the last part of the module that defines them."""

NAMES = {  # of sections of long pages
    "activations": ("Activations", "激活函数"),
    "batchnorm": ("Batch normalization", "批量归一化"),
    "containers": ("Containers", "容器"),
    "dropout": ("Dropout", "暂退法（Dropout）"),
    "linear": ("Linear layers", "线性层"),
    "losses": ("Losses", "损失函数"),
    "module": ("Module", "模块基类 Module"),
    "normalization": ("Normalization", "归一化"),
    "parameter": ("Parameters", "参数"),
}


class Entry(NamedTuple):
    """A public name."""

    name: str  # "minigrad.nn.Linear"
    value: Any
    defined_in: str  # the module


def public(module_name: str) -> list[Entry]:
    """Return what a module offers, sorted by name; the modules in it left out."""
    module = import_module(module_name)
    names = getattr(module, "__all__", None) or [name for name in dir(module) if name[0] != "_"]
    entries = []
    for name in sorted(names):
        value = getattr(module, name)
        home = getattr(value, "__module__", None) or ""
        if isinstance(value, ModuleType) or inspect.getdoc(value) is None or is_constant(value):
            continue
        own = home.startswith("minigrad") if module_name == "minigrad" or hasattr(module, "__all__") else False
        if own or home == module_name or (not hasattr(module, "__all__") and home.startswith(f"{module_name}.")):
            entries.append(Entry(f"{module_name}.{name}", value, home))
    return entries


def is_constant(value: Any) -> bool:
    """Return whether a name stands for a value rather than for a function or class."""
    return not callable(value)


def pages(language: str) -> dict[str, str]:
    """Return the text of every page of the reference, by file name."""
    chinese = int(language == "zh")
    found = {}
    by_topic: dict[str, list[Entry]] = {topic: [] for topic in TOPICS}
    for entry in public("minigrad"):
        topic = entry.defined_in.rpartition(".")[2]
        by_topic[topic if topic in TOPICS else "others"].append(entry)
    by_topic["tensor"] = [Entry("minigrad.Tensor", minigrad.Tensor, "minigrad.tensor")]
    others = [entry for entry in by_topic["others"] if entry.name != "minigrad.Tensor"]
    by_topic["others"] = others
    for topic, entries in by_topic.items():
        name = f"reference/{topic}.md"
        found[name] = tensor_page(chinese) if topic == "tensor" else page(TOPICS[topic][chinese], [("", entries)])
    for module, titles in MODULES.items():
        short = module.removeprefix("minigrad.")
        title = short + (": ", "：")[chinese] + titles[chinese]
        found[f"reference/{short}.md"] = page(title, sections(module, chinese), module)
    found["reference/index.md"] = index(chinese, list(found))
    return found


def sections(module: str, chinese: int) -> list[tuple[str, list[Entry]]]:
    """Return the entries of a module, in sections where there are many."""
    entries = public(module)
    if len(entries) < 30:
        return [("", entries)]
    by_home: dict[str, list[Entry]] = {}
    for entry in entries:
        home = entry.defined_in.removeprefix(module).strip(".").partition(".")[0]
        by_home.setdefault(home, []).append(entry)
    long = {home: found for home, found in by_home.items() if home in NAMES}
    rest = [entry for home, found in by_home.items() if home not in NAMES for entry in found]
    found = [(NAMES[home][chinese], entries) for home, entries in sorted(long.items())]
    return [*found, (("Others", "其他")[chinese], rest)] if rest else found


def page(title: str, parts: list[tuple[str, list[Entry]]], module: str = "") -> str:
    """Return a page: what the module says of itself, and its names."""
    lines = [f"# {title}", ""]
    if module:
        lines += directive("automodule", module, [":no-members:"])
    for heading, entries in parts:
        lines += [f"## {heading}", ""] if heading else []
        lines += [links(entry.name for entry in entries), ""]
        for entry in entries:
            lines += described(entry)
    return "\n".join(lines)


def described(entry: Entry) -> list[str]:
    """Return what tells autodoc to describe a name; a link if it is described under another one."""
    first = public_names()[full_name(entry)]
    if first != entry.name:
        return [f"{{py:obj}}`{entry.name} <{first}>`", ""]
    if inspect.isclass(entry.value):
        return directive("autoclass", entry.name, [":members:", ":show-inheritance:"])
    return directive("autofunction", entry.name, [])


def links(names: Iterable[str]) -> str:
    """Return the names as links, in a line."""
    return " · ".join(f"{{py:obj}}`{name.rpartition('.')[2]} <{name}>`" for name in names)


def directive(kind: str, name: str, options: list[str]) -> list[str]:
    """Return a directive of reStructuredText in a page of Markdown."""
    return ["```{eval-rst}", f".. {kind}:: {name}", *(f"   {option}" for option in options), "```", ""]


def tensor_page(chinese: int) -> str:
    """Return the page of Tensor: its own methods in full, and the names of those that are functions, too."""
    own, shared = [], []
    for name in sorted(tensor_names()):
        same = getattr(minigrad, name, None) is getattr(minigrad.Tensor, name)
        (shared if same and name[-1] != "_" else own).append(name)
    documented = [name for name in own if inspect.getdoc(getattr(minigrad.Tensor, name, None))]
    intro = (
        "These functions are methods, too: `x.sum(0)` is `minigrad.sum(x, 0)`.",
        "下面这些函数同时也是方法：`x.sum(0)` 就是 `minigrad.sum(x, 0)`。",
    )[chinese]
    lines = [f"# {TOPICS['tensor'][chinese]}", ""]
    lines += directive("autoclass", "minigrad.Tensor", [":members: " + ", ".join(documented)])
    methods = links(f"minigrad.{name}" for name in shared)
    return "\n".join([*lines, intro, "", methods, ""])


def tensor_names() -> set[str]:
    """Return the public attributes of Tensor, without those of its bases that speak to the engine alone."""
    engine = {"minigrad.core.tensor", "minigrad._tensor.base", "builtins"}
    chapters = [cls for cls in minigrad.Tensor.__mro__ if cls.__module__ not in engine]
    return {name for cls in chapters for name in vars(cls) if name[0] != "_"}


def index(chinese: int, names: list[str]) -> str:
    """Return the page that leads to the others."""
    title = ("Reference", "API 参考")[chinese]
    intro = (
        "Every public name, as its docstring describes it. The examples in the docstrings are run by the tests.",
        "所有公开的名字都在这里。内容由文档字符串生成，所以是英文的；例子都在测试里运行过。",
    )[chinese]
    items = [Path(name).stem for name in names]
    return "\n".join([f"# {title}", "", intro, "", "```{toctree}", ":maxdepth: 1", "", *items, "```", ""])


# ---- what Sphinx calls -----------------------------------------------------------------------------------------------


@functools.cache
def public_names() -> dict[str, str]:
    """Return the public name of everything that is defined elsewhere, by its full name there."""
    found: dict[str, str] = {}
    for module in ["minigrad", *MODULES]:
        for entry in public(module):
            found.setdefault(full_name(entry), entry.name)
    return found


def full_name(entry: Entry) -> str:
    """Return the name of an object where it is defined."""
    return f"{entry.defined_in}.{getattr(entry.value, '__qualname__', entry.name)}"


def point(app: Any, doctree: Any) -> None:
    """Let a mere "Tensor" mean the public one: the heart has a class of that name, too."""
    for node in doctree.findall(addnodes.pending_xref):
        if node.get("refdomain") == "py" and node["reftarget"] == "Tensor":
            node["reftarget"], node["refspecific"] = "minigrad.Tensor", False


def resolve(app: Any, env: Any, node: Any, contnode: Any) -> Any:
    """Link a name to its public one: `minigrad.tensor.Tensor` and `Tensor` to `minigrad.Tensor`."""
    if node.get("refdomain") != "py":
        return None
    target = node["reftarget"].lstrip("~.")
    domain = env.get_domain("py")
    for name in (public_names().get(target), f"minigrad.{target}", f"minigrad.nn.{target}"):
        if name and name in domain.objects:
            return domain.resolve_xref(env, node["refdoc"], app.builder, "obj", name, node, contnode)
    return None


LITERAL = re.compile(r"(``.*?``|`[^`]*`_?)")
EMPHASIS = re.compile(r"(?<![\w*])\*(?=\w)([^*]*\w)\*(?![\w*])")


def mend(app: Any, what: str, name: str, value: Any, options: Any, lines: list[str]) -> None:
    """Let a docstring mean in reStructuredText what it says as text: |x| is no substitution, and clip_ no target."""
    for i, line in enumerate(lines):
        if not line.lstrip().startswith((">>>", "...")):
            parts = LITERAL.split(line)
            parts[::2] = [escaped(part) for part in parts[::2]]
            lines[i] = "".join(parts)


def escaped(text: str) -> str:
    """Return a piece of text without literals, in which nothing is markup but emphasis."""
    text = re.sub(r"\\?\|", r"\\|", text)
    text = re.sub(r"(?<=\w)_(?!\w)", r"\\_", text)
    pieces = EMPHASIS.split(text)
    pieces[::2] = [re.sub(r"(?<!\\)\*", r"\\*", piece) for piece in pieces[::2]]
    return "".join(f"*{piece}*" if i % 2 else piece for i, piece in enumerate(pieces))
