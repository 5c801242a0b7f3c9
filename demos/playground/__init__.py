"""The playground: minigrad itself, running in the reader's browser.

    python -m demos playground              builds it in out/playground, a folder that any web host can serve
    python -m demos playground --serve      serves it on this machine, and opens the browser

Python computes in a Web Worker, by Pyodide; JavaScript draws. Where to start reading: `lab`, the Python that runs in
the Worker; `site/js/worker.js`, which loads it; `site/js/main.js`, the page; `build`, which puts the folder together.
All words that a reader sees stand in `demos/texts`, one catalogue for each language.
"""
