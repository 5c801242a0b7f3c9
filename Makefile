# make demo    install into .venv and run the main demo: pictures and a page in out/
# make gallery install into .venv, run every experiment and build out/index.html
# make playground  install into .venv, build the playground in out/playground, serve it and open the browser
# make test    install into .venv and run the test suite, but for what takes long; make test ALL=1 runs the whole
# make bench   install into .venv, time training steps beside other frameworks, and write docs/benchmarks.md
# make docs    install into .venv and build the site: out/docs/index.html
# make notebooks    install into .venv and write the book and the demos as notebooks: out/notebooks/
# make lint    check style, types and the direction of imports
# make check   lint, and the quick tests, which answer within half a minute
# make quick   install into .venv and run the quick tests
# make versions    run the quick tests under every Python on the PATH
# make optimized   run the tests of the heart, of dropout and of a kit under python -O, which leaves out assert statements
# make lowest  run the quick tests, strategies and experiments with the lowest versions allowed; minigrad is not installed
# make sdist   build what strangers download, unpack it, and make there what CHECK names: the quick tests
# EXTRAS=parity make test    compare with PyTorch, too
# EXTRAS=browser make test   look at the pages in Chromium, too

PYTHON ?= python3
VENV := .venv
EXTRAS ?=
ALL ?=
PYODIDE ?=
QUICK := tests/core tests/autograd/test_engine.py tests/dropout/test_dropout.py tests/nn/test_nn.py
OPTIMIZED := tests/core tests/dropout tests/testing/test_assert_close.py tests/testing/test_weight_decay_contract.py
LOWEST := tests/testing/test_strategies.py tests/demos/test_demos_theory.py
SDIST := build/sdist
CHECK ?= quick
comma := ,

.PHONY: demo gallery playground test quick check versions optimized lowest sdist bench docs notebooks lint clean

demo: $(VENV)/installed-demos
	$(VENV)/bin/python -m demos dropout_overfitting

gallery: $(VENV)/installed-demos
	$(VENV)/bin/python -m demos all

playground: $(VENV)/installed-demos
	$(VENV)/bin/python -m demos playground --serve $(if $(PYODIDE),--pyodide $(PYODIDE))

test: $(VENV)/installed-demos,test$(if $(EXTRAS),$(comma)$(EXTRAS))
	$(VENV)/bin/python -m pytest -n auto --dist worksteal $(if $(ALL),,-m "not slow")

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

check: lint quick

quick: $(VENV)/installed-test
	$(VENV)/bin/python -m pytest -n auto $(QUICK)

versions:
	for python in python3.11 python3.12 python3.13 python3.14; do \
	    if $$python -c '' 2> /dev/null; then $(MAKE) quick PYTHON=$$python VENV=build/$$python || exit 1; \
	    else echo "$$python is not on the PATH"; fi; \
	done

optimized: $(VENV)/installed-demos,test
	PYTHONOPTIMIZE=1 $(VENV)/bin/python -m pytest -n auto $(OPTIMIZED)

lowest: build/lowest/installed
	build/lowest/bin/python -m pytest -n auto $(QUICK) $(LOWEST)

sdist: $(VENV)/installed-package
	rm -rf $(SDIST)
	mkdir -p $(SDIST)/unpacked
	$(VENV)/bin/python -m build --sdist --outdir $(SDIST) > /dev/null
	tar -xzf $(SDIST)/*.tar.gz -C $(SDIST)/unpacked --strip-components 1
	$(MAKE) -C $(SDIST)/unpacked $(CHECK)

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("minigrad needs Python 3.11 or later" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

build/lowest/installed: pyproject.toml
	$(PYTHON) -m venv --clear build/lowest
	$(PYTHON) tests/support/lowest.py demos test > build/lowest/requirements.txt
	build/lowest/bin/python -m pip install --quiet --requirement build/lowest/requirements.txt
	@touch '$@'

# One stamp for each set of extras, older than pyproject.toml when it must be installed again.
$(VENV)/installed-%: pyproject.toml $(VENV)/bin/python
	$(VENV)/bin/python -m pip install --quiet --editable '.[$*]'
	@touch '$@'

clean:
	rm -rf $(VENV) out build *.egg-info .pytest_cache .hypothesis .mypy_cache .ruff_cache
