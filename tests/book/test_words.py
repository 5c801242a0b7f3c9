"""The book's commands speak Chinese, too: every sentence has its partner, and none comes out half in English."""

import ast
import os
import re
import string
import subprocess
import sys
import tomllib

import pytest
from test_bugs import MISTAKES
from test_exercises import SLIPS, answers, verdicts

from book import __main__ as command, bugs, invariants, pages, words
from book.so_far import HERE, file_of
from minigrad.testing.weight_decay import MEANINGS

pytestmark = pytest.mark.usefixtures("in_english")

CATALOGUE = tomllib.loads((HERE / "zh" / "commands.toml").read_text(encoding="utf-8"))
MODULES = [file for file in sorted(HERE.glob("[a-z_]*.py")) if file.name != "words.py"]
TEMPLATE_AT = {"Phrase": 0, "Fault": 0, "demand": 1}  # the argument that is a template
CHINESE = r"[\u4e00-\u9fff]"


def templates():
    """Return every template in the code, with where it stands, and what stands there that is none."""
    found, others = {}, []
    for file in MODULES:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in TEMPLATE_AT:
                template, place = node.args[TEMPLATE_AT[node.func.id]], f"{file.name}:{node.lineno}"
                if isinstance(template, ast.Constant):
                    names = {keyword.arg for keyword in node.keywords}
                    found[template.value] = place, names
                else:
                    others.append((place, ast.unparse(template)))
    return found, others


TEMPLATES, OTHERS = templates()


def fields(template):
    """Return what stands in the braces of a template."""
    return sorted((name, spec, conversion) for _, name, spec, conversion in string.Formatter().parse(template) if name)


def test_a_template_is_written_where_it_is_used():
    """Others are those of a function that hands its own on, and the meanings that the kits give."""
    assert {text for _, text in OTHERS} == {"template", "words"}, OTHERS


def test_every_template_has_a_partner_and_every_partner_its_template():
    assert set(CATALOGUE) == set(TEMPLATES) | set(MEANINGS.values())


@pytest.mark.parametrize("template", CATALOGUE)
def test_partners_have_the_same_places(template):
    assert fields(CATALOGUE[template]) == fields(template)
    if template in TEMPLATES:
        place, names = TEMPLATES[template]
        assert {name for name, *_ in fields(template)} == names, place


@pytest.mark.parametrize("template", CATALOGUE)
def test_a_partner_is_chinese_and_in_gbk(template):
    if re.search("[a-z]", re.sub(r"\{.*?\}", "", template)):  # not places alone
        assert re.search(CHINESE, CATALOGUE[template])
    CATALOGUE[template].encode("gbk")


@pytest.mark.parametrize("language", pages.LANGUAGES)
def test_the_meanings_of_invariants_are_in_gbk(language):
    for meaning in invariants.DROPOUT.values():
        if "²" not in meaning.told(language):  # the variance, which the book does not ask for
            meaning.told(language).encode("gbk")


def words_in_english(text):
    """Return what is English in a Chinese line: two words in a row, but for code, and for what others reported."""
    told = re.sub(r"Error: .*|(（.*?）：).*", r"\1", text.replace("nan", ""))
    return re.findall(r"(?<![\w.(])[a-z]{2,} [a-z]{2,}(?![\w.(])", told)


@pytest.mark.parametrize("number", SLIPS)
def test_a_verdict_is_chinese_throughout(tmp_path, number):
    before, after, name, _ = SLIPS[number]
    source = answers(number)
    told = {
        "对": verdicts(tmp_path, number, source)[name],
        "不对": verdicts(tmp_path, number, source.replace(before, after))[name],
        "没写": verdicts(tmp_path, number, "")[name],
    }
    for status, verdict in told.items():
        line = verdict.told("zh")
        assert re.match(rf"{status} +{re.escape(name)}：.*{CHINESE}", line)
        assert words_in_english(line) == [], line
        line.encode("gbk", errors="strict" if status != "不对" else "replace")  # evidence has signs of its own


