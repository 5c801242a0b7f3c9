"""The playground in a real browser, without a network: what is shown is what minigrad computes, natively and there."""

from __future__ import annotations

import itertools
import re
import statistics
from pathlib import Path

import numpy as np
import pytest
from playground_page import CHROMIUM, FLAGS, PYODIDE, Page, needed, served

from demos.playground.build import site
from demos.playground.lab.program import Program
from demos.playground.lab.script import script
from demos.playground.lab.setting import setting_from
from demos.playground.single import single

VIEWS = ["guide", "play", "clinic", "step"]
LANGUAGES = ["en", "zh"]

# Every pair of a width and a language, of a width and a theme, and of a language and a theme.
WINDOWS = [
    (360, "en", "light"), (360, "zh", "dark"), (768, "en", "dark"), (768, "zh", "light"),
    (1440, "en", "light"), (1440, "zh", "dark"),
]  # fmt: skip
NARROW_AND_WIDE = [(360, "en", "dark"), (360, "zh", "light"), (1440, "en", "light"), (1440, "zh", "dark")]


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """Return the page, with Python loaded: the tests of this file take turns with it."""
    with needed()() as playwright, served(tmp_path_factory.mktemp("playground")) as base:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = Page(browser.new_page(viewport={"width": 1440, "height": 900}, locale="en-US"), base)
        page.open("#guide?lang=en&theme=light")
        page.wait_for_python()
        yield page
        browser.close()


@pytest.fixture
def page(shared):
    """Return the page, which must not complain during the test."""
    shared.errors.clear()
    shared.resize(1440)
    yield shared
    assert shared.errors == []


def native(source: str) -> str:
    """Return what a program prints here."""
    program = Program(source)
    while program.advance():
        pass
    assert program.mistake is None
    return program.output.getvalue()


def losses_in(text: str) -> list[float]:
    return [float(value) for value in re.findall(r"\d+\.\d+", text)]


# ---- what is computed ------------------------------------------------------------------------------------------------


def test_nothing_comes_from_elsewhere(page):
    assert page.hosts == {page.base.split("/")[2]}


BITS = """
import hashlib

import minigrad as torch
from minigrad import nn
from minigrad.datasets import make_moons

seed = 3
torch.manual_seed(seed)
x = torch.linspace(-1, 1, 20).unsqueeze(1)
y = x + 0.3 * torch.randn(20, 1)
points, classes = make_moons(30, noise=0.2)
net = nn.Sequential(nn.Linear(1, 32), nn.Dropout(0.5), nn.ReLU(), nn.Linear(32, 32), nn.Dropout(0.5), nn.Linear(32, 1))
masks = []
for layer in net[1], net[4]:
    layer.register_forward_hook(  # passes of the program alone: the page looks at the net without gradients
        lambda layer, inputs, output: masks.append((output != 0).numpy()) if torch.is_grad_enabled() else None
    )
loss_func = nn.MSELoss()
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
for tensor in [x, y, points, classes, *net.parameters()]:
    print(tensor.dtype, hashlib.sha256(tensor.detach().numpy().tobytes()).hexdigest())
for step in range(100):
    loss = loss_func(net(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print("loss", loss.item())
for mask in masks:
    print(hashlib.sha256(mask.tobytes()).hexdigest())
print("test")
"""


def test_the_same_seed_gives_the_native_run_s_bits(page):
    page.open("#play?a=")
    page.write(BITS)
    page.wait_until_trained()
    ours, theirs = (text.splitlines() for text in (native(BITS), page.output()))
    assert len(ours) == len(theirs) > 300
    losses = [[float(line.split()[1]) for line in lines if line.startswith("loss")] for lines in (ours, theirs)]
    assert [line for line in ours if not line.startswith("loss")] == [
        line for line in theirs if not line.startswith("loss")
    ]
    assert np.abs(np.subtract(*losses))[:10].max() < 1e-6
    assert np.abs(np.subtract(*losses)).max() < 1e-3


CONTROLS = {
    "points": ("30", "range"), "noise": ("0.1", "range"), "seed": ("5", "number"), "p": ("0.25", "range"),
    "weight_decay": ("0.02", "number"), "l1": ("0.003", "number"), "max_norm": ("1.5", "range"),
    "width": ("10", "range"), "depth": ("3", "range"), "lr": ("0.005", "number"), "steps": ("200", "range"),
}  # fmt: skip
LISTS = {"data": "curve", "place": "after", "optimizer": "RMSprop"}


