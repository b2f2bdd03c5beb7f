# Lockstep: what is needed is make, Python 3.11 to 3.13 and, once, downloads by pip and npm. `make help` lists it all.
#
#   PYTHON=/path/to/python   the Python that .venv is made with (default: python3.13, 3.12, 3.11, python3)
#   ARGS="..."               passed on: make run ARGS=--once, make test ARGS="-k plan"
#
# Each installation leaves a stamp beside what it installed, and is repeated only when its inputs are newer.

MAKEFLAGS += --no-builtin-rules --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help install install-tests web words run test proof chaos infra test-all test-again audit check bench scale clean package

PYTHON ?= python3.13 python3.12 python3.11 python3 python
PY := .venv/bin/python
MADE := .venv/.made
STACK := .venv/.stamp-stack
WEB := functions/web/dist/.stamp
WEB_TOOLS := functions/web/node_modules/.stamp
CHECKOV := .venv-checkov/.stamp
AUDIT := .venv-audit/.stamp
TESTS := .venv/.stamp-tests
PACKAGING := .venv/.stamp-package
AZURITE := local/tables/node_modules/.stamp
ICALJS := tests/properties/icaljs
KQL := tests/infra/kql
AXE := tests/browser/axe
BROWSER := .venv/.stamp-browser
NPM := PATH="$(CURDIR)/.venv/bin:$$PATH" npm
PIP := $(PY) -m pip install -qq --disable-pip-version-check --requirement
PYTEST := $(PY) -m pytest --numprocesses 2 --dist loadfile

WEB_SOURCES := shared/app/messages.toml functions/web/build.mjs $(shell find functions/web -name node_modules -prune -o -name dist -prune \
	-o -type f -print)

# `make test`: everything that needs no running stack, then one suite on the stack.
QUICK := tests/unit tests/properties tests/contract tests/architecture tests/infra
LOOP := tests/integration/loop/test_both_ways.py

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile

run: $(STACK) $(AZURITE) $(WEB) ## the whole product on the embedded stack, with a demonstration; ARGS=--once ends after it
	@$(PY) -m local up --demo $(ARGS)

test: $(TESTS) $(AZURITE) $(WEB) ## quick proof (under 8 minutes on 2 cores): units, contracts, one suite on the stack
	@$(PYTEST) $(QUICK) -m "not stack" $(ARGS)
	@$(PYTEST) --numprocesses 0 $(LOOP) $(ARGS)

proof: $(TESTS) ## the properties, 2,000 examples of 50 steps from a fresh seed, which is printed; SEED=... repeats one
	@LOCKSTEP_EXAMPLES=2000 LOCKSTEP_SEED=$(or $(SEED),random) $(PY) -m pytest tests/properties $(ARGS)

chaos: $(TESTS) $(AZURITE) $(WEB) ## people, crashes and outages on the running stack; SEED=... MINUTES=... (5)
	@$(PY) -m tests.integration.chaos --minutes $(or $(MINUTES),5) $(if $(SEED),--seed $(SEED)) $(ARGS)

words: $(MADE) ## the words of the command line, written from shared/app/messages.toml
	$(PY) -m lockstep.write_words

web: $(WEB) ## the pages that browsers load, built from functions/web into functions/web/dist

package: $(PACKAGING) $(WEB) ## dist/lockstep-<version>.zip, what is deployed; ARGS="--python 3.13" for another Python
	@$(PY) -m infra.package $(ARGS)

infra: $(TESTS) $(CHECKOV) ## Bicep files and scripts: types, names, settings, planted faults, checkov
	@$(PYTEST) --numprocesses 0 tests/infra $(ARGS)

test-all: $(TESTS) $(AZURITE) $(WEB) $(BROWSER) ## every test (under 60 minutes): real SDK suites, chaos, infrastructure, browser
	@$(PYTEST) --timeout 300 tests $(ARGS)

test-again: $(TESTS) $(AZURITE) $(WEB) $(BROWSER) ## what failed last time once more, one test at a time
	@$(PYTEST) --numprocesses 0 --last-failed --last-failed-no-failures none tests

audit: $(AUDIT) ## pinned packages among known vulnerabilities; says so where no index can be reached
	@$(PY) -m tests.audit infra/package/locked.txt lockstep/requirements.txt local/requirements.txt

check: $(TESTS) $(WEB_TOOLS) ## linting, formatting, types, import contracts
	@failed=0; \
	.venv/bin/ruff check . || failed=1; \
	.venv/bin/ruff format --check . || failed=1; \
	.venv/bin/mypy || failed=1; \
	.venv/bin/lint-imports --no-logo || failed=1; \
	cd functions/web && $(NPM) run --silent check || failed=1; \
	exit $$failed

bench: $(TESTS) $(AZURITE) $(WEB) $(BROWSER) ## figures, each beside what it is compared to; also in .bench/results.jsonl
	@$(PY) -m tests.bench $(ARGS)

scale: $(TESTS) $(AZURITE) $(WEB) ## figures of thousands of rooms, computed from the cost of one, which is measured on the stack
	@$(PY) -m tests.scale --measure $(ARGS)

install: $(STACK) $(AZURITE) $(WEB) ## what `make run` needs

install-tests: $(TESTS) $(AZURITE) $(WEB) $(BROWSER) ## what the other targets need

