"""The page in a real browser: no error, nothing overflows, and the controls move the picture."""

from __future__ import annotations

import time

import browser as chromium
import pytest
from gallery import run

pytestmark = pytest.mark.skipif(
    not (chromium.CHROMIUM and chromium.DRIVER), reason="needs a browser: apt-get install chromium chromium-driver"
)


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """Return the page of the demo that has everything: an animation, a picture, a table, a formula."""
    out = tmp_path_factory.mktemp("page")
    assert run("dropout_overfitting", out, "--steps", "60", "--hidden", "8", "--seeds", "2") == 0
    assert run("inside_one_step", out) == 0
    return out / "dropout_overfitting.html"


@pytest.fixture(scope="module")
def browser():
    with chromium.Browser() as browser:
        yield browser


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("name", ["dropout_overfitting", "inside_one_step"])
def test_nothing_overflows_and_nothing_is_wrong(browser, page, width, name):
    browser.resize(width)
    browser.open(page.with_name(f"{name}.html"))
    assert browser.run("return document.documentElement.scrollWidth <= innerWidth")
    stray = """
        const inside = (e) => e.getBoundingClientRect().right <= innerWidth + 1 || e.closest(".scroll, pre");
        return [...document.querySelectorAll("body *")].filter((e) => !inside(e)).map((e) => e.outerHTML.slice(0, 99));
    """
    assert browser.run(stray) == []
    assert browser.run("return [...document.images].every((image) => image.complete && image.naturalWidth > 0)")
    assert browser.console() == []


STATE = """
    const player = document.querySelector(".player");
    return {
        frame: Number(player.querySelector("input").value),
        label: player.querySelector("output").textContent,
        button: player.querySelector("button").textContent,
        image: player.querySelector("img").src,
        spoken: player.querySelector("input").getAttribute("aria-valuetext"),
    };
"""
PRESS = "document.querySelector('.player button').click()"


def wait_for(browser, holds):
    """Ask until the state of the player is as it should be; a slow machine gets a minute."""
    for _ in range(600):
        state = browser.run(STATE)
        if holds(state):
            return state
        time.sleep(0.1)
    raise AssertionError(state)


def test_the_slider_moves_the_picture(browser, page):
    browser.open(page)
    last = browser.run(STATE)
    assert (last["frame"], last["label"].split(":")[0], last["button"]) == (5, "step 60", "Play")
    drag = "s = document.querySelector('.player input'); s.value = 1; s.dispatchEvent(new Event('input'))"
    browser.run(drag)
    moved = browser.run(STATE)
    assert moved["label"].startswith("step 20: ")
    assert moved["spoken"] == moved["label"]
    assert moved["image"] != last["image"]


def test_it_plays_to_the_end_and_stops(browser, page):
    browser.open(page)
    browser.run(PRESS)
    assert browser.run(STATE)["button"] == "Pause"
    ended = wait_for(browser, lambda state: state["button"] == "Play")
    assert ended["frame"] == 5


def test_it_can_be_paused(browser, page):
    browser.prefer(reduced_motion="reduce")  # a frame a second
    browser.open(page)
    browser.run(PRESS)
    wait_for(browser, lambda state: state["frame"] == 1)
    browser.run(PRESS)
    paused = browser.run(STATE)
    assert paused["button"] == "Play"
    assert paused["frame"] < 5
    time.sleep(1.5)
    assert browser.run(STATE) == paused
    browser.prefer(reduced_motion="no-preference")


def test_it_is_dark_for_whoever_prefers_that(browser, page):
    ground = "return getComputedStyle(document.body).backgroundColor"
    browser.open(page)
    light = browser.run(ground)
    browser.prefer(color_scheme="dark")
    assert browser.run(ground) != light
    browser.prefer(color_scheme="light")
    assert browser.run(ground) == light