@pytest.mark.parametrize("field", [*CONTROLS, *LISTS])
def test_each_control_changes_what_it_should(page, field):
    page.open("#play?a=steps:100")
    before = page.source()
    if field in LISTS:
        value = LISTS[field]
        page.page.select_option(f"#control-{field}", value)
    else:
        value, kind = CONTROLS[field]
        if kind == "range":
            page.page.locator(f"#control-{field}").fill(value)
        else:
            number = page.page.locator(f".control:has(#control-{field}) input[type=number]")
            number.fill(value)
            number.press("Tab")
        value = float(value)
    expected = script(setting_from({"steps": 100, field: value}))
    assert expected != before
    page.wait("expected => document.querySelector('#code textarea').value === expected", expected)
    losses = pytest.approx(losses_in(native(expected)), abs=2e-3)
    page.wait_while(lambda: losses_in(page.output()) != losses)  # the run before may still be on its way to the page
    assert losses_in(page.output()) == losses
    assert page.numbers("a") == pytest.approx(losses_in(page.output()), abs=1e-3)
    page.wait("field => decodeURIComponent(location.hash).includes(field + ':')", field)


@pytest.mark.parametrize("data", ["moons", "circles", "spirals"])
def test_two_classes_have_a_decision_boundary(page, data):
    page.open(f"#play?a=data:{data},points:40,noise:0.2,steps:100")
    page.wait_until_trained()
    expected = script(setting_from({"data": data, "points": 40, "noise": 0.2, "steps": 100}))
    assert page.source() == expected
    assert losses_in(page.output()) == pytest.approx(losses_in(native(expected)), abs=2e-3)
    page.wait("document.querySelector('#picture-a canvas').getAttribute('aria-label').includes('boundary')")


def test_play_pause_step_and_restart(page):
    page.open("#play?a=steps:3000")
    page.wait("document.querySelector('#toggle').textContent === 'Pause'")
    step = "Number(document.querySelector('#counter').textContent.replace(/\\D/g, ''))"
    page.wait(f"{step} > 10")
    page.page.click("#toggle")
    page.wait("document.querySelector('#toggle').textContent === 'Train'")
    page.page.wait_for_timeout(300)  # the counter may still be the last program's
    paused = page.page.evaluate(step)
    page.page.wait_for_timeout(300)
    assert page.page.evaluate(step) == paused < 3000
    page.page.click("#one")
    page.wait(f"{step} === {paused + 1}")
    page.page.click("#restart")
    page.wait(f"{step} === 0")
    page.page.click("#one")
    page.wait(f"{step} === 1")
    page.page.click("#toggle")
    page.wait(f"{step} > 1")


def test_points_can_be_added_by_clicking_and_by_typing(page):
    page.open("#play?a=steps:100")
    page.wait_until_trained()
    page.page.click("#picture-a canvas", position={"x": 100, "y": 60})
    page.wait("document.querySelector('#code textarea').value.includes('torch.cat')")
    page.page.click("#settings details:has(#add-point) summary")
    page.page.fill("#point-x", "0.5")
    page.page.fill("#point-y", "-0.25")
    page.page.press("#point-y", "Enter")
    page.wait("document.querySelector('#code textarea').value.includes('[0.5]')")
    assert "[-0.25]" in page.source()
    page.wait("location.hash.includes('added')")
    page.page.click("#forget-points")
    page.wait("!document.querySelector('#code textarea').value.includes('torch.cat')")


SHOWS = """
([lane, test]) => {
  const cell = document.querySelector(`#numbers tr:has(th.${lane}) td:nth-child(3)`);
  return Math.abs(Number(cell.textContent) - test) < 3e-3;
}
"""


