"""What scripts write is told in Chinese on the Chinese site: all of it, with the same numbers."""

import re
from pathlib import Path

import pytest

from docs import generated

ROOT = Path(__file__).parents[2]
CHINESE = re.compile(r"[\u4e00-\u9fff]")
CODE = re.compile(r"`[^`]*`|^import \w+$")


def english(name):
    return (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")


def texts_of(name):
    """Return every text of a page that has a letter."""
    found = []

    def told(text):
        found.append(text)
        return text

    generated.retold(english(name), told)
    return {generated.pattern(text) for text in found if re.search("[A-Za-z]", CODE.sub("", text))}


@pytest.mark.parametrize("name", generated.PAGES)
def test_every_text_of_more_than_one_word_has_a_partner(name):
    sentences = {text for text in texts_of(name) if re.search(r"[A-Za-z]{2,},? [a-z]{2,}", CODE.sub("", text))}
    assert sentences - generated.catalogue().keys() == set()


@pytest.mark.parametrize("name", generated.PAGES)
def test_every_heading_is_chinese(name):
    headings = [line for line in generated.in_chinese(english(name)).splitlines() if line.startswith("#")]
    assert headings
    assert [line for line in headings if not CHINESE.search(line)] == []


def test_no_partner_is_left_over():
    used = set().union(*map(texts_of, generated.PAGES))
    assert generated.catalogue().keys() - used == set()


@pytest.mark.parametrize("name", generated.PAGES)
def test_blocks_rows_and_numbers_are_the_same(name):
    before, after = (text.rstrip().split("\n\n") for text in (english(name), generated.in_chinese(english(name))))
    for old, new in zip(before, after, strict=True):
        assert sorted(generated.NUMBER.findall(new)) == sorted(generated.NUMBER.findall(old))
        assert old[0] != "|" or new.count("\n") == old.count("\n")


@pytest.mark.parametrize("name", generated.PAGES)
def test_told_as_it_is_a_page_means_what_it_meant(name):
    """Only how a paragraph is broken into lines, and the width of a rule, is not kept."""

    def plain(text):
        return re.sub(r"\s+|-{3,}", "", text)

    as_it_is = generated.retold(english(name), lambda text: text)
    assert plain(as_it_is).replace("：", ":").replace("、", ",") == plain(english(name))


def test_numbers_go_where_chinese_wants_them(monkeypatch):
    monkeypatch.setattr(generated, "catalogue", lambda: {"{} of {}": "{1} 个里的 {0} 个", "width {}": "宽度 {}"})
    page = "| width 10 | 3 of 4 / width 1.5 |\n|---|---:|\n"
    assert generated.in_chinese(page) == "| 宽度 10 | 4 个里的 3 个 / 宽度 1.5 |\n| --- | ---: |\n"
