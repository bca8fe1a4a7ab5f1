# Every command we type; `make help` lists them.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
VAR := $(or $(VAR_DIR),var)
BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
PIP := $(BIN)/pip install -qq --disable-pip-version-check --require-hashes
COMPILE := CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet --generate-hashes --no-emit-options \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --strip-extras --allow-unsafe
TRANSLATIONS := $(patsubst %.po,%.mo,$(wildcard blueprint/locale/*/LC_MESSAGES/*.po))
STRICT := $(wildcard indicators/periods.py indicators/progress.py indicators/projection.py indicators/charts.py indicators/lettering.py blueprint/ledger.py blueprint/signed_notes.py \
	blueprint/workflow.py)
# One more than processors: what the tests start (browsers, servers, PostgreSQL) leaves them waiting at times.
WORKERS ?= $(shell expr $$(nproc) + 1)
CHECKS := check-format check-lint check-types check-migrations check-translations check-locks check-deployment

.PHONY: help run test fast check $(CHECKS) fix lock chaos cases bench screenshots demo-reset dev
.DELETE_ON_ERROR:

help: ## this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

run: export DEMO := 1
run: export DEBUG := 0
run: export SITE_URL ?= http://$(HOST):$(PORT)
run: export HOST := $(HOST)
run: export PORT := $(PORT)
run: .venv/installed $(TRANSLATIONS) ## everything it takes to see the site on http://127.0.0.1:8000 (PORT=, HOST=)
	@$(MANAGE) prepare
	@exec $(BIN)/python deploy/run.py

test: dev ## the whole suite, on SQLite and on a PostgreSQL of its own, with a browser
	@deploy/install.sh postgresql redis-server chromium fonts-noto-cjk libatomic1
	@status=0; \
	$(BIN)/pytest -n $(WORKERS) || status=$$?; \
	$(BIN)/pytest -n $(WORKERS) --postgres || status=$$?; \
	exit $$status

fast: dev ## what can be told in under three minutes: SQLite, without browser and real processes
	@$(BIN)/pytest -n $(WORKERS) -m "not slow"

check: $(CHECKS) ## format, lint, types, migrations, translations, locks, settings for production

check-format: dev
	@$(BIN)/ruff format --check .

check-lint: dev
	@$(BIN)/ruff check .

check-types: dev
	@$(if $(STRICT),$(BIN)/mypy --strict $(STRICT),echo "No module to check yet.")

check-migrations check-deployment: export DATABASE_URL := sqlite://:memory:
check-migrations check-deployment: export SECRET_KEY := kept for this check only, and long enough to pass it
check-migrations: dev
	@$(MANAGE) makemigrations --check --dry-run

check-deployment: dev
	@SITE_URL=https://blueprint.example DEBUG=0 DEMO=0 $(MANAGE) check --deploy --fail-level WARNING

check-translations: dev
	@deploy/install.sh gettext
	@$(BIN)/python deploy/check_translations.py

check-locks:
	@! grep -nEi 'https?:|find-links|index-url|trusted-host|file:/' requirements*.lock

fix: dev ## format the code and mend what the linter can mend
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lock: dev ## pin the dependencies of pyproject.toml again (UPGRADE=1 to take newer versions)
	$(COMPILE) $(if $(UPGRADE),--upgrade) -o requirements.lock pyproject.toml
	$(COMPILE) $(if $(UPGRADE),--upgrade) -o requirements-dev.lock --extra dev -c requirements.lock pyproject.toml
	@$(MAKE) --no-print-directory check-locks

chaos: export CHAOS := 1
chaos: dev ## long runs of the state machine and of killed processes (CHAOS_SEED= to repeat one)
	@status=0; \
	$(BIN)/pytest -s tests/test_chaos.py tests/blueprint/test_state_machine.py tests/blueprint/test_publish_due.py tests/api/test_contract.py || status=$$?; \
	$(BIN)/pytest -s --postgres tests/test_chaos.py tests/blueprint/test_state_machine.py tests/blueprint/test_publish_due.py tests/api/test_contract.py || status=$$?; \
	exit $$status

cases: .venv/installed ## which cases of docs/cases.csv have a test, by priority
	@$(BIN)/python deploy/cases.py

bench: dev ## how fast, as ratios (NAMES= for some of them, QUICK=1 for less data)
	@deploy/install.sh postgresql wrk redis-server
	@$(BIN)/python -m benchmarks $(if $(QUICK),--quick) $(NAMES)

screenshots: dev ## take the pictures of the README and of the guides anew
	@deploy/install.sh chromium fonts-noto-cjk
	@$(BIN)/python deploy/screenshots.py
	@GUIDE_PICTURES=1 $(BIN)/pytest -q tests/journeys/test_guides.py

demo-reset: ## remove the demo's database, accounts and keys, so that the next run starts anew
	@if [ -n "$$DATABASE_URL" ]; then echo "DATABASE_URL is set: that database is not the demo's."; exit 1; fi
	rm -rf $(VAR)/db.sqlite3* $(VAR)/demo-accounts.json $(VAR)/*key* $(VAR)/media $(VAR)/evidence $(VAR)/sheets

dev: .venv/installed-dev $(TRANSLATIONS)

$(BIN)/python:
	@deploy/venv.sh $(PYTHON)

.venv/installed: requirements.lock | $(BIN)/python
	@echo "Installing $< ..."
	@$(PIP) -r $<
	@touch $@

# What is locked for development includes what is locked for running.
.venv/installed-dev: requirements-dev.lock | $(BIN)/python
	@echo "Installing $< ..."
	@$(PIP) -r $<
	@touch .venv/installed $@

%.mo: %.po | .venv/installed
	@$(BIN)/pybabel compile --domain django -i $< -o $@
