# runoff: one command for each thing a contributor does. `make help` lists them.
#
# Everything runs from .venv, which the first target that needs it makes. An install happens only when pyproject.toml
# changes: .venv/.installed and .venv/.dev-installed are the stamps. PYTHON=/path/to/python chooses the interpreter.

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --quiet --no-input --disable-pip-version-check

# The newest first; python3 last, for systems that have no numbered name.
PYTHONS := $(if $(PYTHON),$(PYTHON),python3.13 python3.12 python3.11 python3)

# mypy refuses a folder that does not exist.
TYPED := $(wildcard src scripts bench)
LINTED := $(wildcard src tests scripts bench examples)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test check bench clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/.installed  ## print the brief and write it as a page, out/brief.html
	@mkdir -p out
	$(BIN)/runoff brief --html out/brief.html

test: $(VENV)/.dev-installed  ## run the tests, with the coverage of the core
	$(BIN)/pytest --numprocesses=auto --cov --cov-report=term:skip-covered

check: $(VENV)/.dev-installed  ## check format, lint, types, layers and generated pages
	$(BIN)/ruff format --check $(LINTED)
	$(BIN)/ruff check $(LINTED)
	$(BIN)/mypy $(TYPED)
	$(BIN)/lint-imports --no-cache
	$(BIN)/python scripts/catalogues.py --check
	$(BIN)/python scripts/source_pages.py --check
	$(BIN)/python scripts/score_forecasts.py --check
	$(BIN)/python scripts/score_funding.py --check
	$(BIN)/python scripts/score_ampleness.py --check

bench: $(VENV)/.dev-installed  ## run the benchmarks, each a ratio against a baseline in the same run
	$(BIN)/python -m bench

clean:  ## remove what runs and builds left behind (the environment stays: rm -rf .venv to start over)
	rm -rf out build dist htmlcov .coverage .coverage.* .hypothesis
	rm -rf .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find $(wildcard src tests scripts bench examples) -type d -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/.installed: pyproject.toml $(BIN)/python
	@echo "installing runoff into $(VENV) (about a minute) ..."
	@$(PIP_INSTALL) --editable .
	@touch $@

# The development install contains the runtime one, so it stamps both.
$(VENV)/.dev-installed: pyproject.toml $(BIN)/python
	@echo "installing runoff and its development tools into $(VENV) (about a minute) ..."
	@$(PIP_INSTALL) --editable '.[dev]'
	@touch $(VENV)/.installed $@

# A name on PATH is not yet an interpreter (version managers leave stubs that only fail), nor can every interpreter make an
# environment (Debian packages ensurepip apart): try each, and take the first that works.
$(BIN)/python:
	@for python in $(PYTHONS); do \
		if "$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
			echo "making $(VENV) with $$("$$python" --version)"; \
			exec "$$python" -m venv --clear $(VENV); \
		fi; \
	done; \
	echo "runoff needs Python 3.11 or newer with its venv module; tried: $(PYTHONS)." >&2; \
	echo "Install one (Debian and Ubuntu: apt-get install python3 python3-venv; macOS: brew install python)," >&2; \
	echo "or name one that you have: make PYTHON=/path/to/python3" >&2; \
	exit 1
