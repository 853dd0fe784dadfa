# make book · make lab · make test: each sets up what it needs, once, in .venv

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
unexport PYTHONDONTWRITEBYTECODE # else pytest rewrites all of its modules at every start
BUILD  := $(BIN)/jupyter-book build . -W -n --keep-going

# Where the environment finds the library. Empty before the first installation or after Python has
# gone; another folder after a move of this one. In either case install anew.
FOUND  := $(shell $(BIN)/python -c "import importlib.util as u; print(u.find_spec('actfun').origin)" 2>/dev/null)
ifneq "$(FOUND)" "$(CURDIR)/lib/actfun/__init__.py"
.PHONY: $(STAMP)
endif

.PHONY: book fresh pdf zip lite site links validate lab test test-fast store clean clean-all help
.DEFAULT_GOAL := book

book: $(STAMP)   ## build the book (only what changed is executed again)
	$(BUILD)

fresh: $(STAMP)  ## build the book from nothing, every notebook executed
	rm -rf _build
	$(BUILD)

lab: $(STAMP)    ## open the notebooks in JupyterLab
	$(BIN)/jupyter lab chapters

test: $(STAMP)   ## run everything: library, notebooks, book, browser; or make test ONLY=tests/test_book.py
	$(BIN)/python -m pytest $(ONLY)

test-fast: $(STAMP)  ## run what answers in 20 seconds: the library, without book and browser
	$(BIN)/python -m pytest tests -m "not slow" -p no:nbval -o addopts="-n 2 --strict-markers"

store: $(STAMP)  ## execute the notebooks and store their text outputs: make store [PAGES=chapters/relu.ipynb]
	$(BIN)/python tools/store_outputs.py $(PAGES)

pdf: $(STAMP)    ## the book on paper: _build/latex/activation-functions.pdf (needs TeX: see CONTRIBUTING)
	$(BUILD) --builder pdflatex
	$(BIN)/python -m pytest -n0 -q tests/check_pdf.py

zip: $(STAMP)    ## the book to be read offline: _build/activation-functions.zip
	rm -rf _build/html _build/.doctrees # an update would lose entries of the search; no notebook runs again
	$(BUILD)
	ln -sfn html _build/activation-functions
	$(BIN)/python -m zipfile -c _build/activation-functions.zip _build/activation-functions

lite: $(STAMP)   ## a Python for the reader's browser, with every notebook: _build/lite/site
	rm -rf _build/lite
	$(BIN)/python -m pip install -q jupyterlite-core==0.8.6 jupyterlite-pyodide-kernel==0.8.6
	$(BIN)/python -m pip wheel -q --no-deps -w _build/lite/pypi . comm ipywidgets jupyterlab_widgets
	rm -rf build
	$(BIN)/python tools/live_notebooks.py actfun _build/lite/files
	cd _build/lite && npm pack --silent pyodide@$$(../../$(BIN)/python -c \
	  "from jupyterlite_pyodide_kernel.constants import PYODIDE_VERSION as v; print(v)") && \
	  tar -xzf pyodide-*.tgz --strip-components=1 package/pyodide-lock.json && rm pyodide-*.tgz
	cd _build/lite && ../../$(BIN)/jupyter lite build --contents files --output-dir site \
	  --apps lab --apps notebooks --apps tree --no-sourcemaps

site: zip lite   ## all that is published, in _build/site (with the PDF, if you made one before)
	$(BIN)/python tools/make_site.py

links: $(STAMP)  ## ask every external address of the pages whether it is still there
	$(BUILD) --builder linkcheck

validate: book   ## check the pages against the HTML standard, with the Nu validator (npx, Java)
	npx --yes vnu-jar@26.9.27 --errors-only --skip-non-html _build/html

clean:           ## remove what was built
	rm -rf _build .pytest_cache .ruff_cache .import_linter_cache .hypothesis

clean-all: clean ## … and the environment
	rm -rf .venv* lib/*.egg-info

help:            ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1|/p' Makefile | column -t -s '|'

$(STAMP): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "Python 3.10 or newer is needed; $(PYTHON) is " + sys.version.split()[0] + ". Name another: make PYTHON=python3.12")'
	@echo "Setting up $(VENV): a few minutes, once."
	@$(BIN)/pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install -r requirements.txt
	@touch $@
