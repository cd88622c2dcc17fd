# Everything a person does here. `make help` lists the verbs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DOSSIERS ?= 2000
SEED ?= 1
KILLS ?= 100
ONCE ?=
SEEDS ?= 2000
FIRST ?= 0
EXAMPLES ?= 400
JOBS ?= logical
FRESH ?= 200
MINUTES ?= 20
FAST_STORE := .lienthong/fast-store/bin/secantusd-rs

.DEFAULT_GOAL := help

help: ## List the verbs
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

install: $(VENV)/installed ## Install what is locked into .venv

$(VENV)/installed: requirements-dev.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

run: install ## Start the embedded stack and all services, play a week; ONCE=1 ends after the summary
	$(BIN)/lienthong demo --dossiers $(DOSSIERS) --seed $(SEED) $(if $(ONCE),--once)

test: install ## The test suite on the embedded stack, on every core; JOBS=0: one test after the other
	$(BIN)/pytest -m "not long" -n $(JOBS) --dist loadfile -q

fast: install ## Only the tests that need no servers and little time
	$(BIN)/pytest -m "not stack and not slow and not long" -n $(JOBS) --dist worksteal -q

longer: install ## FRESH=200 worlds that no commit saw before, then the suites that fit into MINUTES=20, in turn by commit
	$(BIN)/python -m tests.longer --fresh $(FRESH) --minutes $(MINUTES)

simulate: install ## Simulate SEEDS=2000 worlds from FIRST=0 on; a broken law prints how to see it again
	$(BIN)/python -m tests.simulation.run --seeds $(SEEDS) --first $(FIRST)

fuzz: install ## Hypothesis and schemathesis against every entry; some ten minutes; EXAMPLES=400 a property
	EXAMPLES=$(EXAMPLES) $(BIN)/pytest tests/fuzz -q -p no:cacheprovider --timeout 1800

faults: install ## Real faults on the embedded stack; the figures go into docs/guarantees.md; KILLS=100
	$(BIN)/python -m tests.faults --kills $(KILLS) --seed $(SEED)

check: install ## Lint, format, types, import rules, contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/lienthong contracts check

format: install ## Format and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: ## Pin all dependencies anew
	$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --output-file requirements.lock pyproject.toml
	$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --extra dev --extra embedded --output-file requirements-dev.lock pyproject.toml
	$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --extra dev --extra embedded --extra bench --output-file requirements-bench.lock pyproject.toml

fast-store: $(FAST_STORE) ## Build the embedded store's fast server, in Rust; some ten minutes, once

$(FAST_STORE):
	cargo install secantus-mdb --version 0.5.3-beta.196 --ignore-rust-version --root .lienthong/fast-store

bench: $(VENV)/installed-bench $(if $(shell command -v cargo),$(FAST_STORE)) ## Measure on this machine; writes docs/benchmarks.md and .json
	$(BIN)/python -m bench all

$(VENV)/installed-bench: requirements-bench.lock $(VENV)/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	@touch $@

interop: install ## Every Kafka client plays a small agency; writes docs/interop.md and .json; some fifteen minutes at first
	$(BIN)/python -m interop all

docs: install ## Write the parts of the documents that follow from the code anew
	$(BIN)/python -m docs.generate

pictures: install ## Take the pictures of README.md from a running product; needs pdftoppm
	$(BIN)/python -m docs.pictures.make

clean: ## Stop the stack and forget its data
	@if [ -x $(BIN)/lienthong ]; then $(BIN)/lienthong stack down; fi
	@if [ -d .lienthong ]; then find .lienthong -mindepth 1 -maxdepth 1 ! -name fast-store -exec rm -rf {} +; fi

.PHONY: help install run test fast longer simulate fuzz faults check format lock fast-store bench interop docs pictures clean