def test_two_settings_side_by_side_with_the_same_data(page):
    page.open("#play?a=p:0,steps:100&b=steps:100")
    page.wait("document.querySelectorAll('#numbers tr').length === 2")
    page.page.locator("#control-noise").fill("0.5")
    page.wait("location.hash.match(/noise/g)?.length === 2")
    page.page.uncheck("#linked")
    page.page.locator("#control-noise").fill("0.6")
    page.wait("['noise:0.5', 'noise:0.6'].every((part) => decodeURIComponent(location.hash).includes(part))")
    page.wait_until_trained()
    for lane, setting in {"a": {"p": 0.0, "noise": 0.5}, "b": {"noise": 0.6}}.items():
        expected = losses_in(native(script(setting_from(setting | {"steps": 100}))))
        page.wait(SHOWS, [lane, expected[1]])
    page.page.uncheck("#compare")
    page.wait("document.querySelectorAll('#numbers tr').length === 1")


# ---- the code --------------------------------------------------------------------------------------------------------


def test_the_code_can_be_changed_and_run(page):
    page.open("#play?a=steps:100")
    page.wait_until_trained()
    changed = page.source().replace("nn.Dropout(0.5)", "nn.Dropout(0.9)").replace("'train", "'changed: train")
    page.page.fill("#code textarea", changed)
    page.page.press("#code textarea", "Control+Enter")
    page.wait("location.hash.includes('a.code')")
    page.page.wait_for_timeout(500)
    page.wait_until_trained()
    assert losses_in(page.output()) == pytest.approx(losses_in(native(changed)), abs=2e-3)
    page.page.click("#undo")
    page.wait("document.querySelector('#code textarea').value.includes('nn.Dropout(0.5)')")


@pytest.mark.parametrize(
    ("line", "wrong", "says"),
    [
        ("net.eval()", "net.evil()", "Line 25: AttributeError"),
        ("seed = 1", "seed = = 1", "Line 4: SyntaxError"),
        ("nn.Linear(64, 1)", "nn.Linear(63, 1)", "RuntimeError"),
    ],
)
def test_a_mistake_is_shown_at_its_line(page, line, wrong, says):
    page.open("#play?a=steps:100")
    page.wait_until_trained()
    source = page.source().replace(line, wrong)
    number = 1 + source[: source.index(wrong)].count("\n")
    page.write(source)
    problem = page.page.locator("#code .problem")
    problem.get_by_text(re.compile("Error")).first.wait_for()
    assert says.replace("25", str(number)).replace("4:", f"{number}:") in problem.inner_text()
    assert page.page.locator("#code .line.bad").count() == 1
    page.page.click("#undo")
    page.wait("document.querySelector('#code .problem').textContent === ''")


def test_an_endless_loop_can_be_stopped(page):
    page.open("#play?a=steps:100")
    page.wait_until_trained()
    page.page.fill("#code textarea", "def f():\n    while True:\n        pass\nf()")
    page.page.click("#run")
    page.page.click("#stop")
    page.page.click("#undo")
    page.wait_for_python()
    page.page.click("#toggle")
    page.wait_until_trained()


def test_code_that_comes_with_a_link_is_not_run(page):
    page.open("#play?a=steps:100")
    page.wait_until_trained()
    page.page.fill("#code textarea", "print('test of a link')")
    page.page.click("#run")
    page.wait("location.hash.includes('a.code')")
    link = page.page.evaluate("location.hash")
    page.open("#guide")
    page.open(link)
    page.page.wait_for_selector("#foreign:not([hidden])")
    assert page.source() == "print('test of a link')"
    page.page.wait_for_timeout(300)
    page.page.click("#run")
    page.wait("document.querySelector('#output').textContent.includes('test of a link')")
    assert page.page.is_hidden("#foreign")


# ---- seeds and experiments -------------------------------------------------------------------------------------------


def test_twelve_seeds_in_the_background(page):
    page.open("#play?a=p:0,width:16,steps:100&b=width:16,steps:100")
    page.wait_until_trained()
    page.page.click("#study")
    page.wait("document.querySelector('#seeds-words').textContent.includes('95%')")
    words = page.page.text_content("#seeds-words")
    expected = []
    for setting in ({"p": 0.0}, {}):
        source = script(setting_from({"width": 16, "steps": 100} | setting))
        runs = [native(source.replace("seed = 1", f"seed = {seed}")) for seed in range(1, 13)]
        expected.append(statistics.mean(losses_in(run)[1] for run in runs))
    assert losses_in(words)[0] == pytest.approx(expected[0], abs=2e-3)
    assert losses_in(words)[2] == pytest.approx(expected[1], abs=2e-3)


