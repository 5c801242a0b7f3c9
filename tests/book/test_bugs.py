"""Find the bug: the right ones are acquitted, every wrong one is convicted of its own mistake."""

import pytest

from book import __main__ as command, bugs

pytestmark = pytest.mark.usefixtures("in_english")

MISTAKES = {
    1: "scale", 2: "gradient", 3: "eval", 4: "fresh", 5: "scale", 6: "linear",
    7: "sign", 8: "no_gradient", 9: "lr", 10: "gradcheck", 11: "finite",
}  # fmt: skip


def test_what_is_right_is_acquitted():
    assert bugs.judge_dropout(bugs.RightDropout) == {}
    assert bugs.judge_optimizer(bugs.RightSGD) == {}


@pytest.mark.parametrize("number", bugs.BUGS)
def test_a_bug_is_convicted_of_its_own_mistake(number, capsys):
    assert command.main(["bug", str(number), MISTAKES[number]]) == 0
    assert capsys.readouterr().out.startswith("Yes.")


@pytest.mark.parametrize("number", [1, 7, 11])
def test_a_wrong_answer_is_refused(number):
    bug = bugs.BUGS[number]
    broken = bug.judge(bug.code)
    answer = next(id for id in bug.invariants if id not in broken)
    is_right, sentence = bugs.verdict_on(number, answer)
    assert not is_right
    assert str(sentence) == f"No: {answer} holds. Something else is broken; look again."


def test_a_bug_is_shown_without_its_mistake(capsys):
    for number in bugs.BUGS:
        assert command.main(["bug", str(number)]) == 0
        shown = capsys.readouterr().out
        assert f"{bugs.BUGS[number].code.__name__}" in shown
        assert "What does it break?" in shown


def test_the_command_refuses_what_it_does_not_know(capsys):
    assert command.main(["bug", "99"]) == 2
    assert command.main(["bug", "1", "beauty"]) == 2
    assert "'beauty' is none of" in capsys.readouterr().err
    assert command.main(["bug"]) == 0
