r"""The gallery: experiments with overfitting and its cures, each a script to be read from top to bottom.

    python -m demos                  lists them
    python -m demos two_modes        runs one: its numbers, its pictures and its page, in out/
    python -m demos all              runs every one and builds out/index.html

An experiment is one module of this package. What it must bring is a `DEMO`, which says what is asked and where the
question comes from, and two functions: `compute(options)` returns numbers, `present(results, options)` turns them into
an `Exhibit` of claims, pictures and tables. The house does the rest: options, progress, files, the page.

    DEMO = Demo(
        order=2,                                             # its place in the gallery
        title="Two modes",
        question="What does dropout do in training, and what in evaluation?",
        formula=r"y = \frac{ξ}{1 - p} x",                   # LaTeX's notation, a small part of it
        source="Zhang Xian, PyTorch notes, lesson 6.1",
        references=[Reference("torch.nn.Dropout", "https://pytorch.org/docs/stable/generated/torch.nn.Dropout.html")],
        options=[Option("--draws", at_least(2), 1000, "training passes", quick=100)],
        code=[draw_sums],                                    # what the page shows of the source
        compute=compute,
        present=present,
    )

The rules of the house:

- A claim is a sentence whose numbers are formatted from the results; `statistics.verdict` keeps it from saying more
  than its interval does.
- A picture's title says what it shows, its alt text gives the numbers. One figure shows one thing, so that it can be
  read on a phone: `style.canvas()` makes it; `style.LINES` are styles that differ in colour, dashes and marker.
- `compute` starts with `mg.manual_seed(options.seed)`, and prints nothing; `training.progress` shows long loops,
  `training.spread` runs a function over seeds in two processes.
- What cannot be run (no data, no answer) raises `Unavailable` with one sentence.
- Optional packages are imported where they are used.
"""

import os

# Before NumPy starts: small matrices gain nothing from a second thread, and processes would fight for the cores.
for _variable in "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS":
    os.environ.setdefault(_variable, "1")
