"""How often is a right dropout called broken? Full runs of the kit on right dropouts, each with seeds of its own.

python benchmarks/false_alarms.py            1,000 runs; at a false-alarm rate of 1e-9 none may alarm
python benchmarks/false_alarms.py --false-alarm 0.5   how much of a generous rate is used up
"""

from __future__ import annotations

import argparse

from minigrad.testing.dropout import MinigradDropout, check_dropout


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--false-alarm", type=float, default=1e-9)
    options = parser.parse_args()
    try:
        from tqdm import tqdm
    except ModuleNotFoundError:
        raise SystemExit("false_alarms.py needs tqdm: pip install 'minigrad-nn[demos]'") from None
    adapters = [MinigradDropout(), MinigradDropout(engine="fast")]
    alarms = []
    for seed in tqdm(range(options.first_seed, options.first_seed + options.runs), unit="run"):
        adapter = adapters[seed % len(adapters)]
        report = check_dropout(adapter, seed=seed, false_alarm=options.false_alarm)
        alarms += [(seed, str(adapter), id, report[id].evidence) for id in report.broken]
    runs_with_alarm = len({seed for seed, *_ in alarms})
    print(f"{runs_with_alarm} of {options.runs} runs with an alarm, at a false-alarm rate of {options.false_alarm:g}")
    for alarm in alarms:
        print(*alarm, sep=": ")


if __name__ == "__main__":
    main()
