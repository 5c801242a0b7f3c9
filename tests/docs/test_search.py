"""The search of the site in a real browser: what a reader types is found, in both languages, and nothing complains."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest

for module in ("sphinx", "furo", "myst_parser", "latex2mathml"):
    pytest.importorskip(module, reason="the site needs the extra: pip install 'minigrad-nn[docs]'")
sync_api = pytest.importorskip("playwright.sync_api", reason="needs the extra: pip install 'minigrad-nn[browser]'")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs a browser: apt-get install chromium")

from docs.__main__ import LANGUAGES

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 120_000  # milliseconds; a busy machine takes long
FOUND = {
    "zh": {
        "权重衰减": {"09_sgd", "10_adam", "glossary"},
        "暂退法": {"12_dropout", "glossary"},
        "过拟合": {"11_overfitting", "glossary"},
        "梯度": {"01_number", "15_one_gradient", "glossary"},
        "随机种子": set(),  # both halves are in the book, but never side by side
        "dropout 掩码": {"12_dropout", "glossary"},
    },
    "en": {
        "weight decay": {"09_sgd", "10_adam", "glossary"},
        "overfitting": {"11_overfitting", "glossary"},
        "zeppelin": set(),
    },
}


@pytest.fixture(scope="module", params=FOUND)
def search(request, tmp_path_factory):
    """Build the book's pages as the site does, and return a search in them: the pages that it finds."""
    language, out = request.param, tmp_path_factory.mktemp(request.param)
    command = [sys.executable, "-m", "sphinx", "-q", "-b", "html", "-c", str(ROOT / "docs")]
    command += [str(ROOT / "book" / language), str(out)]
    settings = {**os.environ, "MINIGRAD_DOCS_LANGUAGE": LANGUAGES[language]}
    subprocess.run([*command, "-d", str(out / ".doctrees")], env=settings, cwd=ROOT, check=True, capture_output=True)
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.set_default_timeout(PATIENCE)
        complaints = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))

        def search(words):
            page.goto(f"{(out / 'search.html').as_uri()}?q={quote(words)}")
            page.wait_for_selector("#search-results .search-summary:not(:empty)")
            links = page.eval_on_selector_all("ul.search a", "links => links.map(link => link.href)")
            assert complaints == []
            return {Path(link.partition("#")[0].partition("?")[0]).stem for link in links}

        search.language = language
        yield search
        browser.close()


def test_what_a_reader_looks_for_is_found(search):
    for words, pages in FOUND[search.language].items():
        found = search(words)
        assert pages <= found if pages else not found, f"{words}: {sorted(found)}"