def test_english_within_chinese_is_noticed():
    assert words_in_english("不对     sin：the slope 应该是 1")
    assert words_in_english("不对     Lion：检查工具判定它违反了 lr（in proportion）：证据")
    assert not words_in_english("不对     sin：运行中断：TypeError: no such thing")


@pytest.mark.parametrize("number", [1, 7, 10, 11])
def test_a_bug_is_judged_in_chinese(number, capsys):
    assert command.main(["--lang", "zh", "bug", str(number)]) == 0
    assert "它违反了哪一条？" in capsys.readouterr().out
    assert command.main(["bug", str(number), MISTAKES[number], "--lang", "zh"]) == 0
    verdict = capsys.readouterr().out
    assert verdict.startswith(f"对。{MISTAKES[number]} 不成立，证据：")
    assert number < 10 or words_in_english(verdict) == []  # the kits report in English
    wrong = next(id for id in bugs.BUGS[number].invariants if id not in bugs.BUGS[number].judge(bugs.BUGS[number].code))
    assert command.main(["bug", str(number), wrong, "--lang", "zh"]) == 1
    assert capsys.readouterr().out == f"不对：{wrong} 成立，错在别处。再看看。\n"


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "zh_TW", "LC_ALL": ""}, "zh"),
    ],
)
def test_the_environment_says_the_language(monkeypatch, variables, language):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert words.language_of_the_environment() == language


@pytest.mark.parametrize(
    ("name", "language"),
    [("Chinese (Simplified)_China.936", "zh"), ("zh_CN.UTF-8", "zh"), ("English_Canada.1252", "en"), ("C", "en")],
)
def test_where_no_variable_is_set_the_system_says_it(monkeypatch, name, language):
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(words.locale, "setlocale", lambda category: name)
    assert words.language_of_the_environment() == language


def test_the_command_line_has_the_last_word(monkeypatch, capsys):
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert command.main(["--lang", "en", "check", "99"]) == command.main(["check", "99"]) == 2
    assert capsys.readouterr().err == (
        "book check: the chapters go from 1 to 17, not to 99\nbook check：书里只有第 1 章到第 17 章，没有第 99 章\n"
    )
    with pytest.raises(SystemExit, match="2"):
        command.main(["--lang", "fr"])


def test_chapters_are_listed_by_their_titles_with_the_scripts_below_each_other(capsys):
    columns = set()
    for language in pages.LANGUAGES:
        assert command.main(["--lang", language]) == 0
        lines = capsys.readouterr().out.splitlines()
        for number, line in zip(pages.chapters(), lines, strict=True):
            title, _, script = line.rpartition(" book/")
            assert title.rstrip() == pages.blocks(pages.page_of(number, language).read_text("utf-8"))[0].text[2:]
            assert script == file_of(number).name
            columns.add(len(title.encode("gbk")))  # two bytes for a Chinese sign, as it takes two columns
    assert columns == {60}


def test_the_help_lists_every_command_in_both_languages(capsys):
    for language in pages.LANGUAGES:
        assert command.main(["help", "--lang", language]) == 0
        lines = capsys.readouterr().out.splitlines()
        for line, (name, meaning) in zip(lines, command.COMMANDS.items(), strict=True):
            assert line.split("  ")[0].strip() == f"python -m book {name}".strip()
            assert line.endswith(meaning.told(language))


def test_a_console_of_gbk_shows_chinese(tmp_path):
    (tmp_path / "mine.py").write_text("sin = Op(np.sin, lambda g, y, x: g)", encoding="utf-8")
    line = [sys.executable, "-m", "book", "--lang", "zh", "check", "2", str(tmp_path / "mine.py")]
    done = subprocess.run(line, capture_output=True, cwd=HERE.parent, env=os.environ | {"PYTHONIOENCODING": "gbk"})
    assert (done.returncode, done.stderr) == (1, b"")
    missing, wrong = done.stdout.decode("gbk").splitlines()
    assert missing == "没写     sigmoid：请在 mine.py 里定义 sigmoid"
    assert wrong.startswith("不对     sin：输入 0 的规则，在")
