"""What experiments and their gallery stand on: the command line, the files, the statistics, the words and the page."""

from __future__ import annotations

import math
import os
import re
import signal
import string
import subprocess
import sys
import xml.etree.ElementTree as ET
from argparse import Namespace
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

from lab.files import saving
from lab.options import Option, at_least, command
from lab.statistics import Interval, interval, paired, t_quantile
from lab.training import spread
from lab.unavailable import Unavailable

import numpy as np
import pytest
import sweep_trials
from demo_runs import SMALL, exhibit_of, options_of, run

from command import runner
from command.console import BROKEN_PIPE
from gallery import page as page_parts, svg
from gallery.exhibit import Animation, Demo, Exhibit, Moving, Picture, Table
from gallery.figures import canvas
from gallery.page import prose
from gallery.svg import Drawing, draw
from gallery.texts import LANGUAGES, Catalogue, Label, Listed, Verdict, catalogue

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
    x = np.array(results, dtype=float)
    line = axes.plot(x, x)[0]
    frames = [x * i for i in range(len(x))]
    still, _ = canvas()
    return Exhibit(
        answer="few",
        values={"count": len(results)},
        pictures=[
            Animation("moves", figure, [Moving(line, x, frames)], [{"i": i} for i in range(len(x))]),
            Picture("still", still),
            Picture(
                "drawn",
                '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><g style="fill:#1f2328"/></svg>',
            ),
        ],
        tables=[Table("squares", ["", "n²"], [[str(n), str(n * n)] for n in results])],
        files={"numbers.txt": repr(results)},
    )


OPTIONS = [Option("--count", at_least(2), 8, "how many", quick=3), Option("--missing", bool, False, "as if")]
WORDS = {
    "title": "A title",
    "question": "How many?",
    "guesses": {"few": "few", "many": "many"},
    "paragraphs": ["One $n$.", "Two `n`."],
    "formulas": ["n^2"],
    "symbols": [["n", "a number"]],
    "verdict": "There are {count} numbers, & 1 < 2.",
    "findings": ["None is above {count}."],
    "notes": [],
    "pictures": {
        name: {"title": "A picture", "alt": "{count} things", "caption": "Here.", "frame": "frame {i}"}
        for name in ("moves", "still", "drawn")
    },
    "tables": {"squares": "Numbers"},
    "exercises": [{"question": "Why?", "answer": "Thus."}],
    "source": "nobody",
}


def install_two(monkeypatch: pytest.MonkeyPatch) -> dict[str, Demo]:
    """Let the gallery be these two experiments."""
    found = {
        name: Demo(number, compute, present, excerpt=compute, options=OPTIONS, playground="play?b=p:0.5")
        for name, number in (("first", "1"), ("second", "2"))
    }
    monkeypatch.setattr(runner, "names", lambda: list(found))
    monkeypatch.setattr(runner, "load", found.__getitem__)
    for language in LANGUAGES:
        for name in found:
            monkeypatch.setitem(catalogue(language).texts, name, WORDS)
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


def test_one_leaves_its_files_and_its_page(two, tmp_path, capsys):
    assert run("first", tmp_path / "made" / "on the way", "--quick") == 0
    assert files_in(tmp_path / "made" / "on the way") == [
        "first.html", "first.zh.html", "first/drawn.svg", "first/moves.gif", "first/numbers.txt", "first/still.png",
    ]  # fmt: skip
    printed = capsys.readouterr().out
    assert "Numbers\n     n²\n  0   0\n  1   1\n  2   4\n" in printed
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
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert '<span lang="en">The data is not here.</span>' in page
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
    name, seeds = ("dropout_batchnorm", "1000") if marker == WORKING else ("dropout_overfitting", "2")
    options = ["--steps", "60", "--hidden", "8", "--seeds", seeds]
    arguments = [sys.executable, "-m", "demos", name, *options, "--out", out]
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


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.parametrize("missing", ["matplotlib", "tqdm", "latex2mathml"])
def test_a_missing_extra_is_named(missing, tmp_path):
    (tmp_path / f"{missing}.py").write_text(f"raise ImportError('gone', name={missing!r})")
    result = python("two_modes", PYTHONPATH=str(tmp_path))
    assert result.returncode == 1
    assert result.stderr == "The demos need matplotlib, tqdm and latex2mathml: pip install 'minigrad-nn[demos]'\n"


def script(name: str, *arguments: str, cwd: Path, **options) -> subprocess.CompletedProcess:
    command = [sys.executable, "-W", "error", ROOT / "demos" / f"{name}.py", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, **options)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_an_experiment_is_a_script_that_runs_from_any_folder(name, tmp_path):
    result = script(name, "--help", cwd=tmp_path, text=True)
    assert result.returncode == 0, result.stderr
    assert "--seed" in result.stdout


