# Every command of the project. `make` alone lists them.
SHELL := /bin/bash
PYTHON := $(shell for p in python3.11 python3.12 python3.13 python3; do \
	if $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then command -v $$p; break; fi; done)
BIN := .venv/bin
LISTS := requirements.txt requirements-dev.txt requirements-face.txt requirements-tools.txt
ROOMS := server sync policy forms identity field_client demo backing departments benchmarks tests migrations
# Compiled once and kept: a command line that starts thirty times in a demonstration should not compile thirty times.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo run test services services-stop check format lint types imports sim sim-soak bench screenshots lock migration clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

setup: .venv/ready ## make .venv with the pinned, hashed dependencies

.venv/ready: $(LISTS) packaging/dlib-shim/pyproject.toml pyproject.toml
	@test -n "$(PYTHON)" || { echo "需要 Python 3.11 或更新版本 (Python 3.11 or newer is needed)"; exit 1; }
	@echo "准备运行环境 .venv (第一次约需一两分钟) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { echo "建不了虚拟环境: 请安装 python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-tools.txt
	@$(BIN)/uv pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements.txt requirements-dev.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps -r requirements-face.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

demo: .venv/ready ## play the whole main job with real parts, showing each step
	@$(BIN)/python -m demo

run: .venv/ready ## start server and field client on the sample county and leave them running
	@$(BIN)/python -m demo --stay

test: .venv/ready ## all tests that this machine can run; says what it skips and why
	@$(BIN)/python -m pytest -n auto -rs

services: .venv/ready ## PostgreSQL, Redis and an S3 store on loopback, for tests and benchmarks
	@$(BIN)/python -m backing start

services-stop: .venv/ready ## end what `make services` started
	@$(BIN)/python -m backing stop

check: export ZSB_SIM_DISTRICTS := $(or $(ZSB_SIM_DISTRICTS),500)
check: .venv/ready lint types imports test ## what CI runs: format, lint, types, import rules, tests, 500 simulated districts

lint: .venv/ready
	@$(BIN)/ruff format --check $(ROOMS)
	@$(BIN)/ruff check $(ROOMS)

types: .venv/ready
	@$(BIN)/mypy

imports: .venv/ready
	@$(BIN)/lint-imports --no-logo

format: .venv/ready ## put the code into the house's form
	@$(BIN)/ruff check --fix --quiet $(ROOMS); $(BIN)/ruff format $(ROOMS)

sim: .venv/ready ## replay one simulated district, exactly: make sim SEED=3
	@$(BIN)/python -m tests.simulation $(or $(SEED),1)

sim-soak: .venv/ready ## simulate new districts for a while: make sim-soak MINUTES=10 (or SECONDS=30, SEED=n)
	@$(BIN)/python -m tests.simulation.soak $(if $(MINUTES),--minutes $(MINUTES)) $(if $(SECONDS),--seconds $(SECONDS)) \
		$(if $(SEED),--seed $(SEED))

bench: .venv/ready ## the benchmarks, or one: make bench NAME=forms
	@$(BIN)/python -m benchmarks $(NAME)

screenshots: .venv/ready ## make the README's pictures anew with the browser tests
	@$(BIN)/python -m pytest tests/browser
	@cp var/screenshots/field-home-phone.png docs/images/field-home.png
	@cp var/screenshots/console-pinning-desk.png docs/images/console-visit.png
	@$(BIN)/python -m tests.browser.handbook

lock: .venv/ready ## pin and hash the dependencies anew from requirements*.in
	@$(BIN)/uv pip compile requirements.in --python-version 3.11 --generate-hashes --no-header --quiet -o requirements.txt
	@$(BIN)/uv pip compile requirements-dev.in --python-version 3.11 --generate-hashes --no-header --quiet -o requirements-dev.txt
	@echo uv | $(BIN)/uv pip compile - --python-version 3.11 --generate-hashes --no-header --quiet -o requirements-tools.txt

migration: .venv/ready ## a new migration: make migration NAME=add_due_on
	@sh migrations/new.sh "$(NAME)"

clean: ## remove what demo, tests and benchmarks left in var/
	@if [ -e var/services ]; then $(BIN)/python -m backing remove; fi
	@rm -rf var
