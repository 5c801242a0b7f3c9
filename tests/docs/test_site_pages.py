"""What the pages say is true: their code runs and prints what they show, in both languages."""

import re
import shlex
import subprocess
import sys

import pytest
from site_pages import CHINESE, ENGLISH, REPOSITORY, ROOT, agree, blocks, partner_of, run

PAGES = [*ENGLISH, ROOT / "CONTRIBUTING.md"]


def name_of(path):
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_the_code_runs_and_prints_what_the_page_shows(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for block, printed in run(path.read_text(encoding="utf-8"), str(path)):
        assert agree(printed, block.output or ""), f"{path}:{block.line} printed\n{printed}"
    for picture in tmp_path.glob("*.svg"):
        shown = path.with_name(picture.name)
        assert shown.read_text(encoding="utf-8") == picture.read_text(encoding="utf-8"), f"draw {shown} again"


def commands():
    """Return the commands in the pages that run here: those of minigrad's own modules."""
    consoles = [block.code for path in PAGES for block in blocks(path.read_text(encoding="utf-8"))]
    lines = [line[2:] for code in consoles for line in code.splitlines() if line.startswith("$ python -m minigrad")]
    return sorted({line for line in lines if "torch" not in line and "path/to" not in line})


@pytest.mark.slow
@pytest.mark.parametrize("command", commands())
def test_the_commands_run(command, tmp_path):
    words = [sys.executable, *shlex.split(command)[1:]]
    subprocess.run(words, check=True, capture_output=True, cwd=ROOT)


@pytest.mark.parametrize("path", ENGLISH + REPOSITORY, ids=name_of)
def test_the_chinese_page_has_the_same_code_and_a_partner_for_every_paragraph(path):
    english, chinese = (page.read_text(encoding="utf-8") for page in (path, partner_of(path)))
    assert [block[:3] for block in blocks(chinese)] == [block[:3] for block in blocks(english)]
    assert shape(chinese) == shape(english)


def test_there_is_no_chinese_page_without_an_english_one():
    assert sorted(map(partner_of, ENGLISH + REPOSITORY)) == CHINESE


KINDS = re.compile(r"^(?:#+ |```|- |\d+\. |!\[|\||: )", re.MULTILINE)


def shape(text):
    """Return of each paragraph what its lines begin with, if that says what they are: headings, items, rows, code."""
    without_code = re.sub(r"^```.*?^```$", "```", text, flags=re.MULTILINE | re.DOTALL)
    return [KINDS.findall(paragraph) for paragraph in without_code.strip().split("\n\n") if paragraph]


def test_the_chinese_readme_has_the_english_ones_code_and_its_links_lead_somewhere():
    english, chinese = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh-CN.md"))
    assert [block.code for block in blocks(chinese)]
    for block in blocks(chinese):
        assert block.code in english, f"README.zh-CN.md:{block.line}"
    for target in re.findall(r"\]\((?!https?:)([^)\s#]+)", chinese + english):
        assert (ROOT / target).exists(), target
