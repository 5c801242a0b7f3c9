"""The command line: `python -m demos`, and each experiment as a script."""

import lab as lab  # before NumPy: it says how many threads there are
