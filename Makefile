# make install   .venv with clew in it          make test   all checks          make demo   see it work
VENV := .venv
PYTHON ?= python3
BIN := $(VENV)/bin
PIP := PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --quiet --no-compile
STAMP := $(VENV)/.installed
TESTS ?= tests

export PYTHONDONTWRITEBYTECODE :=  # a program that starts a hundred times is compiled once

.PHONY: install test lint types demo clean

install: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) "$$(grep '^torch==' constraints.txt)"
	$(PIP) --editable '.[dev]'
	touch $(STAMP)

test: install lint types
	$(BIN)/python -m pytest -n 2 --dist loadfile $(TESTS)

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install
	$(BIN)/mypy

demo: install
	PATH="$(CURDIR)/$(BIN):$$PATH" sh data/demo/run.sh

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache dist .clew
