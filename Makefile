# One virtual environment, made from the lock file; everything else hangs on it.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin

.PHONY: install lock run test check bench clean

install: .venv/.installed

.venv/.installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

# Rewrites the lock file from pyproject.toml (needs uv: pip install uv).
lock:
	uv pip compile pyproject.toml --group dev --all-extras --generate-hashes --no-header \
		--python-version 3.11 --universal --no-emit-index-url --quiet --output-file requirements.lock
