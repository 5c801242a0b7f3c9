"""Measure, print tables, and write docs/benchmarks.md with its figure.

python -m benchmarks                 all of it, in about twenty minutes
python -m benchmarks --quick         the same roughly, in about one and a half
python -m benchmarks steps parts     some of it; the page is left as it was
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from . import experiments, growth, many, parts, report, sizes, steps
from .harness import Settings, machine

SUBJECTS = {"steps": steps, "parts": parts, "growth": growth, "sizes": sizes, "many": many, "experiments": experiments}
DOCS = Path(__file__).parent.parent / "docs"


def main() -> None:
    arguments = parsed()
    settings = Settings.quick() if arguments.quick else Settings()
    if arguments.wall:
        settings.clock = time.perf_counter
    lines = [*machine(), how(settings)]
    print("\n".join(lines), end="\n\n")
    results, tables = {}, []
    for name in arguments.subjects or SUBJECTS:
        results[name] = SUBJECTS[name].measure(settings)
        for table in SUBJECTS[name].tables(results[name]):
            print(report.plain(table), flush=True)
            tables.append(table)
    if not arguments.subjects:
        write(results, lines, tables)


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("subjects", nargs="*", choices=[*SUBJECTS, []], metavar="|".join(SUBJECTS))
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds")
    parser.add_argument("--wall", action="store_true", help="take the time on the wall, not the processor's")
    return parser.parse_args()


def how(settings: Settings) -> str:
    clock = "wall" if settings.clock is time.perf_counter else "processor"
    return (
        f"float32, one thread, {clock} time; medians of {settings.rounds} rounds in which all take turns, for at least "
        f"{settings.slice * 1e3:g} ms each. Of a ratio: the median over the rounds, and the quartiles."
    )


def write(results: dict[str, Any], lines: list[str], tables: list[Any]) -> None:
    """Write the page, and the figure if it can be drawn."""
    figure = DOCS / "benchmarks.svg"
    name = figure.name if report.draw(results, figure) else None
    *about, method = lines
    (DOCS / "benchmarks.md").write_text(report.page(results, about, method, tables, name))


if __name__ == "__main__":
    main()
