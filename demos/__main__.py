"""The command line of the gallery: ``python -m demos [NAME | all] [options]``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # where scripts look for modules, too

from command.console import run


def main() -> int:
    from command import runner

    return runner.main(sys.argv[1:])


if __name__ == "__main__":
    run(main)
