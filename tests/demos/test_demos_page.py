"""The pages in a real browser: no error, nothing overflows, all can be read and heard, and every control works."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator

import pytest
from demo_runs import SMALL, options_of

sync_api = pytest.importorskip("playwright.sync_api", reason="needs the extra: pip install 'minigrad-nn[browser]'")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="pip install 'minigrad-nn[browser]'")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs a browser: apt-get install chromium")

from command import runner
from gallery.texts import LANGUAGES, catalogue

WIDTHS = 360, 768, 1440
SCHEMES = "light", "dark"
EXPERIMENTS = [
    "dropout_overfitting",
    "l1_l2",
    "bias_variance",
    "dropout_layers",
    "dropout_batchnorm",
    "inside_one_step",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with the pages of some experiments in small, which have all that there is on a page."""
    out = tmp_path_factory.mktemp("pages")
    sections = []
    for name in EXPERIMENTS:
        options = options_of(name, out, "--quick", *SMALL[name])
        sections.append(runner.run(name, runner.load(name), options))
    runner.write_pages(sections, "index", options)
    return out


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser, folder) -> Iterator:
    """Open the gallery in a window of its own; whatever it complains of fails the test."""
    contexts, complaints = [], []

    def open_page(language: str = "en", **preferences):
        contexts.append(browser.new_context(**preferences))
        page = contexts[-1].new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("requestfailed", lambda request: complaints.append(request.url))
        name = "index.html" if language == "en" else f"index.{language}.html"
        page.goto((folder / name).as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def unfold(page) -> None:
    page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")


STRAY = """() => {
    const free = (e) => e.closest(".scroll, pre, .skip, svg, math");
    const outside = (e) => e.getBoundingClientRect().right > innerWidth + 1;
    const found = [...document.querySelectorAll("body *")].filter((e) => outside(e) && !free(e));
    return found.map((e) => e.outerHTML.slice(0, 99));
}"""


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_overflows(open_page, language, width):
    page = open_page(language, viewport={"width": width, "height": 800})
    unfold(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(STRAY) == []


@pytest.mark.parametrize(
    ("language", "scheme", "width"),  # every pair of two of them
    [("en", "light", 360), ("en", "dark", 1440), ("zh", "dark", 360), ("zh", "light", 1440)],
)
def test_axe_finds_nothing(open_page, language, scheme, width):
    page = open_page(language, viewport={"width": width, "height": 800}, color_scheme=scheme)
    unfold(page)
    found = axe.Axe().run(page, options={"resultTypes": ["violations"]})
    told = [(one["id"], one["nodes"][0]["html"][:200]) for one in found.response["violations"]]
    assert told == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_letters_in_figures_can_be_read_on_a_phone(open_page, language):
    """At 360 pixels; the wide graph scrolls instead of shrinking."""
    page = open_page(language, viewport={"width": 360, "height": 800})
    unfold(page)
    sizes = page.evaluate("""() => [...document.querySelectorAll(".drawing text")].map((text) => {
        const scale = text.ownerSVGElement.getScreenCTM().a;
        return [parseFloat(getComputedStyle(text).fontSize) * scale, text.textContent];
    })""")
    assert sizes
    assert [text for size, text in sizes if size < 9] == []


def test_words_of_figures_are_in_the_language_of_the_page(open_page):
    page = open_page("zh")
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    texts = page.locator("#dropout_overfitting .drawing text").all_text_contents()
    assert "测试损失" in texts
    assert "test loss" not in texts


def test_the_other_language_opens_at_the_same_section(open_page):
    page = open_page("en")
    page.goto(f"{page.url}#l1_l2")
    page.get_by_role("link", name=catalogue("zh")["page.name"]).click()
    page.wait_for_url(re.compile(r"index\.zh\.html#l1_l2$"))
    assert page.locator("#l1_l2").is_visible()


def test_a_guess_is_answered_by_what_was_measured(open_page):
    page = open_page()
    guess = page.locator("#inside_one_step .guess")
    assert guess.locator("output").text_content() == ""
    guess.get_by_role("button", name="Half of what it would get").click()
    assert guess.locator("output").text_content() == "Measured was: Zero. Read on to see why."
    assert guess.locator("button.measured").all_text_contents() == ["Zero"]
    guess.get_by_role("button", name="Zero").click()
    assert guess.locator("output").text_content() == catalogue("en")["page.right"]
    assert [button.get_attribute("aria-pressed") for button in guess.locator("button").all()] == [
        "true",
        "false",
        "false",
    ]


def test_code_can_be_copied(open_page):
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    code = page.locator("#dropout_overfitting .code").first
    code.get_by_role("button").click()
    code.get_by_text(catalogue("en")["page.copied"]).wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == code.locator("code").text_content()


def test_links_into_the_playground_hold_the_setting(open_page):
    page = open_page("zh")
    address = page.locator("#dropout_overfitting .try a").get_attribute("href")
    assert address == "playground/index.html#play?a=p:0&b=p:0.5&lang=zh"


# ---- animations


def state(page) -> dict:
    return page.evaluate("""() => {
        const player = document.querySelector(".player");
        return {
            frame: Number(player.querySelector("input").value),
            label: player.querySelector("output").textContent,
            button: player.querySelector("button").textContent,
            curves: [...player.querySelectorAll("[data-moving]")].map((path) => path.getAttribute("d")),
            spoken: player.querySelector("input").getAttribute("aria-valuetext"),
        };
    }""")


def press(page) -> None:
    page.locator(".player button").first.click()


def button(page, word: str) -> None:
    """Wait until the button says this."""
    page.locator(".player button").first.get_by_text(catalogue("en")[f"page.{word}"], exact=True).wait_for(
        timeout=60_000
    )


def test_the_slider_moves_the_curves(open_page):
    page = open_page()
    last = state(page)
    assert (last["frame"], last["label"].split(":")[0], last["button"]) == (5, "Step 60", "Play")
    page.locator(".player input").first.fill("1")
    moved = state(page)
    assert moved["label"].startswith("Step 20: ")
    assert moved["spoken"] == moved["label"]
    assert len(moved["curves"]) == 2
    assert all(now != then for now, then in zip(moved["curves"], last["curves"], strict=True))


def test_it_plays_to_the_end_and_stops(open_page):
    page = open_page()
    press(page)
    button(page, "pause")
    button(page, "play")
    assert state(page)["frame"] == 5


def test_it_can_be_paused(open_page):
    page = open_page(reduced_motion="reduce")  # a frame a second
    press(page)
    button(page, "pause")
    press(page)
    paused = state(page)
    assert paused["button"] == "Play"
    assert paused["frame"] < 5
    page.wait_for_timeout(1500)
    assert state(page) == paused


# ---- light, dark, paper


def ground(page) -> str:
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


def line(page) -> str:
    return page.evaluate("getComputedStyle(document.querySelector('[data-moving]')).stroke")


def test_it_is_dark_for_whoever_prefers_that_and_its_figures_too(open_page):
    light, dark = (open_page(color_scheme=scheme) for scheme in SCHEMES)
    assert ground(light) != ground(dark)
    assert line(light) != line(dark)


def test_on_paper_it_is_light_and_begins_on_the_first_page(open_page):
    page = open_page(color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    assert line(page) == line(open_page())
    first = page.locator("section").first.bounding_box()
    assert first["y"] < 900
