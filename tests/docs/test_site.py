"""The site's sources are whole: every page is there in both languages, every link leads somewhere, every name is in."""

import importlib
import re
from pathlib import Path

import pytest

pytest.importorskip("sphinx", reason="the site needs the extra 'docs'")
pytest.importorskip("pygments")

from docs import assemble, reference, source_pages

LANGUAGES = ["en", "zh"]


@pytest.fixture(scope="module", params=LANGUAGES)
def sources(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("site") / request.param
    assemble.assemble(request.param, folder)
    return folder


def test_links_lead_to_pages_pictures_and_source(sources):
    for page in sources.rglob("*.md"):
        text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
        for target in re.findall(r"\]\(([^)\s:#]+)(?:#[^)]*)?\)", text):
            assert (page.parent / target).exists(), f"{page}: {target}"
        for target in re.findall(r'href="([^"#:]+)\.html', text):
            path = (page.parent / target).resolve().relative_to(sources.parent / source_pages.FOLDER)
            assert (source_pages.ROOT / path).exists(), f"{page}: {target}"


def test_both_languages_have_the_same_pages():
    english, chinese = (set(assemble.pages(language)) for language in LANGUAGES)
    assert english == chinese


def test_a_chinese_reader_has_all_but_the_changelog(sources):
    marked = {page.name for page in sources.rglob("*.md") if assemble.ENGLISH_ONLY in page.read_text("utf-8")}
    assert marked == ({"changelog.md"} if sources.name == "zh" else set())


def test_what_is_in_a_table_of_contents_is_there(sources):
    for page in sources.rglob("*.md"):
        for tree in re.findall(r"```\{toctree\}\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
            entries = [line for line in tree.splitlines() if line and line[0] != ":"]
            for entry in entries:
                name = re.sub(r".*<(.*)>", r"\1", entry)
                assert (page.parent / f"{name}.md").exists(), f"{page}: {entry}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_public_name_is_described_once(language):
    text = "\n".join(reference.pages(language).values())
    described = re.findall(r"^\.\. auto(?:class|function):: (\S+)", text, re.MULTILINE)
    assert len(described) == len(set(described))
    for module in reference.MODULES:
        for name in getattr(importlib.import_module(module), "__all__", ()):
            value = getattr(importlib.import_module(module), name)
            if callable(value):
                assert f"{module}.{name}" in text


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("minigrad", "exp"),
        ("minigrad", "draw"),
        ("minigrad", "Tensor.backward"),
        ("minigrad.nn", "Linear"),
        ("minigrad.nn", "Module.zero_grad"),
        ("minigrad.nn.init", "normal_"),
    ],
)
def test_a_name_leads_to_its_line(module, name):
    address = source_pages.address("py", {"module": module, "fullname": name})
    file, line = re.fullmatch(r"\.\./\.\./source/(.*)\.html#L-(\d+)", address).groups()
    text = (source_pages.ROOT / file).read_text(encoding="utf-8").splitlines()
    last = name.rpartition(".")[2]
    assert re.search(rf"(def|class) {last}\b", "\n".join(text[int(line) - 1 : int(line) + 3]))


def test_the_source_is_shown_whole(tmp_path):
    file = Path(source_pages.__file__)
    source_pages.write_all([file], tmp_path, "abc123")
    page = (tmp_path / "source" / "docs" / "source_pages.py.html").read_text(encoding="utf-8")
    lines = file.read_text(encoding="utf-8").count("\n")
    assert page.count('id="L-') == lines
    assert "abc123" in page
