"""All Chinese of the project keeps to the words of the glossary, and to one way of punctuation and of spaces."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PAGES = [ROOT / "README.zh-CN.md"]
PAGES += sorted(file for name in ("book", "docs") for file in (ROOT / name / "zh").rglob("*.md"))
CATALOGUES = sorted((ROOT / "demos" / "texts").glob("*.zh.toml"))
CATALOGUES += [ROOT / "book" / "zh" / "commands.toml", ROOT / "docs" / "zh" / "generated.toml"]
CODE = re.compile(r"^```.*?^```$|^    .*?$|`[^`\n]*`|\$[^$\n]*\$", re.MULTILINE | re.DOTALL)

OTHER_WORDS = {
    "暂退法": ("丢弃法", "随机失活"),
    "过拟合": ("过度拟合", "过渡拟合"),
    "权重": ("权值", "参数衰减"),
    "掩码": ("掩膜", "遮罩"),
    "传播": ("反向传递", "前向传递"),
    "叶子": ("叶节点",),
    "归一化": ("规范化",),
    "生成器": ("发生器",),
    "折点": ("拐点", "拐角"),  # 拐点 is a point of inflection
    "核心": ("心脏",),
    "外层": ("表层",),
    "扩展点": ("接缝",),
    "实验集": ("画廊",),
    "演练场": ("游乐场",),
}
CHINESE = r"[\u4e00-\u9fff]"
FAULTS = {
    "no space between Chinese and a letter, a digit or code": rf"{CHINESE}[A-Za-z0-9\x00]|[A-Za-z0-9%\x00]{CHINESE}",
    "ASCII punctuation beside Chinese": rf"{CHINESE}[,;:?!]|[,;?!]{CHINESE}",
    "ASCII quotes around Chinese": rf"{CHINESE}\"|\"{CHINESE}",
    "a space beside Chinese punctuation": r"[，。；：？！、“（《] (?!\|)|(?<!\|) [，。；：？！、”）》]",
}


def texts_in(file):
    """Return the Chinese texts of a page or a catalogue, with a zero byte in the place of code."""
    text = file.read_text(encoding="utf-8")
    found = list(strings(tomllib.loads(text))) if file.suffix == ".toml" else text.split("\n\n")
    return [CODE.sub("\x00", piece) for piece in found]


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from strings(inner)


@pytest.mark.parametrize("file", PAGES + CATALOGUES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_a_text_keeps_to_the_words_of_the_glossary(file):
    text = "\n".join(texts_in(file))
    assert {right: word for right, words in OTHER_WORDS.items() for word in words if word in text} == {}


@pytest.mark.parametrize("file", PAGES + CATALOGUES, ids=lambda file: file.relative_to(ROOT).as_posix())
@pytest.mark.parametrize("fault", FAULTS)
def test_a_text_is_punctuated_and_spaced_as_chinese_is(fault, file):
    bad = [piece[max(match.start() - 10, 0) : match.end() + 10] for piece in texts_in(file)
           for match in re.finditer(FAULTS[fault], piece)]  # fmt: skip
    assert bad == []


def test_the_check_sees_each_fault():
    wrong = ["用NumPy 写", "一,二", '他说"好"', "一， 二"]
    for pattern, text in zip(FAULTS.values(), wrong, strict=True):
        assert re.search(pattern, text)
        assert not re.search(pattern, "用 NumPy 写，一、二：“好”。")
