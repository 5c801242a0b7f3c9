"""The book's commands.

python -m book                     list the chapters
python -m book check 5 mine.py     judge your file by chapter 5's exercises
python -m book bug                 list the bugs to find; "bug 3" shows one, "bug 3 scale" judges your answer
python -m book figures [FOLDER]    draw the figures (needs the extra "demos")
python -m book weave [5]           write scripts and outputs anew from the English pages
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from .pages import blocks, chapters, page_of, weave
from .so_far import HERE


def main(arguments: Sequence[str]) -> int:
    """Run a command and return its exit status."""
    match list(arguments):
        case []:
            list_chapters()
        case ["weave", *numbers]:
            for file in sorted((HERE / "en").glob("[0-9]*.md")):
                number = int(file.name[:2])
                if not numbers or str(number) in numbers:
                    weave(number, file.stem)
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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
