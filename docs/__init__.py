"""The site: pages in English and Chinese, the book, and the reference that the docstrings make.

    python -m docs                   builds out/docs/index.html, which opens from disk
    python -m docs.notebooks         builds out/notebooks/ from the book and the experiments

A page is docs/en/NAME.md, and docs/zh/NAME.md in Chinese. Both have the same code blocks, byte for byte; ```python is
run by the tests, ```text after it is what it prints, ```console is what a reader types. A page that has no Chinese
version is shown in English, under a line that says so.
"""