@pytest.mark.slow
def test_a_script_does_what_the_command_does(tmp_path):
    options = ["--quick", "--steps", "20", "--hidden", "4", "--seeds", "2"]
    by_name = python("dropout_overfitting", *options, "--out", tmp_path / "a")
    by_file = script("dropout_overfitting", *options, "--out", str(tmp_path / "b"), cwd=tmp_path, text=True)
    assert by_file.returncode == 0, by_file.stderr
    assert by_file.stdout == by_name.stdout.replace(str(tmp_path / "a"), str(tmp_path / "b"))


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["gbk", "ascii", "cp1252"])
def test_a_console_that_lacks_letters_gets_plainer_ones(encoding, tmp_path):
    environment = os.environ | {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    result = script("bias_variance", "--quick", *SMALL["bias_variance"], cwd=tmp_path, env=environment)
    assert result.returncode == 0, result.stderr
    printed = result.stdout.decode(encoding)
    assert "bias²" in printed or "bias2" in printed


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such pipes")
def test_a_reader_who_goes_away_is_no_error(tmp_path):
    arguments = [sys.executable, ROOT / "demos" / "two_modes.py", "--draws", "20", "--out", tmp_path]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        errors = process.stderr.read().decode()
    assert process.returncode == BROKEN_PIPE
    assert "Traceback" not in errors
    assert "Exception" not in errors


def test_what_is_given_beats_quick_and_the_command_says_it(two, tmp_path):
    options = options_of("first", tmp_path, "--quick")
    assert (options.count, options.missing, options.seed) == (3, False, 1)
    assert command("first", OPTIONS, options) == "python -m demos first --quick"
    options = options_of("first", tmp_path, "--quick", "--count", "5", "--missing", "--seed", "3")
    assert (options.count, options.missing) == (5, True)
    assert command("first", OPTIONS, options) == "python -m demos first --quick --seed 3 --count 5 --missing"
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
    ("change", "direction", "english", "chinese"),
    [
        (Interval(0.02, 0.01), "higher", "raises the test loss by 0.020 ± 0.010", "让测试损失升高了 0.020 ± 0.010"),
        (Interval(-0.02, 0.01), "lower", "lowers the test loss by 0.020 ± 0.010", "让测试损失降低了 0.020 ± 0.010"),
        (
            Interval(0.02, 0.03),
            "same",
            "does not clearly move the test loss (0.020 ± 0.030)",
            "对测试损失没有明显影响（0.020 ± 0.030）",
        ),
    ],
)
def test_a_verdict_says_no_more_than_its_interval(change, direction, english, chinese):
    assert change.direction == direction
    told = [catalogue(language).verdict(Verdict(change, "the test loss")) for language in LANGUAGES]
    assert told == [english, chinese]


# ---- training


@pytest.mark.parametrize("quick", [True, False])
def test_spread_keeps_the_order(quick):
    assert spread(sweep_trials.shifted, [3, 1, 2], Namespace(by=10, quick=quick), "numbers") == [13, 11, 12]


# ---- the words -------------------------------------------------------------------------------------------------------


