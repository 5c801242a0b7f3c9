"""The house of the demos: the command line, the files, the statistics and the page."""

from __future__ import annotations

import math
import os
import re
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from argparse import Namespace
from html.parser import HTMLParser
from pathlib import Path

import pytest
import sweep_trials
from gallery import options_of, run

from demos.house import runner
from demos.house.demo import Animation, Demo, Exhibit, Option, Picture, Table, Unavailable
from demos.house.files import saving
from demos.house.mathml import to_mathml
from demos.house.options import at_least, command
from demos.house.statistics import Interval, interval, paired, t_quantile, verdict
from demos.house.style import canvas
from demos.house.training import spread

ROOT = Path(__file__).parents[2]
NAMES = runner.names()


def python(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-m", "demos", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=os.environ | environment)


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


# ---- a small gallery of two, so that the whole way is quick


def compute(options):
    if options.missing:
        raise Unavailable("The data is not here.")
    return list(range(options.count))


def present(results, options):
    figure, axes = canvas()
    line = axes.plot(results, results)[0]

    def draw(i):
        line.set_data(results[: i + 1], results[: i + 1])
        return f"frame {i}"

    still, _ = canvas()
    return Exhibit(
        claims=[f"There are {len(results)} numbers, & 1 < 2."],
        pictures=[
            Animation("moves", figure, draw, len(results), alt="A line that grows."),
            Picture("still", still, alt="Nothing."),
            Picture(
                "drawn", '<svg xmlns="http://www.w3.org/2000/svg"><g style="fill:#1f2328"/></svg>', alt="A drawing."
            ),
        ],
        tables=[Table("Numbers", ["n", "n²"], [[str(n), str(n * n)] for n in results])],
        files={"numbers.txt": repr(results)},
    )


OPTIONS = [Option("--count", at_least(2), 8, "how many", quick=3), Option("--missing", bool, False, "as if")]


def small(order: int, title: str) -> Demo:
    return Demo(order, title, "How many?", r"n^2", "nobody", compute, present, code=[compute], options=OPTIONS)


def install_two(monkeypatch: pytest.MonkeyPatch) -> dict[str, Demo]:
    """Let the gallery be these two experiments."""
    found = {"first": small(1, "First"), "second": small(2, "Second")}
    monkeypatch.setattr(runner, "names", lambda: list(found))
    monkeypatch.setattr(runner, "load", found.__getitem__)
    return found


@pytest.fixture
def two(monkeypatch):
    return install_two(monkeypatch)


# ---- the command line


def test_the_list_has_a_line_for_each():
    result = python()
    assert result.returncode == 0, result.stderr
    listed = dict(line.split()[:2] for line in result.stdout.splitlines() if line.startswith("  "))
    assert list(listed) == ["1a", "1b", *map(str, range(2, 14))]
    assert sorted(listed.values()) == sorted(NAMES)
    assert listed["1a"] == "dropout_overfitting"


@pytest.mark.parametrize("name", NAMES)
def test_every_demo_says_what_it_asks(name):
    demo = runner.load(name)
    assert demo.question.endswith("?")
    assert demo.title
    assert demo.source
    assert demo.code
    ET.fromstring(to_mathml(demo.formula))


def test_one_leaves_its_files_and_its_page(two, tmp_path, capsys):
    assert run("first", tmp_path / "made" / "on the way", "--quick") == 0
    assert files_in(tmp_path / "made" / "on the way") == [
        "first.html", "first/drawn.svg", "first/moves.gif", "first/numbers.txt", "first/still.png",
    ]  # fmt: skip
    printed = capsys.readouterr().out
    assert "Numbers\n  n  n²\n  0   0\n  1   1\n  2   4\n" in printed
    assert "There are 3 numbers, & 1 < 2." in printed


@pytest.mark.parametrize("found", [True, False])
def test_show_opens_the_page(two, tmp_path, monkeypatch, capsys, found):
    opened = []
    monkeypatch.setattr(runner.webbrowser, "open", lambda address: opened.append(address) or found)
    assert run("first", tmp_path, "--quick", "--show") == 0
    assert opened == [(tmp_path / "first.html").as_uri()]
    assert ("No browser was found" in capsys.readouterr().err) == (not found)


def test_all_goes_on_where_one_cannot(two, tmp_path, capsys):
    def refuse(options):
        raise Unavailable("The data is not here.")

    object.__setattr__(two["first"], "compute", refuse)
    assert run("all", tmp_path, "--quick") == 0
    assert "The data is not here." in capsys.readouterr().err
    page = (tmp_path / "index.html").read_text()
    assert "<p>Could not be run here: The data is not here.</p>" in page
    assert "There are 3 numbers, &amp; 1 &lt; 2." in page


def test_what_cannot_be_run_is_one_sentence(two, tmp_path, capsys):
    assert run("first", tmp_path, "--missing") == 2
    assert capsys.readouterr().err == "The data is not here.\n"
    assert files_in(tmp_path) == []


def test_ctrl_c_leaves_what_is_finished_and_says_where(two, tmp_path, capsys):
    def interrupt(options):
        raise KeyboardInterrupt

    object.__setattr__(two["second"], "compute", interrupt)
    assert run("all", tmp_path, "--quick") == 1
    printed = capsys.readouterr()
    assert "Interrupted: 1 of 2 experiments were finished." in printed.err
    assert f"wrote {tmp_path / 'index.html'}" in printed.out
    assert run("second", tmp_path) == 1
    assert f"Interrupted: what was finished is in {tmp_path / 'second'}, " in capsys.readouterr().err


def interrupted(out: Path, marker: str, stop: signal.Signals) -> tuple[int, str]:
    """Send a signal when the marker has been printed; return the exit status, and all that was printed.

    Workers inherit where errors go: what comes from there ends when the last of them has ended.
    """
    options = ["--steps", "60", "--hidden", "8", "--seeds", "1000" if marker == WORKING else "2"]
    arguments = [sys.executable, "-m", "demos", "dropout_overfitting", *options, "--out", out]
    environment = {key: value for key, value in os.environ.items() if key != "TQDM_DISABLE"}
    pipes = {"stderr": subprocess.PIPE, "stdout": subprocess.DEVNULL, "text": True}
    with subprocess.Popen(arguments, cwd=ROOT, env=environment, **pipes) as process:
        seen = ""
        while marker not in seen:
            character = process.stderr.read(1)
            assert character, seen
            seen += character
        process.send_signal(stop)
        seen += process.stderr.read()
    return process.returncode, seen


WORKING = "| 1/1000 "  # of the data seeds, by workers


@pytest.mark.parametrize(
    ("marker", "stop"),
    [("training: ", "SIGINT"), ("fits: ", "SIGINT"), (WORKING, "SIGINT"), (WORKING, "SIGTERM")],
)
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals to send")
def test_ctrl_c_leaves_whole_files_or_none_and_no_worker(tmp_path, marker, stop):
    status, printed = interrupted(tmp_path, marker, signal.Signals[stop])
    assert status == 1
    assert printed.endswith("nothing is half-written.\n")
    assert "Traceback" not in printed
    assert not [name for name in files_in(tmp_path) if name.split("/")[-1].startswith(".")]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals to send")
def test_workers_end_with_a_parent_that_was_killed(tmp_path):
    status, _ = interrupted(tmp_path, WORKING, signal.SIGKILL)
    assert status == -signal.SIGKILL


def test_an_unknown_name_is_one_sentence(capsys):
    with pytest.raises(SystemExit, match="2"):
        runner.main(["nowhere"])
    sentence = r"python -m demos: there is no experiment 'nowhere'; there are \w+(, \w+)*, and all\n"
    assert re.fullmatch(sentence, capsys.readouterr().err)


@pytest.mark.parametrize("name", ["two_modes", "all"])
def test_an_unwritable_folder_is_one_sentence(name, tmp_path, capsys):
    (tmp_path / "file").touch()
    with pytest.raises(SystemExit, match="2"):
        run(name, tmp_path / "file" / "out")
    sentence = rf"python -m demos {name}: argument --out: cannot write into '.*' \(Not a directory\)\n"
    assert re.fullmatch(sentence, capsys.readouterr().err)


@pytest.mark.parametrize(
    ("name", "option", "value", "expected"),
    [
        ("dropout_overfitting", "--p", "1.5", "a probability between 0 and 1"),
        ("dropout_overfitting", "--p", "nan", "a probability between 0 and 1"),
        ("dropout_overfitting", "--lr", "-1", "a positive number"),
        ("dropout_overfitting", "--steps", "0", "a whole number, at least 1"),
        ("dropout_overfitting", "--hidden", "many", "a whole number, at least 1"),
        ("dropout_overfitting", "--seeds", "1", "a whole number, at least 2"),
        ("fashion_mnist_dropout", "--epochs", "2.5", "a whole number, at least 1"),
        ("two_modes", "--seed", "-1", "a whole number, at least 0"),
    ],
)
def test_a_bad_option_is_one_sentence(capsys, name, option, value, expected):
    with pytest.raises(SystemExit, match="2"):
        runner.main([name, f"{option}={value}"])
    sentence = f"python -m demos {name}: argument {option}: expected {expected}, got '{value}'\n"
    assert capsys.readouterr().err == sentence


@pytest.mark.parametrize("missing", ["matplotlib", "tqdm"])
def test_a_missing_extra_is_named(missing, tmp_path):
    (tmp_path / f"{missing}.py").write_text(f"raise ImportError('gone', name={missing!r})")
    result = python("two_modes", PYTHONPATH=str(tmp_path))
    assert result.returncode == 1
    assert result.stderr == "The demos need matplotlib and tqdm: pip install 'minigrad-nn[demos]'\n"


def test_what_is_given_beats_quick_and_the_command_says_it(two, tmp_path):
    options = options_of("first", tmp_path, "--quick")
    assert (options.count, options.missing, options.seed) == (3, False, 1)
    assert command("first", two["first"], options) == "python -m demos first --quick"
    options = options_of("first", tmp_path, "--quick", "--count", "5", "--missing", "--seed", "3")
    assert (options.count, options.missing) == (5, True)
    assert command("first", two["first"], options) == "python -m demos first --quick --seed 3 --count 5 --missing"
    assert options_of("first", tmp_path).count == 8


# ---- files


@pytest.mark.parametrize("stop", [KeyboardInterrupt, ValueError])
def test_an_interrupted_file_vanishes_and_the_old_one_stays(tmp_path, stop):
    path = tmp_path / "picture.png"
    path.write_text("old")
    with pytest.raises(stop), saving(path) as temporary:  # noqa: PT012, it is the block that stops
        temporary.write_text("half")
        raise stop
    assert files_in(tmp_path) == ["picture.png"]
    assert path.read_text() == "old"


def test_a_full_disk_is_one_sentence(tmp_path, capsys):
    with pytest.raises(SystemExit, match="2"), saving(tmp_path / "picture.png"):
        raise OSError(28, "No space left on device")
    assert re.fullmatch(r"Could not write .*picture.png: No space left on device\.\n", capsys.readouterr().err)


# ---- statistics


@pytest.mark.parametrize(("dof", "t"), [(1, 12.706205), (2, 4.302653), (5, 2.570582), (11, 2.200985), (47, 2.011741)])
def test_students_t(dof, t):
    assert math.isclose(t_quantile(dof), t, rel_tol=1e-5)  # from printed tables


def test_an_interval_by_hand():
    found = interval([1.0, 2.0, 3.0])
    assert found.mean == 2.0
    assert math.isclose(found.margin, 4.302653 / math.sqrt(3), rel_tol=1e-5)
    assert f"{found:.2f}" == "2.00 ± 2.48"
    assert not found.clear_of_zero
    assert interval([1.0, 1.1, 1.2]).clear_of_zero


def test_paired_is_the_second_less_the_first():
    assert paired([1, 2, 3], [2, 4, 6]) == interval([1, 2, 3])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (Interval(0.02, 0.01), "raises the loss by 0.020 ± 0.010"),
        (Interval(-0.02, 0.01), "lowers the loss by 0.020 ± 0.010"),
        (Interval(0.02, 0.03), "does not clearly move the loss (0.020 ± 0.030)"),
    ],
)
def test_a_verdict_says_no_more_than_its_interval(change, sentence):
    assert verdict(change, "the loss") == sentence


