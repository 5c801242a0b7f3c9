"""The command line of the gallery: ``python -m demos [NAME | all] [options]``."""

import signal
import sys

try:
    from .house import runner
except ImportError as error:
    if error.name in {"matplotlib", "tqdm", "PIL"}:
        sys.exit("The demos need matplotlib and tqdm: pip install 'minigrad-nn[demos]'")
    raise


def main() -> int:
    """Run the command line and return the exit status."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whoever asks it to end, it ends as with Ctrl-C
    return runner.main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
