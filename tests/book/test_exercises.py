"""The exercises: the answers on the pages are right, the chapters alone are not enough, and wrong answers are told."""

import re

import pytest

from book import __main__ as command, pages
from book.checks import CHECKS
from book.judging import judge

pytestmark = pytest.mark.usefixtures("in_english")

CHAPTERS = pages.chapters()


def answers(number):
    text = pages.page_of(number, "en").read_text(encoding="utf-8").partition("<summary>Answers</summary>")[2]
    return "\n\n\n".join(block.text for block in pages.blocks(text) if block.kind == "```py")


def verdicts(tmp_path, number, source):
    file = tmp_path / "mine.py"
    file.write_text(source, encoding="utf-8")
    return {verdict.name: verdict for verdict in judge(CHECKS[number], number, file)}


def test_every_chapter_has_exercises():
    assert list(CHECKS) == CHAPTERS


@pytest.mark.parametrize("number", CHAPTERS)
def test_the_answers_of_a_page_are_right(tmp_path, number):
    found = verdicts(tmp_path, number, answers(number))
    assert {name: str(verdict) for name, verdict in found.items() if verdict.status != "right"} == {}
    assert set(found) == set(CHECKS[number])


@pytest.mark.parametrize("number", CHAPTERS)
def test_every_exercise_is_on_its_page(number):
    text = pages.page_of(number, "en").read_text(encoding="utf-8")
    exercises = text.partition("## Exercises")[2].partition("<details>")[0]
    for name in CHECKS[number]:
        assert name.rpartition(".")[2] in exercises


@pytest.mark.parametrize("number", [1, 2, 8])
def test_an_empty_file_is_told_what_is_missing(tmp_path, number):
    found = verdicts(tmp_path, number, "")
    assert {verdict.status for verdict in found.values()} == {"missing"}


# One line of a page's answers is changed; the name that is then wrong, and words of the sentence that says so.
SLIPS = {
    1: ("(other, -1.0)", "(other, 1.0)", "Number.__sub__", "slope of x - y towards y at (3, 4) should be -1, but is 1"),
    2: ("g * y * (1 - y)", "g * y", "sigmoid", "differences say"),
    3: ("1 + sum(", "sum(", "visits", "should be"),
    4: ("_spread(g / _count(axis, shape), axis", "_spread(g, axis", "mean", "the rule of input 0 says"),
    5: ("np.add.at(out, index, g)", "out[index] = g", "take", "differences say"),
    6: ("slope, leaf.grad = leaf.grad, None", "slope = leaf.grad", "hessian", "should be"),
    7: ("1 - np.tanh(x) ** 2", "1 - y ** 2", "tanh_from_input", "the rule still reads the output"),
    8: ("self.f = f", "self.f, self.__dict__['f'] = f, [f]", "Residual", ""),
    9: ("g + weight_decay * theta", "g - weight_decay * theta", "SignSGD", "should be"),
    10: ("theta *= 1 - lr * weight_decay", "theta *= 1 - weight_decay", "Lion", "kit convicts it of"),
    11: ("elif step - best >= patience", "elif step >= patience", "best_step", "should be"),
    12: ("shape=x.shape[:2] + (1,) * (len(x.shape) - 2)", "shape=x.shape", "ChannelDropout", "not dropped together"),
    13: ("integers(0, i + 1)", "integers(0, n)", "shuffled", "came"),
    14: ("np.abs(x.array) / 8", "0", "Guilty", "acquits"),
    15: ("keep_graph=True)[x.edge()]", "keep_graph=True)[x.edge()] * 2", "grad", "should be"),
    16: ("Careful.result = Careful", "pass", "Careful", "no longer Careful"),
    17: ("manual_seed(5)", "manual_seed(6)", "train_both", "should be 0"),
}


@pytest.mark.parametrize("number", SLIPS)
def test_a_slip_is_told_in_a_sentence(tmp_path, number):
    before, after, name, words = SLIPS[number]
    source = answers(number)
    assert before in source
    verdict = verdicts(tmp_path, number, source.replace(before, after))[name]
    assert verdict.status == "wrong"
    assert words in str(verdict)
    assert "\n" not in str(verdict)


def test_a_file_that_stops_is_told_where(tmp_path):
    (verdict,) = verdicts(tmp_path, 2, "x = 1\ny = x / 0\n").values()
    assert re.search("line 2 with ZeroDivisionError", str(verdict))
    (verdict,) = verdicts(tmp_path, 2, "x = (1\n").values()
    assert "is not Python" in str(verdict)


def test_the_command_prints_the_verdicts(tmp_path, capsys):
    file = tmp_path / "mine.py"
    file.write_text(answers(2), encoding="utf-8")
    assert command.main(["check", "2", str(file)]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "right    sigmoid: every check agrees"
    file.write_text("sin = Op(np.sin, lambda g, y, x: g)", encoding="utf-8")
    assert command.main(["check", "2", str(file)]) == 1
    out = capsys.readouterr().out
    assert "missing  sigmoid" in out
    assert "wrong    sin: the rule of input 0 says" in out


def test_without_a_file_it_judges_the_readers_chapter(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "02_rules.py").write_text(answers(2), encoding="utf-8")
    assert command.main(["check", "2"]) == 0
    assert command.main(["check", "3"]) == 2
    assert "there is no file 03_order.py" in capsys.readouterr().err


def test_the_command_refuses_what_it_does_not_know(tmp_path, capsys):
    assert command.main(["check", "99", str(tmp_path)]) == 2
    assert command.main(["check", "2", str(tmp_path / "no.py")]) == 2
    assert command.main(["chekc"]) == 2
    assert "no command 'chekc'" in capsys.readouterr().err
