# Every target is listed by `make help`.
PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help install demo test unit e2e lint types format bench translations lock clean

help: ## Print the targets
	@grep -hE '^[a-z0-9-]+:.*## ' Makefile | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

install: .venv/base.stamp node_modules/.runtime.stamp ## Install what the product needs into .venv and node_modules

demo: install ## Install, make the demo province and serve it on 127.0.0.1:8000
	$(BIN)/tongxin demo $(DEMO)

test: .venv/dev.stamp node_modules/.dev.stamp browser lint types unit ## Install what tests need, and run every check and test

unit: .venv/dev.stamp ## Run the tests alone, browser journeys included
	$(BIN)/python -m pytest -q -n 2 --dist loadscope --cov --cov-report=term:skip-covered $(TESTS)

e2e: .venv/dev.stamp browser ## Run the browser journeys alone
	$(BIN)/python -m pytest -q -m e2e

lint: .venv/dev.stamp node_modules/.dev.stamp ## Check style, templates, scripts, imports and spelling
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/djlint --quiet --lint src
	$(BIN)/lint-imports && npx --no-install biome check && $(BIN)/codespell src tests docs benchmarks *.md

types: .venv/dev.stamp ## Check types
	$(BIN)/mypy src/tongxin

format: .venv/dev.stamp node_modules/.dev.stamp ## Put code into the house's form
	$(BIN)/ruff check --fix . && $(BIN)/ruff format . && npx --no-install biome check --write

bench: .venv/bench.stamp ## Measure speed and memory against peers in the same run
	$(BIN)/python -m benchmarks $(BENCH)

translations: .venv/dev.stamp ## Collect texts, derive Traditional Chinese, compile the catalogues
	$(BIN)/python tools/translations.py

lock: .venv/dev.stamp ## Pin the newest permitted versions, with hashes and without addresses
	sh tools/lock.sh $(BIN)

clean: ## Remove what was installed and built; data in var stay
	rm -rf .venv node_modules build src/*.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

.PHONY: browser
browser: ## Install Chromium for the browser tests where the package manager may
	@sh tools/browser.sh

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name it with PYTHON=..."; exit 1; }
	$(PYTHON) -m venv .venv

.venv/base.stamp: requirements/base.txt pyproject.toml | .venv/bin/python
	$(BIN)/pip install -q --require-hashes -r requirements/base.txt
	$(BIN)/pip install -q --no-deps -e . && touch $@

.venv/dev.stamp: requirements/dev.txt .venv/base.stamp
	$(BIN)/pip install -q --require-hashes -r requirements/dev.txt && touch $@

.venv/bench.stamp: requirements/bench.txt .venv/dev.stamp
	$(BIN)/pip install -q --require-hashes -r requirements/bench.txt && touch $@

node_modules/.runtime.stamp: package-lock.json
	@node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' || { echo "Node 20 or newer is needed."; exit 1; }
	npm install --silent --omit=dev --no-save && touch $@

node_modules/.dev.stamp: package-lock.json
	npm install --silent --no-save && touch $@ node_modules/.runtime.stamp
