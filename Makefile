# Every step is repeated only when what it depends on has changed.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

PYTHON := .venv/bin/python
PIP := $(PYTHON) -m pip --disable-pip-version-check -qq
PACKAGES := server realtime storage clientflow
FRONT_END := $(shell find static -type f -not -path 'static/dist/*' 2>/dev/null)
TESTS ?= tests
# Processes that run tests at once: most of a test is waiting.
TESTERS ?= 3

.PHONY: help run demo test screenshots soak bench bench-profile check fuzz audit pins clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 16

run: .venv/runtime static/dist/.built ## serve the board at http://localhost:8000
	@exec $(PYTHON) -m server serve

demo: .venv/runtime ## fill a workspace with sample clients, and print two logins
	@$(PYTHON) -m server demo

test: .venv/tests .venv/infra/.installed static/dist/.built tests/unit/asyncapi/node_modules/.installed check ## check the code and run every test (TESTS=tests/unit for some)
	@scripts/setup/services.sh
	@npm test --silent
	@$(PYTHON) -m pytest -n $(TESTERS) --dist loadfile --no-loadscope-reorder $(TESTS)

screenshots: .venv/tests static/dist/.built ## take a picture of every screen, into tests/.artifacts/screenshots
	@scripts/setup/services.sh
	@$(PYTHON) -m tests.browser.screenshots

soak: .venv/tests ## harm a whole installation for a while, and check it (SECONDS=600 SEED=1)
	@scripts/setup/services.sh
	@$(PYTHON) -m tests.fault.soak --seconds $(or $(SECONDS),600) $(if $(SEED),--seed $(SEED))

bench: .venv/tests ## measure the server against its peers (ROWS="fanout idle" for some, QUICK=1 for a smoke run)
	@scripts/setup/services.sh
	@$(PYTHON) -m bench.run $(if $(QUICK),--quick) $(if $(REPETITIONS),--repetitions $(REPETITIONS)) $(ROWS)

bench-profile: .venv/tests ## where the time goes (SERVER=clientflow RATE=50, 0 for full speed)
	@$(PYTHON) -m bench.profiling $(SERVER) --rate $(or $(RATE),0)

check: .venv/tests ## style, types and import rules
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/bandit --quiet --configfile pyproject.toml --recursive $(PACKAGES)
	@.venv/bin/mypy $(PACKAGES) bench
	@log=$$(.venv/bin/lint-imports --no-cache) || { echo "$$log"; exit 1; }

fuzz: .venv/tests ## send the server what nobody should, for longer than the tests do (SECONDS=300 SEED=1)
	@FUZZ_SECONDS=$(or $(SECONDS),300) FUZZ_SEED=$(or $(SEED),0) $(PYTHON) -m pytest -n $(TESTERS) --dist loadfile tests/fuzz

audit: ## ask the advisory services of PyPI and npm about every pinned package
	@scripts/audit.sh

pins: ## renew requirements*.txt after an edit of requirements*.in
	@scripts/setup/pins.sh

clean: ## remove everything that was installed or built, but no data
	rm -rf .venv node_modules tests/unit/asyncapi/node_modules static/dist tests/.artifacts
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find $(PACKAGES) tests -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/runtime: requirements.txt
	@scripts/setup/venv.sh .venv
	@echo "installing Python packages"
	@$(PIP) install -r requirements.txt
	@touch $@

.venv/tests: requirements-dev.txt .venv/runtime
	@echo "installing Python test tools"
	@$(PIP) install -r requirements-dev.txt
	@touch $@

.venv/infra/.installed: infra/requirements.txt infra/providers.txt
	@scripts/setup/venv.sh .venv/infra
	@echo "installing what checks the infrastructure"
	@.venv/infra/bin/python -m pip --disable-pip-version-check -qq install -r infra/requirements.txt
	@.venv/infra/bin/python -m pip --disable-pip-version-check -qq download --no-deps \
		--require-hashes -r infra/providers.txt -d .venv/infra/providers
	@touch $@

node_modules/.installed: package.json package-lock.json
	@echo "installing front-end packages"
	@npm ci --silent --no-audit --no-fund
	@touch $@

tests/unit/asyncapi/node_modules/.installed: tests/unit/asyncapi/package.json tests/unit/asyncapi/package-lock.json
	@echo "installing the AsyncAPI parser"
	@npm ci --prefix tests/unit/asyncapi --ignore-scripts --silent --no-audit --no-fund
	@touch $@

static/dist/.built: node_modules/.installed $(FRONT_END)
	@echo "building the front end"
	@npm run build --silent
	@touch $@
