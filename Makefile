# Everything a newcomer or CI runs; `make help` lists it. The environments are made on first use.
SHELL := /bin/bash
# The build backend is pinned as everything else.
export PIP_CONSTRAINT := $(CURDIR)/constraints.txt
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime
DEV := $(VENV)/.dev
TIMED = start=$$(date +%s); $(1) ; code=$$?; echo "== $(2): $$(( $$(date +%s) - start )) s (budget $(3) s)"; exit $$code

.PHONY: help run test check format lint types layers unit journeys engines test-engines bench soak clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

run: $(RUNTIME) ## play the drill once, then run the whole desk with its board until Ctrl-C
	@echo "== playing the drill (演练) of a fictional city"
	@$(BIN)/huiying drill
	@echo "== starting the desk itself; the drill stays on the board under /drill"
	@exec $(BIN)/huiying run

test: $(DEV) ## the whole suite, each part with its time
	@$(MAKE) --no-print-directory check
	@$(MAKE) --no-print-directory journeys

check: $(DEV) format lint types layers unit ## format, lint, types, layers, unit and contracts (3 min at most)

format: $(DEV)
	@$(BIN)/ruff format --check .

lint: $(DEV)
	@$(BIN)/ruff check .

types: $(DEV)
	@$(call TIMED,$(BIN)/mypy,types,60)

layers: $(DEV)
	@$(BIN)/lint-imports

unit: $(DEV)
	@$(call TIMED,$(BIN)/python -m pytest -q -n 2 --dist loadfile -m "not process and not archive and not soak and not engine" --durations=5,unit and contracts,180)

journeys: $(DEV) ## real processes, whole journeys and, where they are present, the public archives
	@$(call TIMED,$(BIN)/python -m pytest -q -m "(process or archive) and not soak and not engine" --durations=10,processes and archives,600)

engines: $(DEV) ## the real Kafka, Elasticsearch and PostgreSQL on loopback, until Ctrl-C
	@exec $(BIN)/python -m tests.engines

test-engines: $(DEV) ## every contract, journey and chaos case against the real servers
	@$(call TIMED,$(BIN)/python -m pytest -q -m "engine and not soak" --durations=10,real engines,1500)

bench: $(DEV) ## benchmarks, printed as ratios
	@$(BIN)/python -m benchmarks.all

soak: $(DEV) ## full counts: every kill point, 1 M posts; takes long
	@$(call TIMED,$(BIN)/python -m pytest -q -m soak --durations=10,soak,3600)

clean: ## remove the environment and caches, never the desk's folder
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

$(VENV)/bin/pip:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is missing: apt-get install python3.11 python3.11-venv"; exit 2; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "venv is missing: apt-get install python3-venv"; exit 2; }
	@echo "== making the environment in $(VENV) (once)"
	@$(PYTHON) -m venv $(VENV)

$(RUNTIME): pyproject.toml constraints.txt | $(VENV)/bin/pip
	@echo "== installing what the desk needs (about a minute, once)"
	@$(BIN)/pip install --disable-pip-version-check --progress-bar off -q -e .
	@touch $@
	@echo "== installed"

$(DEV): pyproject.toml constraints.txt | $(VENV)/bin/pip
	@echo "== installing what the tests need (about a minute, once)"
	@$(BIN)/pip install --disable-pip-version-check --progress-bar off -q -e '.[dev]'
	@touch $@ $(RUNTIME)
	@echo "== installed"