clean: ## remove everything that was installed or left behind
	@rm -rf .venv .venv-checkov .venv-audit local/tables/node_modules functions/web/node_modules functions/web/dist \
		.bench .stack .hypothesis .mypy_cache .ruff_cache .pytest_cache \
		.import_linter_cache dist build lockstep.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A name on the PATH is no proof: version managers put names there that answer only with an error.
$(MADE):
	@for python in $(PYTHON); do \
		if "$$python" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
			>/dev/null 2>&1; then \
			echo "Making .venv with $$("$$python" --version) ($$python)"; \
			"$$python" -m venv --clear .venv && touch $@ && exit 0; \
			echo "$$python could not make .venv; remove the folder .venv and check the space on this disk." >&2; \
			exit 1; \
		fi; \
	done; \
	echo "No Python 3.11, 3.12 or 3.13 with venv among: $(PYTHON). Install one (Debian: python3 and python3-venv)," \
		"or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python" >&2; \
	exit 1

$(STACK): requirements.txt local/requirements.txt lockstep/requirements.txt $(MADE)
	@echo "Installing what the embedded stack needs (a minute or two, once)"
	@$(PIP) local/requirements.txt || { $(DOWNLOAD_FAILED); }
	@$(PY) -m pip install -qq --disable-pip-version-check --no-deps --editable . || { $(DOWNLOAD_FAILED); }
	@touch $@

$(PACKAGING): infra/package/requirements.txt $(MADE)
	@$(PIP) infra/package/requirements.txt || { $(DOWNLOAD_FAILED); }
	@touch $@

$(TESTS): requirements.txt local/requirements.txt lockstep/requirements.txt tests/requirements.txt \
		infra/package/requirements.txt \
		$(ICALJS)/package-lock.json $(KQL)/package-lock.json $(AXE)/package-lock.json $(MADE)
	@echo "Installing what tests and checks need (a minute or two, once)"
	@$(PIP) tests/requirements.txt || { $(DOWNLOAD_FAILED); }
	@$(PY) -m pip install -qq --disable-pip-version-check --no-deps --editable . || { $(DOWNLOAD_FAILED); }
	@mkdir -p .venv/icaljs && cp $(ICALJS)/package.json $(ICALJS)/package-lock.json .venv/icaljs/
	@mkdir -p .venv/kql && cp $(KQL)/package.json $(KQL)/package-lock.json .venv/kql/
	@mkdir -p .venv/axe && cp $(AXE)/package.json $(AXE)/package-lock.json .venv/axe/
	@cd .venv/kql && PATH="$(CURDIR)/.venv/bin:$$PATH" npm ci --loglevel error >/dev/null || { $(DOWNLOAD_FAILED); }
	@cd .venv/icaljs && PATH="$(CURDIR)/.venv/bin:$$PATH" npm ci --loglevel error >/dev/null || { $(DOWNLOAD_FAILED); }
	@cd .venv/axe && PATH="$(CURDIR)/.venv/bin:$$PATH" npm ci --loglevel error >/dev/null || { $(DOWNLOAD_FAILED); }
	@touch $(STACK) $(PACKAGING) $@

# One that is there already, Playwright's own download, or Debian's package; where none could be had, one line says so.
$(BROWSER): | $(TESTS)
	@$(PY) -m tests.browser.seeing.chromium $@

# In an environment of its own: it pins half of what it needs, and 300 MB of that is needed by nothing else here.
$(CHECKOV): tests/infra/checkov/requirements.txt tests/infra/checkov/parser.txt $(MADE)
	@echo "Installing checkov (a minute, once)"
	@$(PY) -m venv --clear .venv-checkov
	@.venv-checkov/bin/python -m pip install -qq --disable-pip-version-check -r tests/infra/checkov/requirements.txt || { $(DOWNLOAD_FAILED); }
	@.venv-checkov/bin/python -m pip install -qq --disable-pip-version-check --no-deps -r tests/infra/checkov/parser.txt || { $(DOWNLOAD_FAILED); }
	@touch $@

$(AUDIT): tests/audit/requirements.txt $(MADE)
	@echo "Installing pip-audit (half a minute, once)"
	@$(PY) -m venv --clear .venv-audit
	@.venv-audit/bin/python -m pip install -qq --disable-pip-version-check -r tests/audit/requirements.txt || { $(DOWNLOAD_FAILED); }
	@touch $@

# Order only: a newer stamp of pip's is no reason to fetch Azurite again.
$(AZURITE): local/tables/package.json local/tables/package-lock.json | $(STACK)
	@echo "Installing Azurite, the Table Storage emulator (half a minute, once)"
	@$(PY) -m local.tables
	@touch $@

$(WEB_TOOLS): functions/web/package.json functions/web/package-lock.json | $(STACK)
	@echo "Installing what the pages are built from (half a minute, once)"
	@cd functions/web && $(NPM) ci --loglevel error --no-audit --no-fund >/dev/null || { $(DOWNLOAD_FAILED); }
	@touch $@

$(WEB): $(WEB_TOOLS) $(WEB_SOURCES)
	@cd functions/web && PATH="$(CURDIR)/.venv/bin:$$PATH" node build.mjs
	@touch $@

DOWNLOAD_FAILED = echo "pip or npm could not install the pinned packages (its words are above): check the network, the proxy" \
	"and pip's index, then run the same make target again." >&2; exit 1
