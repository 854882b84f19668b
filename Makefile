# Everything runs in .venv, made from the lock files; `make run` and `make test` install what they need.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
# The pip of the machine installs into .venv, so that Debian's python3-venv is not needed.
PIP := $(PYTHON) -m pip --python $(BIN)/python --quiet --disable-pip-version-check install
COMPILE := uv pip compile --universal --python-version 3.11 --generate-hashes --no-header \
	--no-emit-index-url --quiet

.PHONY: run test check bench lock clean

# Builds the embedded database and serves it.
run: .venv/.run
	PORT=$(PORT) $(BIN)/kofu serve

test: .venv/.dev
	$(BIN)/python -m pytest

# Lint, format, types, the direction of imports, the catalogue itself, and proofs about every possible case.
check: .venv/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/kofu fmt --check
	$(BIN)/kofu check
	$(BIN)/kofu prove

bench: .venv/.dev
	$(BIN)/python -m bench

.venv/.run: requirements.lock pyproject.toml
	$(PYTHON) -m venv --without-pip .venv
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --no-deps --no-build-isolation --editable .
	touch $@

.venv/.dev: requirements-dev.lock .venv/.run
	$(PIP) --require-hashes -r requirements-dev.lock
	touch $@

# Rewrites the lock files from pyproject.toml; needs uv (pip install uv).
lock:
	$(COMPILE) pyproject.toml --group build --output-file requirements.lock
	$(COMPILE) pyproject.toml --group build --group dev --all-extras --constraint requirements.lock \
		--output-file requirements-dev.lock

clean:
	rm -rf .venv build dist