def test_a_guided_experiment_is_guessed_first_and_then_measured(page):
    page.open("#guide")
    assert page.page.locator("#experiments li").count() == 5
    page.page.click("#experiments li:first-child a")
    page.page.wait_for_selector("#experiment:not([hidden])")
    page.wait("document.querySelector('#counter').textContent === 'Step 0'")
    page.page.click(".guess >> nth=0")
    page.wait("document.querySelector('#answer').textContent.includes('of 12 seeds')")
    page.page.wait_for_selector("#next-experiment:not([hidden])")
    answer = page.page.inner_text("#answer")
    assert "Lower" in answer  # -0.025 ± 0.017
    assert "You guessed right" in answer
    page.page.click("#next-experiment")
    page.wait("location.hash.includes('training')")


# ---- the other rooms -------------------------------------------------------------------------------------------------


def test_the_clinic_convicts_a_wrong_dropout(page):
    page.open("#clinic")
    page.page.select_option("#specimen", "no_scale")
    page.page.click("#examine")
    page.page.wait_for_selector(".result.broken")
    page.page.wait_for_selector("#full-report:not([hidden])")
    assert page.page.inner_text("#diagnosis").startswith("3 broken: Scale, Mean, Variance")
    page.page.fill("#clinic-code textarea", "def dropout(x):\n    return y")
    page.page.click("#examine")
    page.page.wait_for_selector("#clinic-code .problem:not(:empty)")


def test_the_quiz_asks_answers_and_counts(page):
    page.open("#clinic")
    page.page.click("#ask")
    assert page.page.locator(".choice").count() == 4
    page.page.click(".choice >> nth=0")
    page.wait("document.querySelector('#quiz-answer').textContent.includes('convicts')")
    right = page.page.locator(".choice.right strong").inner_text()
    assert right in page.page.inner_text("#quiz-answer")
    assert page.page.inner_text("#score") in ("0 of 1 right", "1 of 1 right")
    assert page.page.locator("#quiz-code .bad").count() == 1


def test_one_step_forward_and_backward(page):
    page.open("#step")
    page.page.wait_for_selector(".box.op")
    count = page.page.locator(".box.op").count()
    assert page.page.locator(".box.waiting").count() == count
    for i in range(count):
        page.page.click("#step-next")
        assert page.page.locator(".box.waiting").count() == count - 1 - i
    assert page.page.locator(".grad:not(:empty)").count() == 0
    for _ in range(count):
        page.page.click("#step-next")
        assert "g" in page.page.inner_text("#step-detail .rule >> nth=0")
    assert page.page.locator(".box.weight .grad:not(:empty)").count() == 4
    page.page.click("#step-next")
    assert page.page.is_disabled("#step-next")
    mask = page.page.inner_text(".box.mask")
    for _ in range(8):
        page.page.click("#new-mask")
        page.page.wait_for_timeout(200)
        if page.page.inner_text(".box.mask") != mask:
            break
    assert page.page.inner_text(".box.mask") != mask


# ---- for everybody ---------------------------------------------------------------------------------------------------

ANSWER = """
async () => {
  const times = [];
  for (let i = 0; i < 15; i += 1) {
    const begun = performance.now();
    document.querySelector("#sample").dispatchEvent(new Event("input"));
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    times.push(performance.now() - begun);
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
  return times;
}
"""


def test_the_page_answers_within_a_tenth_of_a_second_while_it_trains(page):
    page.open("#play?a=p:0,steps:3000&b=steps:3000")
    page.wait("Number(document.querySelector('#counter').textContent.replace(/\\D/g, '')) > 5")
    times = page.page.evaluate(ANSWER)
    assert page.page.text_content("#toggle") == "Pause"  # it was training all the time
    assert statistics.median(times) < 100, times


def test_the_keyboard_is_enough(page):
    page.open("#play?a=steps:100")
    page.wait_until_trained()
    page.page.focus("#control-p")
    page.page.keyboard.press("ArrowLeft")
    page.wait("document.querySelector('#code textarea').value.includes('nn.Dropout(0.45)')")
    page.page.focus("#toggle")
    page.page.keyboard.press("Enter")
    page.page.focus("#code textarea")
    page.page.keyboard.press("Tab")  # no trap
    assert page.page.evaluate("document.activeElement.id") == "run"
    page.page.focus(".skip")
    page.page.keyboard.press("Enter")
    assert page.page.evaluate("document.activeElement.id") == "main"