# ---- training


@pytest.mark.parametrize("quick", [True, False])
def test_spread_keeps_the_order(quick):
    assert spread(sweep_trials.shifted, [3, 1, 2], Namespace(by=10, quick=quick), "numbers") == [13, 11, 12]


# ---- formulas


@pytest.mark.parametrize(
    ("formula", "inside"),
    [
        ("x_i", "<msub><mi>x</mi><mi>i</mi></msub>"),
        ("x^{12}", "<msup><mi>x</mi><mrow><mn>12</mn></mrow></msup>"),
        ("w_i^2", "<msubsup><mi>w</mi><mi>i</mi><mn>2</mn></msubsup>"),
        ("∑_i^n i", "<munderover><mo stretchy=\"false\">∑</mo><mi>i</mi><mi>n</mi></munderover><mi>i</mi>"),
        (r"\frac{a}{2}", "<mfrac><mrow><mi>a</mi></mrow><mrow><mn>2</mn></mrow></mfrac>"),
        ("1 - b", '<mn>1</mn><mo stretchy="false">−</mo><mi>b</mi>'),
        (r"\sqrt{2}", "<msqrt><mrow><mn>2</mn></mrow></msqrt>"),
        (r"\text{if } a < b", '<mtext>if\u00a0</mtext><mi>a</mi><mo stretchy="false">&lt;</mo><mi>b</mi>'),
    ],
)  # fmt: skip
def test_a_formula(formula, inside):
    text = to_mathml(formula)
    assert f"<mrow>{inside}</mrow>" in text
    ET.fromstring(text)


