"""Count PyTorch's own samples that minigrad answers alike, and say where it does not.

    python tests/parity/parity_table.py > docs/parity.md                  the table of everything
    python tests/parity/parity_table.py --ops add,gelu,nn.Linear,SGD      the differences of some names
    python tests/parity/parity_table.py --missing                         the promised names that are not there
"""

from __future__ import annotations

import argparse
import re
import traceback
from collections import Counter
from typing import Any

import catalog
import samples
import surface
import torch
from known_differences import ABSENT, OUT_OF_SCOPE
from samples import Tally

# ---- the whole table -------------------------------------------------------------------------------------------------

INTRODUCTION = """# PyTorch's own samples, answered by minigrad

Written by `python tests/parity/parity_table.py > docs/parity.md` with PyTorch {torch}.

PyTorch tests every operator, module and optimizer on samples: arguments of many dtypes and shapes, size 0 and no
dimensions among them, contiguous or not, and calls that must fail. Here both frameworks get the same ones. A sample is
equal if everything is: values within rounding, dtypes, shapes, what requires grad, the gradients of a random weighted
sum of the results, what shares memory with what, and the arguments after the call. An *other form* is a method, a
method in place, or a Python operator. A name is

- **same** if all its samples are equal and all its errors are raised,
- **different on purpose** if a few are not, and then the last column says how,
- **absent** if minigrad does not have it; these are listed at the end.
"""


def print_everything() -> None:
    """Print the page."""
    groups = {
        "Operators": catalog.in_scope(catalog.OPERATORS),
        "Modules": catalog.in_scope(catalog.MODULES),
        "Optimizers": catalog.in_scope(catalog.OPTIMIZERS),
    }
    tallies = {name: catalog.measure(name) for names in groups.values() for name in names if catalog.present(name)}
    print(INTRODUCTION.format(torch=torch.__version__.partition("+")[0]))
    print_totals(groups, tallies)
    for group, names in groups.items():
        print_group(group, {name: tallies[name] for name in names if name in tallies})
    print_without_samples({name for names in groups.values() for name in names})
    print_absent([name for names in groups.values() for name in names if name not in tallies])
    print_left_out(total(list(tallies.values())))


def print_totals(groups: dict[str, list[str]], tallies: dict[str, Tally]) -> None:
    everything = total(list(tallies.values()))
    print("| | equal | of | |\n|---|---:|---:|---:|")
    print_share("promised names present", len(surface.names()) - len(surface.missing()), len(surface.names()))
    for group, names in groups.items():
        print_share(f"{group.lower()} in scope present", len([n for n in names if n in tallies]), len(names))
    for kind, number in everything.total.items():
        print_share(f"{kind} samples", everything.equal[kind], number)
    print_share("errors raised", everything.raised, everything.must_raise)
    print_share("errors raised of the same type", everything.of_same_type, everything.must_raise)


def print_share(what: str, part: int, whole: int) -> None:
    print(f"| {what} | {part} | {whole} | {100 * part / whole:.1f}% |")


def print_group(group: str, tallies: dict[str, Tally]) -> None:
    """Print a row for each name that is present."""
    print(f"\n## {group}\n\n| name | verdict | samples equal | other forms | errors raised | how |")
    print("|---|---|---|---|---|---|")
    for name, tally in tallies.items():
        kind, *others = tally.total or ["function"]
        cells = [share(tally, [kind]), share(tally, others), ratio(tally.raised, tally.must_raise)]
        print(f"| `{name}` | {verdict(name, tally)} | {' | '.join(cells)} | {how(name)} |")


def verdict(name: str, tally: Tally) -> str:
    """Return the verdict that the tests hold the name to, unless it does not keep to it."""
    return "**differs**" if catalog.unexplained(name, tally.differences) else catalog.verdict(name)


def how(name: str) -> str:
    """Return how a name differs on purpose."""
    return " ".join(entry.why for entry in catalog.known(name))


def share(tally: Tally, kinds: list[str]) -> str:
    return ratio(sum(tally.equal[kind] for kind in kinds), sum(tally.total[kind] for kind in kinds))


def ratio(part: int, whole: int) -> str:
    return f"{part} of {whole}" if whole else ""


