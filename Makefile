# make book · make lab · make test: each sets up what it needs, once, in .venv: the versions that
# were seen to work, or with LOCK= (in a new .venv) the newest.

PYTHON ?= python3
VENV   ?= .venv
LOCK   ?= requirements-lock.txt
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
DRAWN  := $(VENV)/.browser
export PIP_DISABLE_PIP_VERSION_CHECK := 1
unexport PYTHONDONTWRITEBYTECODE # else pytest rewrites all of its modules at every start
BUILD  := $(BIN)/jupyter-book build . -W -n --keep-going
PINS   := $(BIN)/uv pip compile -q --upgrade --python-version 3.10 --no-annotate --no-emit-package actfun --custom-compile-command "make lock"
AS     := $(if $(filter 0,$(shell id -u)),--allow-root)
OPEN   := @echo "Open _build/html/index.html in a browser."

# A locale without Unicode hides the library from Python if a folder above it is named in Unicode.
SPEAK  := $(if $(filter UTF-8,$(shell locale charmap 2>/dev/null)),,LC_ALL=C.UTF-8)
ifneq "$(SPEAK)" ""
export LC_ALL := C.UTF-8
endif

# Where the environment finds the library. Empty before the first installation or after Python has
# gone; another folder after a move of this one. In either case install anew.
FOUND  := $(shell $(SPEAK) $(BIN)/python -c "import importlib.util as u; print(u.find_spec('actfun').origin)" 2>/dev/null)
ifneq "$(FOUND)" "$(CURDIR)/lib/actfun/__init__.py"
.PHONY: $(STAMP)
endif

# A Python that is named, here or in the environment, must be the one of .venv; else .venv keeps its own.
WHICH  := -c "import sys; print(sys.base_prefix, sys.version)" 2>/dev/null
THERE  := $(shell $(SPEAK) $(BIN)/python $(WHICH))
MAKER  := $(PYTHON)
ifneq "$(origin PYTHON)" "file"
NAMED  := $(shell "$(PYTHON)" $(WHICH))
ifneq "$(THERE)" "$(NAMED)"
.PHONY: $(STAMP)
endif
else ifneq "$(THERE)" ""
MAKER  := $(BIN)/python
endif

# What programs keep in a home goes into the environment where the home cannot be written to.
ifneq '$(shell test -w "$$HOME" && echo yes)' 'yes'
export HOME := $(CURDIR)/$(VENV)/home
endif

.NOTPARALLEL: # they share .venv and _build
.PHONY: book fresh pdf zip lite site links validate lint lab evidence test test-all test-fast store lock clean clean-all help
.DEFAULT_GOAL := book

book: $(STAMP)   ## build the book (only what changed is executed again)
	$(BUILD)
	$(OPEN)

fresh: $(STAMP)  ## build the book from nothing, every notebook executed
	rm -rf _build
	$(BUILD)
	$(OPEN)

lab: $(STAMP)    ## open the notebooks in JupyterLab
	$(BIN)/jupyter lab $(AS) chapters

test: $(STAMP) $(DRAWN)  ## run everything: library, notebooks, book, browser; or make test ONLY=tests/test_book.py
	$(BIN)/python -m pytest $(ONLY)

test-all: $(STAMP) $(DRAWN)  ## … and the workshop: the build of small books, the recipes, the tools
	$(BIN)/python -m pytest -m ""

test-fast: $(STAMP)  ## run what answers within a minute: the library, without book and browser
	$(BIN)/python -m pytest tests -m "not slow" -p no:nbval -o addopts="-n logical --maxprocesses=8 --strict-markers"

store: $(STAMP)  ## execute the notebooks and store their text outputs: make store [PAGES=chapters/relu.ipynb]
	$(BIN)/python tools/store_outputs.py $(PAGES)

evidence: $(STAMP) ## measure activations, each at its own rate, from where it stopped (hours)
	$(BIN)/python -m pip install -q -r requirements-torch.txt
	$(BIN)/python evidence/measure.py

lock: $(STAMP)   ## write down the newest versions, and the oldest allowed, which CI takes from then on
	$(BIN)/python -m pip install -q uv
	$(PINS) --universal requirements.txt -o requirements-lock.txt
	$(PINS) --resolution lowest-direct requirements.txt -o requirements-oldest.txt

pdf: $(STAMP)    ## the book on paper: _build/latex/activation-functions.pdf (needs TeX: see CONTRIBUTING)
	$(BUILD) --builder pdflatex
	$(BIN)/python -m pytest -n0 -q tests/check_pdf.py tests/test_paper.py

zip: book        ## the book to be read offline: _build/activation-functions.zip
	ln -sfn html _build/activation-functions
	$(BIN)/python -m zipfile -c _build/activation-functions.zip _build/activation-functions

lite: $(STAMP)   ## a Python for the reader's browser, with every notebook: _build/lite/site
	rm -rf _build/lite
	$(BIN)/python -m pip install -q jupyterlite-core==0.8.6 jupyterlite-pyodide-kernel==0.8.6
	$(BIN)/python -m pip wheel -q --no-deps $(addprefix -c ,$(LOCK)) -w _build/lite/pypi . comm ipywidgets jupyterlab_widgets
	$(BIN)/python tools/live_notebooks.py actfun _build/lite/files
	cd _build/lite && npm pack --silent pyodide@$$(../../$(BIN)/python -c \
	  "from jupyterlite_pyodide_kernel.constants import PYODIDE_VERSION as v; print(v)") && \
	  tar -xzf pyodide-*.tgz --strip-components=1 package/pyodide-lock.json && rm pyodide-*.tgz
	cd _build/lite && ../../$(BIN)/jupyter lite build --contents files --output-dir site \
	  --apps lab --apps notebooks --apps tree --no-sourcemaps

site: lite zip   ## all that is published, in _build/site (with the PDF, if you made one before)
	$(BIN)/python tools/make_site.py

links: $(STAMP)  ## ask every external address of the pages whether it is still there
	$(BUILD) --builder linkcheck

validate: book   ## check the pages against the HTML standard, with the Nu validator (npx, Java)
	npx --yes vnu-jar@26.9.27 --errors-only --skip-non-html _build/html

lint:            ## look for mistakes in the scripts and style sheets, with Biome (npx)
	npx --yes @biomejs/biome@2.6.8 lint --error-on-warnings

clean:           ## remove what was built
	rm -rf _build .pytest_cache .ruff_cache .import_linter_cache .hypothesis

clean-all: clean ## … and the environment
	rm -rf .venv*

help:            ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' Makefile | expand -t 20

$(STAMP): requirements.txt $(LOCK) pyproject.toml
	@"$(MAKER)" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null || { \
	  echo 'Python 3.10 or newer is needed, and "$(MAKER)" is none. Name another: make PYTHON=python3.12' >&2; exit 1; }
	@"$(MAKER)" tools/set_up.py $(VENV) $(LOCK)
	@touch $@

$(DRAWN): $(STAMP) tools/browser.py
	@$(BIN)/python tools/browser.py
	@touch $@
