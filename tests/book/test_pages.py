"""The book's pages: they make the scripts, say what those print, and are the same in both languages."""

import re
import subprocess
import sys

import pytest

from book import pages
from book.so_far import HERE, file_of

pytestmark = pytest.mark.usefixtures("in_english")

CHAPTERS = pages.chapters()
DECIMAL = re.compile(r"-?\d+\.\d+(?:e[+-]\d+)?")


def page(number, language="en"):
    return pages.page_of(number, language).read_text(encoding="utf-8")


def same_text(printed, shown):
    """Whether two outputs agree: the words exactly, decimals to a percent or to their last digit; blank lines aside."""
    printed, shown = (re.sub(r"\n+", "\n", text).strip("\n") for text in (printed, shown))
    if DECIMAL.sub("#", printed) != DECIMAL.sub("#", shown):
        return False
    pairs = zip(DECIMAL.findall(printed), DECIMAL.findall(shown), strict=True)
    return all(abs(float(a) - float(b)) <= max(0.01 * abs(float(b)), 1.01 * last_digit(b)) for a, b in pairs)


def last_digit(text):
    mantissa, _, exponent = text.partition("e")
    return 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))


@pytest.mark.parametrize("number", CHAPTERS)
def test_a_page_makes_its_script(number):
    assert pages.script_of(page(number)) == file_of(number).read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("number", CHAPTERS)
def test_a_script_runs_alone_and_prints_what_its_page_shows(number):
    command = [sys.executable, str(file_of(number))]
    done = subprocess.run(command, capture_output=True, text=True, check=True, encoding="utf-8")
    assert done.stderr == ""
    shown = "\n".join(pages.outputs_of(page(number))) + "\n"
    assert same_text(done.stdout, shown), f"{done.stdout}\n--- but the page shows ---\n{shown}"
    assert done.stdout.isascii()  # it reaches every console


@pytest.mark.parametrize("number", CHAPTERS)
def test_a_script_is_short(number):
    assert len(file_of(number).read_text(encoding="utf-8").splitlines()) < 120


def everything():
    return sorted(file.name for file in (HERE / "en").glob("*.md"))


@pytest.mark.parametrize("name", everything())
def test_each_paragraph_has_its_partner_and_code_is_shared(name):
    english, chinese = (
        pages.blocks((HERE / language / name).read_text(encoding="utf-8")) for language in pages.LANGUAGES
    )
    assert [block.kind for block in chinese] == [block.kind for block in english]
    code = [block.text for block in english if block.kind.startswith("```")]
    assert [block.text for block in chinese if block.kind.startswith("```")] == code


def test_both_languages_have_the_same_pages():
    assert sorted(file.name for file in (HERE / "zh").glob("*.md")) == everything()


@pytest.mark.parametrize("name", everything())
@pytest.mark.parametrize("language", pages.LANGUAGES)
def test_links_lead_to_files_of_the_book(language, name):
    found = pages.blocks((HERE / language / name).read_text(encoding="utf-8"))
    text = "\n".join(block.text for block in found if not block.kind.startswith("```"))
    for target in re.findall(r"\]\(([^)#]+)\)", re.sub(r"`[^`\n]*`", "", text)):
        assert target.startswith("https://") or (HERE / language / target).exists(), target


def test_weaving_changes_nothing_that_is_in_step():
    text = page(1)
    code = [block.text for block in pages.blocks(text) if block.kind == "```python"]
    assert pages.filled(text, code, pages.outputs_of(text)) == text
    assert pages.printed_by(text) == pages.outputs_of(text)


def test_a_wrong_number_in_an_output_is_noticed():
    assert same_text("loss 0.1234, 5 steps", "loss 0.1235, 5 steps")
    assert not same_text("loss 0.123", "loss 0.133")
    assert not same_text("5 steps", "6 steps")
    assert not same_text("loss 0.123", "loss 0.123 or so")


@pytest.mark.parametrize("language", pages.LANGUAGES)
def test_the_index_lists_every_chapter_by_its_title(language):
    index = (HERE / language / "index.md").read_text(encoding="utf-8")
    titles = [pages.blocks(page(number, language))[0].text[2:] for number in CHAPTERS]
    listed = [f"{number}. {title}" for number, title in re.findall(r"^(\d+)\. \[(.*)\]\(", index, re.MULTILINE)]
    assert listed == titles


def glossary():
    text = (HERE / "zh" / "glossary.md").read_text(encoding="utf-8")
    return [[cell.strip() for cell in line.strip("| ").split("|")] for line in text.splitlines() if "](" in line]


@pytest.mark.parametrize("row", glossary(), ids=lambda row: row[1])
def test_a_word_of_the_glossary_is_used_in_the_chapter_it_names(row):
    chinese, english, _, link = row
    number = int(re.search(r"\[(\d+)\]", link).group(1))
    text = page(number, "zh").replace("*", "")
    assert any(word in text for word in re.split(r"[（）]", chinese) if word)
    assert english.lower() in page(number, "en").replace("*", "").lower()


def test_every_figure_is_drawn_and_committed(tmp_path, capsys):
    pytest.importorskip("matplotlib")
    from book import __main__ as command

    assert command.main(["figures", str(tmp_path)]) == 0
    drawn = sorted(file.name for file in tmp_path.glob("*.svg"))
    assert capsys.readouterr().out.count(".svg") == len(drawn)
    assert drawn == sorted(file.name for file in (HERE / "figures").glob("*.svg"))
    shown = "".join((HERE / "en" / name).read_text(encoding="utf-8") for name in everything())
    for file in tmp_path.glob("*.svg"):
        assert f"../figures/{file.name}" in shown
        assert "prefers-color-scheme:dark" in file.read_text(encoding="utf-8")