def test_language_and_theme_are_switched_and_kept(page):
    page.open("#guide?lang=en&theme=light")
    light = page.page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.page.click("#theme")
    assert page.page.evaluate("getComputedStyle(document.body).backgroundColor") != light
    page.page.click("#language")
    page.wait("document.documentElement.lang === 'zh-Hans'")
    assert "过拟合" in page.page.inner_text("h1 >> nth=0")
    page.wait("location.hash.includes('lang=zh') && location.hash.includes('theme=dark')")
    page.open("#guide?lang=en&theme=light")
    page.wait("document.documentElement.lang === 'en'")


STRAY = """
() => [...document.querySelectorAll("body *")].filter((element) => {
  const { right, width } = element.getBoundingClientRect();
  return width > 0 && right > innerWidth + 1 && !element.closest(".editor, pre, .scroll");
}).map((element) => element.outerHTML.slice(0, 99))
"""


@pytest.mark.parametrize(("width", "language", "theme"), WINDOWS)
def test_nothing_overflows(page, width, language, theme):
    page.resize(width)
    for view in VIEWS:
        page.open(f"#{view}?lang={language}&theme={theme}")
        page.wait("code => document.documentElement.lang.startsWith(code)", language)
        page.page.wait_for_timeout(100)
        assert page.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), view
        assert page.page.evaluate(STRAY) == [], view


@pytest.mark.parametrize(("width", "language", "theme"), NARROW_AND_WIDE)
def test_axe_finds_nothing(page, width, language, theme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs the extra browser").Axe()
    page.resize(width)
    for view in VIEWS:
        page.open(f"#{view}?lang={language}&theme={theme}")
        page.wait("code => document.documentElement.lang.startsWith(code)", language)
        page.page.wait_for_timeout(300)
        result = axe.run(page.page)
        assert result.violations_count == 0, (view, result.generate_report())


def test_every_word_is_in_the_catalogue(page):
    for language, view in itertools.product(LANGUAGES, VIEWS):
        page.open(f"#{view}?lang={language}")
        page.wait("code => document.documentElement.lang.startsWith(code)", language)
        text = page.page.inner_text("body")
        assert (
            re.findall(r"\b(?:page|guide|play|clinic|step|quiz|promises|mistakes|controls|choices)\.\w+\b", text) == []
        )


def test_a_single_file_opens_from_disk(shared, tmp_path):
    file = tmp_path / "playground.html"
    file.write_bytes(single(site(Path(PYODIDE))))
    context = shared.page.context.browser.new_context(offline=True, locale="en-US")
    page = Page(context.new_page(), file.as_uri())
    page.open("#play?a=steps:100")
    page.wait_for_python()
    page.wait_until_trained()
    expected = losses_in(native(script(setting_from({"steps": 100}))))
    assert losses_in(page.output()) == pytest.approx(expected, abs=2e-3)
    page.page.click("#language")
    page.wait("document.documentElement.lang === 'zh-Hans'")
    assert page.errors == []
    context.close()


def test_without_webassembly_one_sentence_says_what_to_do(shared):
    other = shared.page.context.browser.new_page()
    other.add_init_script("delete globalThis.WebAssembly")
    other.goto(shared.base + "#guide?lang=en")
    other.wait_for_selector("#loading.failure")
    assert "WebAssembly" in other.inner_text("#loading")
    other.close()


def test_without_a_network_one_sentence_says_what_to_do(shared):
    other = shared.page.context.browser.new_page()
    other.route("**/pyodide.asm.wasm", lambda route: route.abort())
    other.goto(shared.base + "#guide?lang=en")
    other.wait_for_selector("#loading.failure")
    assert "--pyodide" in other.inner_text("#loading")
    other.close()


def test_a_file_that_is_not_the_pinned_one_is_refused(shared):
    other = shared.page.context.browser.new_page()
    other.route("**/lab.zip", lambda route: route.fulfill(body=b"something else"))
    other.goto(shared.base + "#guide?lang=en")
    other.wait_for_selector("#loading.failure")
    assert "hash" in other.inner_text("#loading")
    other.close()
