"""The book's commands.

python -m book                     list the chapters
python -m book check 5 mine.py     judge your file by chapter 5's exercises; without a file, your 05_tensor.py here
python -m book bug                 list the bugs to find; "bug 3" shows one, "bug 3 scale" judges your answer
python -m book figures [FOLDER]    draw the figures (needs the extra "demos")
python -m book weave [5]           write scripts and outputs anew from the English pages
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from minigrad.testing.command import show

from .checks import CHECKS
from .judging import judge
from .pages import blocks, chapters, page_of, weave
from .so_far import HERE, file_of


def main(arguments: Sequence[str]) -> int:
    """Run a command and return its exit status."""
    match list(arguments):
        case []:
            list_chapters()
        case ["check", number, *file] if number.isdecimal() and len(file) < 2:
            return check(int(number), *map(Path, file))
        case ["bug"]:
            list_bugs()
        case ["bug", number, *answer] if number.isdecimal() and len(answer) < 2:
            return find_bug(int(number), *answer)
        case ["weave", *numbers]:
            for file in sorted((HERE / "en").glob("[0-9]*.md")):
                number = int(file.name[:2])
                if not numbers or str(number) in numbers:
                    weave(number, file.stem)
        case ["figures", *folder] if len(folder) < 2:
            return draw_figures(folder)
        case ["help" | "--help" | "-h"]:
            print(__doc__)
        case _:
            print(f"book: no command {' '.join(arguments)!r}\n{__doc__}", file=sys.stderr)
            return 2
    return 0


def list_chapters() -> None:
    """Print the chapters' titles and scripts."""
    for number in chapters():
        page = page_of(number, "en")
        print(f"{blocks(page.read_text(encoding='utf-8'))[0].text[2:]:60} book/{page.stem}.py")


def check(number: int, file: Path | None = None) -> int:
    """Judge a file by a chapter's exercises and print a sentence for each; return 0 if all are right."""
    if number not in CHECKS:
        print(f"book check: the chapters go from 1 to {max(CHECKS)}, not to {number}", file=sys.stderr)
        return 2
    file = Path(file_of(number).name) if file is None else file
    if not file.is_file():
        print(f"book check: there is no file {file}", file=sys.stderr)
        return 2
    verdicts = list(judge(CHECKS[number], number, file))
    for verdict in verdicts:
        show(str(verdict))
    return 0 if all(verdict.status == "right" for verdict in verdicts) else 1


def list_bugs() -> None:
    """Print the bugs to find, and what the names of invariants mean."""
    from .bugs import BUGS

    for number, bug in BUGS.items():
        print(f"{number:3}  {bug.code.__name__.rstrip('0123456789').lower()}")
    print("\nShow one with `python -m book bug 3`; answer with the name of the invariant that it breaks.")


def find_bug(number: int, answer: str | None = None) -> int:
    """Show a bug, or judge an answer; return 0 if it is right."""
    from .bugs import BUGS, verdict_on

    if number not in BUGS:
        print(f"book bug: the bugs go from 1 to {max(BUGS)}, not to {number}", file=sys.stderr)
        return 2
    bug = BUGS[number]
    if answer is None:
        show(f"{bug.source()}\nWhat does it break? One of: {', '.join(bug.ids)}")
        return 0
    if answer not in bug.ids:
        print(f"book bug: {answer!r} is none of {', '.join(bug.ids)}", file=sys.stderr)
        return 2
    right, sentence = verdict_on(number, answer)
    show(sentence)
    return 0 if right else 1


def draw_figures(folder: list[str]) -> int:
    """Draw the figures into a folder, or into the book's own, and print the files."""
    try:
        from .figures import draw_all
    except ModuleNotFoundError as error:
        print(f"book figures needs {error.name}: pip install 'minigrad-nn[demos]'", file=sys.stderr)
        return 2
    for file in draw_all(*map(Path, folder)):
        print(file)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