def test_a_formula_of_two_lines_and_one_that_is_not_closed():
    assert to_mathml(r"a \\ b").count("<mtr>") == 2
    with pytest.raises(ValueError, match="not closed"):
        to_mathml(r"\frac{a}{b")


# ---- the page


class Reader(HTMLParser):
    """Collects the elements of a page, and notices what is not closed."""

    VOID = {"meta", "link", "img", "input", "br", "mspace"}  # noqa: RUF012

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    out = tmp_path_factory.mktemp("page")
    with pytest.MonkeyPatch.context() as monkeypatch:
        install_two(monkeypatch)
        assert run("all", out, "--quick") == 0
    return out / "index.html"


def test_the_page_is_whole_and_carries_everything_with_it(page):
    reader = Reader(page.read_text(encoding="utf-8"))
    assert reader.open == []
    assert all(image["src"].startswith("data:image/") for image in reader.all("img"))
    assert all(link["href"] == "data:," for link in reader.all("link"))
    assert all("src" not in script for script in reader.all("script"))
    assert not re.search(r"@import|url\(", page.read_text(encoding="utf-8"))


def test_the_page_can_be_heard(page):
    reader = Reader(page.read_text(encoding="utf-8"))
    assert reader.all("html") == [{"lang": "en"}]
    assert [len(reader.all(tag)) for tag in ("header", "nav", "main", "footer", "h1")] == [1] * 5
    assert all(image["alt"] for image in reader.all("img"))
    assert all(control["aria-label"] for control in reader.all("input"))
    captions = {caption["id"] for caption in reader.all("figcaption") if "id" in caption}
    assert {table["aria-labelledby"] for table in reader.all("table")} == captions
    assert {th["scope"] for th in reader.all("th")} == {"col", "row"}
    ids = [attributes["id"] for _, attributes in reader.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    inner = [a["href"][1:] for a in reader.all("a") if a["href"].startswith("#")]
    assert set(inner) <= set(ids)
    assert {"first", "second"} <= set(inner)


def test_the_page_links_to_the_line_that_does_it(page):
    links = [a["href"] for a in Reader(page.read_text(encoding="utf-8")).all("a") if ".py#L" in a["href"]]
    assert len(links) == 2
    for link in links:
        path, _, number = link.partition("#L")
        lines = (page.parent / path).resolve().read_text().splitlines()
        assert lines[int(number) - 1].startswith("def compute(")


def luminance(color: str) -> float:
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    low, high = sorted([luminance(a), luminance(b)])
    return (high + 0.05) / (low + 0.05)


def test_text_stands_out_from_its_ground_in_light_and_dark():
    """WCAG 2.2 asks for 4.5 (AA)."""
    css = (ROOT / "demos" / "house" / "page.css").read_text()
    schemes = [dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", block)) for block in re.findall(r":root \{([^}]*)\}", css)]
    assert len(schemes) == 2
    for colors in schemes:
        for text in "ink", "soft", "link":
            for ground in "paper", "ground":
                assert contrast(colors[text], colors[ground]) >= 4.5, (text, ground)
