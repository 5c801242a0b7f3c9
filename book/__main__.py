"""The book's commands: `python -m book help` lists them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from minigrad.testing.command import run, show

from .checks import CHECKS
from .judging import judge
from .pages import LANGUAGES, blocks, chapters, page_of, weave
from .so_far import HERE, file_of
from .words import Phrase, complain, language_of_the_environment, padded, tell

COMMANDS = {
    "": Phrase("list the chapters"),
    "check 5 mine.py": Phrase("judge your file by chapter 5's exercises; without a file, your 05_tensor.py here"),
    "bug": Phrase("list the bugs to find"),
    "bug 3": Phrase("show a bug"),
    "bug 3 scale": Phrase("judge your answer: the name of the invariant that it breaks"),
    "figures [FOLDER]": Phrase('draw the figures (needs the extra "demos")'),
    "weave [5]": Phrase("write scripts and outputs anew from the English pages"),
    "--lang zh ...": Phrase("answer in Chinese; so it does by itself where LC_ALL, LC_MESSAGES or LANG says zh"),
}


def main(arguments: Sequence[str]) -> int:
    """Run a command and return its exit status."""
    option = argparse.ArgumentParser("python -m book", add_help=False, allow_abbrev=False)
    option.add_argument("--lang", choices=LANGUAGES, default=language_of_the_environment())
    options, words = option.parse_known_args(arguments)
    return run_command(words, options.lang)


def run_command(words: list[str], language: str) -> int:
    """Run a command in a language and return its exit status."""
    match words:
        case []:
            list_chapters(language)
        case ["check", number, *file] if number.isdecimal() and len(file) < 2:
            return check(language, int(number), *map(Path, file))
        case ["bug"]:
            list_bugs(language)
        case ["bug", number, *answer] if number.isdecimal() and len(answer) < 2:
            return find_bug(language, int(number), *answer)
        case ["weave", *numbers]:
            for file in sorted((HERE / "en").glob("[0-9]*.md")):
                number = int(file.name[:2])
                if not numbers or str(number) in numbers:
                    weave(number, file.stem)
        case ["figures", *folder] if len(folder) < 2:
            return draw_figures(language, folder)
        case ["help" | "--help" | "-h"]:
            show(usage(language))
        case _:
            complain(Phrase("book: no command {words!r}", words=" ".join(words)), language)
            print(usage(language), file=sys.stderr)
            return 2
    return 0


def usage(language: str) -> str:
    """Return the list of all commands."""
    lines = [f"{f'python -m book {words}':33} {meaning.told(language)}" for words, meaning in COMMANDS.items()]
    return "\n".join(lines)


def list_chapters(language: str) -> None:
    """Print the chapters' titles and scripts."""
    for number in chapters():
        page = page_of(number, language)
        title = blocks(page.read_text(encoding="utf-8"))[0].text[2:]
        show(f"{padded(title, 60)} book/{page.stem}.py")


def check(language: str, number: int, file: Path | None = None) -> int:
    """Judge a file by a chapter's exercises and print a sentence for each; return 0 if all are right."""
    if number not in CHECKS:
        known = Phrase("book check: the chapters go from 1 to {last}, not to {number}", last=max(CHECKS), number=number)
        return complain(known, language)
    file = Path(file_of(number).name) if file is None else file
    if not file.is_file():
        return complain(Phrase("book check: there is no file {file}", file=file), language)
    verdicts = list(judge(CHECKS[number], number, file))
    for verdict in verdicts:
        show(verdict.told(language))
    return 0 if all(verdict.status == "right" for verdict in verdicts) else 1


def list_bugs(language: str) -> None:
    """Print the bugs to find."""
    from .bugs import BUGS

    for number, bug in BUGS.items():
        show(f"{number:3}  {bug.kind.told(language)}")
    show("")
    tell(Phrase("Show one with `python -m book bug 3`; then name the invariant that it breaks."), language)


def find_bug(language: str, number: int, answer: str | None = None) -> int:
    """Show a bug, or judge an answer; return 0 if it is right."""
    from .bugs import BUGS, verdict_on

    if number not in BUGS:
        known = Phrase("book bug: the bugs go from 1 to {last}, not to {number}", last=max(BUGS), number=number)
        return complain(known, language)
    bug = BUGS[number]
    if answer is None:
        show(bug.source())
        tell(Phrase("What does it break? Answer with one of these names:"), language)
        for id, meaning in bug.invariants.items():
            show(f"  {id:14} {meaning.told(language)}")
        return 0
    if answer not in bug.invariants:
        names = ", ".join(bug.invariants)
        return complain(Phrase("book bug: {answer!r} is none of {names}", answer=answer, names=names), language)
    right, sentence = verdict_on(number, answer)
    tell(sentence, language)
    return 0 if right else 1


def draw_figures(language: str, folder: list[str]) -> int:
    """Draw the figures into a folder, or into the book's own, and print the files."""
    try:
        from .figures import draw_all
    except ModuleNotFoundError as error:
        needed = Phrase("book figures needs {package}: pip install 'minigrad-nn[demos]'", package=error.name)
        return complain(needed, language)
    for file in draw_all(*map(Path, folder)):
        print(file)
    return 0


if __name__ == "__main__":
    sys.exit(run(lambda: main(sys.argv[1:])))
