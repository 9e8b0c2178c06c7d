# SOPDesk: `make run` runs it, `make test` tests it. Everything stays in this folder and in SOPDESK_DATA.

PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --require-hashes
COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--no-emit-index-url --no-emit-find-links --no-header
# What `check` may look at is a production site over HTTPS, with values made up for the occasion.
PRODUCTION = SOPDESK_ENV=production SOPDESK_HTTPS=1 SOPDESK_ALLOWED_HOSTS=sopdesk.example SOPDESK_DATA=$$(mktemp -d) \
	SOPDESK_SITE_URL=https://sopdesk.example SOPDESK_SECRET_KEY=$$($(BIN)/python -c "import secrets; print(secrets.token_urlsafe(60))")

.PHONY: run test bench check audit fmt lock
.DEFAULT_GOAL := run

run: .venv/installed
	@exec $(BIN)/python manage.py up

test: .venv/installed-dev
	@$(BIN)/python -m tests

bench: .venv/installed-dev
	@$(BIN)/python -m tests.bench $(BENCH)

check: .venv/installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/djlint --lint --quiet templates
	$(BIN)/bandit --quiet --recursive --severity-level high manage.py sopdesk tickets workflows
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python -m pytest -q tests/test_imports.py
	$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING

# Asks the public database of known holes; where that cannot be reached it fails rather than say that all is well.
audit: .venv/installed-dev
	$(BIN)/pip-audit --strict --disable-pip --require-hashes --progress-spinner off --requirement requirements.lock

fmt: .venv/installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: .venv/installed-dev
	$(BIN)/python -m pip --disable-pip-version-check install --quiet uv
	$(COMPILE) --upgrade requirements.txt -o requirements.lock
	$(COMPILE) --upgrade --constraints requirements.lock requirements-dev.txt -o requirements-dev.lock

.venv/bin/python:
	@$(PYTHON) -c "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))" 2>/dev/null || \
	{ echo "SOPDesk needs Python 3.11 or newer with venv; on Debian or Ubuntu: apt install python3 python3-venv" >&2; exit 1; }
	@echo "Making .venv ..."
	@$(PYTHON) -m venv .venv

.venv/installed: requirements.lock | .venv/bin/python
	@echo "Installing the packages of requirements.lock ..."
	@$(PIP) -r requirements.lock
	@touch $@

.venv/installed-dev: requirements-dev.lock .venv/installed
	@echo "Installing the packages of requirements-dev.lock ..."
	@$(PIP) -r requirements-dev.lock
	@touch $@