def print_without_samples(measured: set[str]) -> None:
    """List the promised names that PyTorch has no samples for."""
    print("\n## Promised, without samples of PyTorch's own\n")
    print("The other tests of this suite speak for these.\n")
    for chapter, words in surface.NAMES.items():
        present = [name for name in words.split() if surface.exists(name)]
        if names := [name for name in present if name.removeprefix("Tensor.") not in measured]:
            print(f"- {chapter}: {quoted(names)}")
    if surface.missing():
        print(f"- **absent**: {quoted(surface.missing())}")


def print_absent(absent: list[str]) -> None:
    """List what minigrad does not have, by its reason."""
    print("\n## Absent\n")
    for why, words in ABSENT.items():
        print(f"- {why}: {quoted([name for name in absent if name in words.split()])}")
    if unlisted := [name for name in absent if name not in catalog.listed_absent()]:
        print(f"- **not yet**: {quoted(unlisted)}")
    print("\nOut of scope, and not counted above:\n")
    every = [*catalog.OPERATORS, *catalog.MODULES, *catalog.OPTIMIZERS]
    for why in OUT_OF_SCOPE:
        number = sum(catalog.out_of_scope(name) == why and not catalog.present(name) for name in every)
        print(f"- {why}: {number} names")


def print_left_out(everything: Tally) -> None:
    """Say which samples of the names that are present were not compared."""
    print("\n## Samples left out, by what they need\n")
    for reason, number in everything.left_out.most_common():
        print(f"- {reason}: {number}")


def quoted(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def total(tallies: list[Tally]) -> Tally:
    """Return the sum of tallies."""
    result = Tally()
    for tally in tallies:
        result.add(tally)
    return result


# ---- a work list -----------------------------------------------------------------------------------------------------


def print_work_list(names: list[str], show: int, **how: Any) -> None:
    """Print a line for each name, and its first few differences."""
    for name in names:
        if not catalog.present(name):
            print(f"{name:30} absent")
            continue
        try:
            tally = catalog.measure(name, **how)
        except Exception:  # the others are still of interest
            print(f"{name:30} crashed: {traceback.format_exc(limit=-2)}")
            continue
        counts = [f"{tally.equal[kind]}/{tally.total[kind]} {kind}" for kind in tally.total]
        errors = f"{tally.raised}/{tally.must_raise} errors ({tally.of_same_type} of the same type)"
        print(f"{name:30} {', '.join([*counts, errors])} {dict(tally.left_out) or ''}")
        for number, said in list(grouped(catalog.unexplained(name, tally.differences)))[:show]:
            print(f"    {number}× {said}"[:300])


def grouped(differences: list[str]) -> list[tuple[int, str]]:
    """Return the first of each kind of difference, those that read alike but for numbers and sizes, and how many."""
    kinds = [re.sub(r"\[.*?\]|\d+", "", re.sub(r"\(.*\):", "", said)) for said in differences]
    kinds = [re.sub(r"float|uint|int|bool", "", kind) for kind in kinds]
    numbers = Counter(kinds)
    return [(numbers[kind], differences[kinds.index(kind)]) for kind in numbers]


def resolved(words: list[str]) -> list[str]:
    """Return full names: `gelu` may stand for `nn.functional.gelu`, `SGD` for `optim.SGD`."""
    every = {*catalog.OPERATORS, *catalog.MODULES, *catalog.OPTIMIZERS}
    return [
        next((full for prefix in ("", "nn.functional.", "nn.", "optim.") if (full := prefix + word) in every), word)
        for word in words
    ]


# ---- the command line ------------------------------------------------------------------------------------------------


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ops", help="names with commas between; `all` for every name that is present")
    parser.add_argument("--missing", action="store_true", help="list the promised names that are not there")
    parser.add_argument("--show", type=int, default=4, help="differences to print of each name")
    parser.add_argument("--dtypes", default=",".join(samples.DTYPES))
    parser.add_argument("--most", type=int, help="samples of each dtype")
    parser.add_argument("--function", action="store_true", help="functions only, no methods and operators")
    parser.add_argument("--reference", action="store_true", help="PyTorch's larger set of samples")
    options = parser.parse_args()
    if options.missing:
        print("\n".join(surface.missing()))
    elif options.ops:
        every = [n for n in [*catalog.OPERATORS, *catalog.MODULES, *catalog.OPTIMIZERS] if catalog.present(n)]
        print_work_list(
            every if options.ops == "all" else resolved(options.ops.split(",")),
            options.show,
            dtypes=tuple(options.dtypes.split(",")),
            most=options.most,
            reference=options.reference,
            functions_only=options.function,
        )
    else:
        print_everything()


if __name__ == "__main__":
    main()
