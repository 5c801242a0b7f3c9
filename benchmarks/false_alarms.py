"""Count how often a right dropout is called broken, and a wrong one judged otherwise than declared, in full runs.

python benchmarks/false_alarms.py                     1,000 runs; at a false-alarm rate of 1e-9 none may alarm
python benchmarks/false_alarms.py --false-alarm 0.5   how much of a generous rate is used up
python benchmarks/false_alarms.py --zoo --runs 3      the zoo, each mutant with three seeds
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from minigrad import nn
from minigrad.testing.dropout import MinigradDropout, TorchDropout, check_dropout


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--false-alarm", type=float, default=1e-9)
    parser.add_argument("--zoo", action="store_true", help="wrong dropouts instead of right ones")
    options = parser.parse_args()
    try:
        from tqdm import tqdm
    except ModuleNotFoundError:
        raise SystemExit("false_alarms.py needs tqdm: pip install 'minigrad-nn[demos]'") from None
    seeds = range(options.first_seed, options.first_seed + options.runs)
    if options.zoo:
        misjudged, runs = list(_misjudged(tqdm, seeds)), "mutants judged otherwise than declared"
    else:
        misjudged = list(_alarms(tqdm(seeds, unit="run"), options.false_alarm))
        runs = f"of {options.runs} runs with an alarm, at a false-alarm rate of {options.false_alarm:g}"
    print(f"{len({line[:2] for line in misjudged})} {runs}")
    for line in misjudged:
        print(*line, sep=": ")


def _right() -> list[Any]:
    """Return right dropouts of elements and channels, PyTorch's among them where it is installed."""
    subjects = [MinigradDropout(), MinigradDropout(engine="fast"), MinigradDropout(nn.Dropout2d)]
    try:
        import torch
    except ModuleNotFoundError:
        return subjects
    torch.set_num_threads(1)
    return [*subjects, TorchDropout(), TorchDropout(torch.nn.Dropout1d)]


def _alarms(seeds: Any, false_alarm: float) -> Iterator[tuple[Any, ...]]:
    subjects = _right()
    for seed in seeds:
        subject = subjects[seed % len(subjects)]
        report = check_dropout(subject, seed=seed, false_alarm=false_alarm)
        for id in report.broken:
            yield seed, str(subject), id, report[id].evidence


def _misjudged(tqdm: Any, seeds: range) -> Iterator[tuple[Any, ...]]:
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))
    from dropout_zoo import CHANNEL_ZOO, ZOO, PlainAdapter

    mutants = [(mutant, "element") for mutant in ZOO] + [(mutant, "channel") for mutant in CHANNEL_ZOO]
    for mutant, kind in tqdm(mutants, unit="mutant"):
        blamed, follows = (ZOO if kind == "element" else CHANNEL_ZOO)[mutant]
        for seed in seeds:
            broken = set(check_dropout(PlainAdapter(mutant), kind=kind, seed=seed).broken)
            if not blamed <= broken <= blamed | follows:
                yield mutant.__name__, seed, f"declared {sorted(blamed)}, judged {sorted(broken)}"


if __name__ == "__main__":
    main()
