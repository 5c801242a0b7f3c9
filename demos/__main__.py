"""The command line of the gallery: ``python -m demos [NAME | all | playground] [options]``."""

import signal
import sys


def main(arguments: list[str]) -> int:
    """Build the playground, which needs NumPy alone; or run experiments."""
    if arguments[:1] == ["playground"]:
        from .playground import command

        return command.main(arguments[1:])
    try:
        from .house import runner
    except ImportError as error:
        if error.name in {"matplotlib", "tqdm", "PIL"}:
            sys.exit("The demos need matplotlib and tqdm: pip install 'minigrad-nn[demos]'")
        raise
    return runner.main(arguments)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whoever asks it to end, it ends as with Ctrl-C
    sys.exit(main(sys.argv[1:]))
