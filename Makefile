# make demo    install into .venv and run the main demo: pictures and a page in out/
# make gallery install into .venv, run every experiment and build out/index.html
# make test    install into .venv and run the test suite
# make bench   install into .venv, time training steps beside other frameworks, and write docs/benchmarks.md
# make docs    install into .venv and build the site: out/docs/index.html
# make notebooks    install into .venv and write the book and the demos as notebooks: out/notebooks/
# make lint    check style, types and the direction of imports
# make check   lint, and the tests that answer within half a minute
# EXTRAS=parity make test    compare with PyTorch, too
# EXTRAS=browser make test   look at the pages in Chromium, too

PYTHON ?= python3
VENV := .venv
EXTRAS ?=
QUICK := tests/core tests/autograd/test_engine.py tests/dropout/test_dropout.py tests/nn/test_nn.py
comma := ,

.PHONY: demo gallery test check bench docs notebooks lint clean

demo: $(VENV)/installed-demos
	$(VENV)/bin/python -m demos dropout_overfitting

gallery: $(VENV)/installed-demos
	$(VENV)/bin/python -m demos all

test: $(VENV)/installed-demos,test$(if $(EXTRAS),$(comma)$(EXTRAS))
	$(VENV)/bin/python -m pytest -n auto

bench: $(VENV)/installed-bench
	$(VENV)/bin/python -m benchmarks

docs: $(VENV)/installed-demos,docs
	$(VENV)/bin/python -m docs

notebooks: $(VENV)/installed-demos,notebooks
	$(VENV)/bin/python -m docs.notebooks

lint: $(VENV)/installed-lint,test
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

check: lint
	$(VENV)/bin/python -m pytest -n auto $(QUICK)

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("minigrad needs Python 3.11 or later" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

# One stamp for each set of extras, older than pyproject.toml when it must be installed again.
$(VENV)/installed-%: pyproject.toml $(VENV)/bin/python
	$(VENV)/bin/python -m pip install --quiet --editable '.[$*]'
	@touch '$@'

clean:
	rm -rf $(VENV) out build *.egg-info .pytest_cache .hypothesis .mypy_cache .ruff_cache