def flat(texts: dict | list, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text with its place."""
    for key, value in texts.items() if isinstance(texts, dict) else enumerate(texts):
        if isinstance(value, str):
            yield f"{path}.{key}", value
        else:
            yield from flat(value, f"{path}.{key}")


def fields(text: str) -> list[tuple[str, str]]:
    return sorted((name, spec) for _, name, spec, _ in string.Formatter().parse(text) if name is not None)


def told(words: Catalogue, name: str) -> dict[str, str]:
    """Return the texts of an experiment that values are filled into."""
    keys = "verdict", "findings", "notes", "pictures", "tables"
    return dict(flat({key: words[name][key] for key in keys if key in words[name]}))


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_say_the_same_with_the_same_values(name):
    english, chinese = (catalogue(language) for language in LANGUAGES)
    assert [place for place, _ in flat(english[name])] == [place for place, _ in flat(chinese[name])]
    for (place, a), (_, b) in zip(told(english, name).items(), told(chinese, name).items(), strict=True):
        assert fields(a) == fields(b), place


def test_the_page_has_the_same_words_in_both():
    english, chinese = ({**catalogue(language)["page"], "reference": {}} for language in LANGUAGES)
    assert [place for place, _ in flat(english)] == [place for place, _ in flat(chinese)]


@pytest.mark.parametrize("name", NAMES)
def test_every_experiment_teaches(name):
    for language in LANGUAGES:
        words = catalogue(language)[name]
        assert words["question"].endswith(("?", "？"))
        assert 2 <= len(words["guesses"]) <= 5
        assert 2 <= len(words["paragraphs"]) <= 3
        assert words["formulas"]
        assert words["symbols"]
        assert len(words["exercises"]) == 2
        if isinstance(words["verdict"], dict):
            assert set(words["verdict"]) <= set(words["guesses"])
        for place, text in flat(words):
            ET.fromstring(f"<p>{prose(text)}</p>") if place.split(".")[1] not in {"formulas", "symbols"} else None


@pytest.mark.slow
@pytest.mark.parametrize("name", list(SMALL))
def test_every_word_of_an_exhibit_is_told_in_both_languages(name, tmp_path):
    check_words(name, exhibit_of(name, tmp_path, "--quick", *SMALL[name]))


def check_words(name: str, exhibit: Exhibit) -> None:
    """Check that the catalogues have what an exhibit wants: sentences, labels of figures and tables, alternatives."""
    names = [picture.name for picture in exhibit.pictures]
    cells = [cell for table in exhibit.tables for row in (table.columns, *table.rows) for cell in row]
    texts = [text for picture in exhibit.pictures for text in drawing_of(picture).texts()]
    for language in LANGUAGES:
        words = catalogue(language)
        assert exhibit.answer in words[name]["guesses"]
        assert set(words[name]["pictures"]) == set(names)
        assert set(words[name]["tables"]) == {table.name for table in exhibit.tables}
        for place, text in told(words, name).items():
            if not place.endswith(".frame"):
                assert words.fill(text, exhibit.values), place
        if name != "inside_one_step":  # whose labels are names of the code, the same in all languages
            assert [text for text in [*cells, *texts] if not words.has_label(text)] == []


def drawing_of(picture: Picture | Animation) -> Drawing:
    return draw(picture.figure, picture.name)


def test_a_label_keeps_its_numbers():
    chinese = catalogue("zh")
    assert chinese.label("layer 3, largest") == "第 3 层，最大值"
    assert chinese.label("10 of 12") == "12 组中的 10 组"
    assert chinese.label("0.118 ± 0.024") == "0.118 ± 0.024"
    assert not chinese.has_label("never translated")
    assert chinese.label("never translated") == "never translated"


def test_values_are_told_in_the_language_of_the_page():
    values = {"what": Label("dropout"), "list": Listed("the_paper.mean", [{"name": Label("none"), "mean": 1.5}] * 2)}
    assert catalogue("zh").fill("{what}：{list}", values) == "暂退法：无 1.50%，无 1.50%"
    assert catalogue("en").fill("{what}: {list}", values) == "dropout: none 1.50%, none 1.50%"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a < b & c", "a &lt; b &amp; c"),
        ("`x_i` and *y*, **z**", '<code translate="no">x_i</code> and <em>y</em>, <strong>z</strong>'),
        ("moved (-0.024 ± 0.042)", 'moved <span class="nowrap">(−0.024 ± 0.042)</span>'),
        ("to 6e-17", 'to <span class="nowrap">6 × 10<sup>−17</sup></span>'),
        ("784-256-256-10 of Adam-W", "784-256-256-10 of Adam-W"),
    ],
)
def test_prose(text, html):
    assert prose(text) == html


@pytest.mark.parametrize(
    ("formula", "inside"),
    [
        (r"\operatorname{Var}[x]", "<mo>Var</mo>"),
        (r"\frac{1}{1 - p}", "<mfrac>"),
        (r"\tilde{h}", "<mover"),
    ],
)
def test_a_formula(formula, inside):
    assert inside in prose(f"${formula}$")


# ---- drawings --------------------------------------------------------------------------------------------------------


def test_a_drawing_takes_the_pages_colours_fonts_and_ids():
    figure, axes = canvas()
    axes.plot([0, 1], [0, 1], marker="o", label="dropout")
    axes.legend()
    drawing = draw(figure, "a-name")
    html = drawing.html('words "in quotes"', lambda text: "暂退法" if text == "dropout" else text)
    root = ET.fromstring(html)
    assert root.get("aria-label") == 'words "in quotes"'
    assert "暂退法" in [element.text for element in root.iter("text")]
    assert "dropout" in drawing.texts()  # the drawing itself stays English
    assert "var(--blue)" in html
    assert "var(--ink)" in html
    assert not re.search(r"#[0-9a-f]{6}|DejaVu", html)
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert all(found.startswith("a-name") for found in ids)
    assert {f"url(#{found})" for found in re.findall(r"url\(#([^)]+)\)", html)} <= {f"url(#{found})" for found in ids}


def test_a_moved_line_goes_where_the_drawing_has_it():
    figure, axes = canvas()
    x, y = np.linspace(0, 1, 5), np.array([0.0, 0.3, 0.1, 0.9, 0.5])
    (line,) = axes.plot(x, y)
    moving = Moving(line, x, [y * 0, y])
    drawing = draw(figure, "moves", [moving])
    (path,) = [path for path in drawing.root.iter("path") if path.get("data-moving") == "0"]
    drawn = np.array(re.findall(r"-?[\d.]+", path.get("d")), dtype=float)
    _, moved = (np.array(re.findall(r"-?[\d.]+", d), dtype=float) for d in svg.paths(moving, drawing))
    np.testing.assert_allclose(moved, drawn, atol=0.06)


# ---- the page


class Reader(HTMLParser):
    """Collects the elements of a page, and notices what is not closed."""

    VOID = {"meta", "link", "img", "input", "br"}  # noqa: RUF012

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
    assert reader.all("img") == []
    assert all(link["href"] == "data:," for link in reader.all("link"))
    assert all("src" not in script for script in reader.all("script"))
    style = re.search("<style>.*?</style>", page.read_text(encoding="utf-8"), re.DOTALL)[0]
    assert not re.search(r"@import|url\(", style)


def test_the_page_can_be_heard(page):
    reader = Reader(page.read_text(encoding="utf-8"))
    assert reader.all("html") == [{"lang": "en"}]
    assert Reader(page.with_name("index.zh.html").read_text(encoding="utf-8")).all("html") == [{"lang": "zh-CN"}]
    assert [len(reader.all(tag)) for tag in ("header", "nav", "main", "footer", "h1")] == [1] * 5
    assert all(drawing["aria-label"] for drawing in reader.all("svg") if "aria-hidden" not in drawing)
    assert all(control["aria-label"] for control in reader.all("input"))
    captions = {caption["id"] for caption in reader.all("figcaption") if "id" in caption}
    assert {table["aria-labelledby"] for table in reader.all("table")} == captions
    assert {th["scope"] for th in reader.all("th")} == {"col", "row"}
    ids = [attributes["id"] for _, attributes in reader.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    inner = [a["href"][1:] for tag in ("a", "use") for a in reader.all(tag) if a["href"].startswith("#")]
    assert set(inner) <= set(ids)
    assert {"first", "second"} <= set(inner)


def test_the_page_shows_the_code_that_ran_and_where_it_stands(page):
    text = page.read_text(encoding="utf-8")
    place = re.search(r"<span>demos/test_demos\.py, from line (\d+)</span>", text)
    assert Path(__file__).read_text(encoding="utf-8").splitlines()[int(place[1]) - 1] == "def compute(options):"
    assert "def compute(options):\n    if options.missing:" in text


@pytest.mark.parametrize("name", NAMES)
def test_excerpts_are_of_a_demo_and_short(name):
    demo = runner.load(name)
    section = page_parts.Section(name, demo, "", None)
    excerpt = page_parts.SectionHtml(section, catalogue("en"), whole=False).excerpt()
    file, line = re.search(r"<span>demos/(\w+\.py), from line (\d+)</span>", excerpt).groups()
    code = unescape(re.search(r"<code[^>]*>(.*)</code>", excerpt, re.DOTALL)[1]).splitlines()
    assert len(code) <= 24
    found = (ROOT / "demos" / file).read_text(encoding="utf-8").splitlines()[int(line) - 1]
    assert found.strip() == code[0]


def test_the_other_language_is_one_link_away(page):
    for name, other in (("index.html", "index.zh.html"), ("index.zh.html", "index.html")):
        reader = Reader((page.parent / name).read_text(encoding="utf-8"))
        assert [a["href"] for a in reader.all("a") if "hreflang" in a] == [other]


def luminance(color: str) -> float:
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    low, high = sorted([luminance(a), luminance(b)])
    return (high + 0.05) / (low + 0.05)


def test_text_stands_out_from_its_ground_in_light_and_dark():
    """WCAG 2.2 asks for 4.5 (AA)."""
    css = (ROOT / "demos" / "gallery" / "page.css").read_text()
    schemes = [dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", block)) for block in re.findall(r":root \{([^}]*)\}", css)]
    assert len(schemes) == 2
    for colors in schemes:
        for text in "ink", "soft", "link":
            for ground in "paper", "ground", *(["good"] if text == "ink" else []):
                assert contrast(colors[text], colors[ground]) >= 4.5, (text, ground)
