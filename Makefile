# One command each. `make run` and `make test` are the README's two commands.
PYTHON ?= python3
BIN = .venv/bin

.PHONY: run test check bench screenshots translations lock

.venv/.test: setup.cfg .ci/lock-test.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --require-hashes -r .ci/lock-test.txt
	$(BIN)/python -m pip install -q --no-deps -e .
	touch $@

run: .venv/.test
	$(BIN)/linli serve

test: .venv/.test
	$(BIN)/python -m pytest

check: .venv/.test
	$(BIN)/ruff check --config .ci/ruff.toml core plugins tests bench
	$(BIN)/ruff format --config .ci/ruff.toml --check core plugins tests bench
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_layering.py tests/test_translations.py tests/test_wording.py tests/test_documents.py tests/test_gate.py

bench: .venv/.test
	$(BIN)/python -m bench

screenshots: .venv/.test
	$(BIN)/python -m tests.browser.screenshots screenshots

translations: .venv/.test
	$(BIN)/python -m tests.catalogues

lock: .venv/.test
	$(BIN)/python -m pip install -q uv
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock" setup.cfg -o .ci/lock.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock" --extra test --extra postgres setup.cfg -o .ci/lock-test.txt
