"""The book builds the core: every definition is the core's, or a smaller form of it that grows until it is."""

import ast

import pytest

from book import growth, pages

CHAPTERS = pages.chapters()


def versions():
    """Every definition of every chapter: (chapter, name, text)."""
    for number in CHAPTERS:
        for name, node in growth.definitions(growth.framework_of(number)).items():
            yield number, name, growth.plain(node)


def gives_way(name):
    return name in growth.GIVES_WAY or name.partition(".")[0] in growth.GIVES_WAY


def last_chapter(name):
    return growth.GROWS.get(name) or growth.GROWS.get(name.partition(".")[0])


def test_every_definition_is_the_cores_or_grows_until_it_is():
    core = growth.core_definitions()
    drift = []
    for number, name, text in versions():
        until = last_chapter(name)
        if gives_way(name) or (until is not None and number < until):
            continue
        drift.append(growth.difference(name, number, text, core))
    drift = [text for text in drift if text]
    assert not drift, "\n\n".join(drift)


@pytest.mark.parametrize("name", [name for name, until in growth.GROWS.items() if until in CHAPTERS])
def test_what_grows_reaches_its_last_version(name):
    chapters = [number for number, other, _ in versions() if name in (other, other.partition(".")[0])]
    assert chapters[-1] == growth.GROWS[name]
    assert len(chapters) > 1


@pytest.mark.parametrize("name", growth.GIVES_WAY)
def test_what_gives_way_is_there(name):
    assert any(name in (other, other.partition(".")[0]) for _, other, _ in versions())


def test_a_drift_is_reported_with_both_versions():
    core = {"f": ["def f(x):\n    return x + 1"]}
    report = growth.difference("f", 3, "def f(x):\n    return x + 2", core)
    assert "chapter 3: f is not what minigrad.core has" in report
    assert "-    return x + 1" in report
    assert "+    return x + 2" in report


def test_docstrings_and_layout_do_not_count():
    with_docstring = 'def f(x):\n    """Add one."""\n    return (x +\n        1)'
    one, other = (growth.plain(ast.parse(text).body[0]) for text in (with_docstring, "def f(x): return x + 1"))
    assert one == other
