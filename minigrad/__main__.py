"""The command: python -m minigrad script.py."""

import sys

from .run.command import main

if __name__ == "__main__":
    sys.exit(main())
