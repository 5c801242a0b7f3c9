"""The command line of the gallery: ``python -m demos [NAME | all] [options]``."""

import sys

try:
    from .house import runner
except ImportError as error:
    if error.name in {"matplotlib", "tqdm", "PIL"}:
        sys.exit("The demos need matplotlib and tqdm: pip install 'minigrad-nn[demos]'")
    raise

if __name__ == "__main__":
    sys.exit(runner.main(sys.argv[1:]))
