# Same Page: everything a contributor types. Needs python3 (3.11 or later) with venv, make and git;
# `make test` needs Chromium as well. On Debian, as root, what is missing is installed.

PORT ?= 8000
PYTHON ?= python3
export PORT
export PATH := $(CURDIR)/.venv/bin:$(PATH)

.DEFAULT_GOAL := help
.PHONY: help run test check bench faults lock environment environment-dev chromium spamassassin
MAKEFLAGS += --no-print-directory

help:
	@echo "make run    the app with demo data at http://127.0.0.1:$(PORT)"
	@echo "make test   the whole test suite"
	@echo "make check  lint, types, layers, migrations, deployment settings"
	@echo "make bench  measure speed, write docs/benchmarks.md"
	@echo "make faults break what sends mail, in earnest; write figures into docs/digest.md"
	@echo "make lock   resolve the dependencies anew"

run: environment
	@.venv/bin/python manage.py migrate --verbosity 0
	@.venv/bin/python manage.py createcachetable --verbosity 0
	@.venv/bin/python manage.py collectstatic --no-input --verbosity 0
	@.venv/bin/python manage.py demo
	@echo
	@echo "Same Page starts at http://127.0.0.1:$(PORT)/ and stops with Ctrl-C."
	@echo
	@exec .venv/bin/python -m recruiting.run

# Three processes for two processors: one with a browser waits much of its time.
# The whole suite on PostgreSQL, then on SQLite, the embedded default, all but the browser tests
# and those that are marked as saying nothing about the database.
test: environment-dev chromium
	@.venv/bin/python -m pytest --numprocesses 3 --dist worksteal $(ARGS)
	@TEST_DATABASE_URL=sqlite .venv/bin/python -m pytest --numprocesses 2 --dist worksteal -m "not browser and not one_database" $(ARGS)

check: environment-dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/djlint templates --lint --quiet
	.venv/bin/lint-imports
	env -u DATABASE_URL .venv/bin/python manage.py makemigrations --check --dry-run
	@echo "manage.py check --deploy, as on a server"
	@$(SERVER) .venv/bin/python manage.py check --deploy --fail-level WARNING
	@! grep -nE "https?:|--(extra-)?index|--find-links|--trusted-host" requirements.lock requirements-dev.lock \
	  || { echo "A lock file names a host."; exit 1; }

# What a server's environment looks like; nothing is contacted.
SERVER = env DATABASE_URL=postgres://same-page@localhost/same_page REDIS_URL=redis://localhost/0 \
	SECRET_KEY=$$(.venv/bin/python -c "import secrets; print(secrets.token_urlsafe(50))") \
	EMAIL_URL=smtp+tls://localhost:587 SITE_URL=https://same-page.example \
	ALLOWED_HOSTS=same-page.example DEBUG=

bench: environment-dev
	@.venv/bin/python -m bench

# Workers are killed, servers restarted, clocks moved. ARGS names scenarios; without it all are run.
faults: environment-dev spamassassin
	@.venv/bin/python -m tests.faults $(ARGS)

LOCK = .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command "make lock" pyproject.toml

lock: environment-dev
	$(LOCK) --output-file requirements.lock
	$(LOCK) --group dev --constraint requirements.lock --output-file requirements-dev.lock

# --- what the targets above need -----------------------------------------------------------

environment:
	@./.ci/install requirements.lock $(PYTHON)

environment-dev:
	@./.ci/install requirements-dev.lock $(PYTHON)

chromium:
	@./.ci/chromium

spamassassin:
	@./.ci/spamassassin
