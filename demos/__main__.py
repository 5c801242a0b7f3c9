"""The command line of the gallery: ``python -m demos [NAME | all | playground] [options]``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # where scripts look for modules, too

from command.console import run


def main() -> int:
    if sys.argv[1:2] == ["playground"]:  # which needs NumPy alone
        from playground import command as playground

        return playground.main(sys.argv[2:])
    from command import runner

    return runner.main(sys.argv[1:])


if __name__ == "__main__":
    run(main)
