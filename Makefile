PYTHON ?= python3
VENV := .venv/bin/python

.PHONY: help run setup test check format bench screenshots lock messages clean

help:            ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 22

run:             ## install what is missing, then serve with demonstration data
	@$(PYTHON) tools/bootstrap.py run
	@exec $(VENV) -m ronda.site.cli serve --demo

setup:           ## install everything that tests and development need
	@$(PYTHON) tools/bootstrap.py test

test: setup      ## the quality gate, then all tests: SQLite, PostgreSQL, browser
	@$(VENV) -m tools.run_tests --check

check: setup     ## the quality gate alone
	@$(VENV) -m tools.check

format: setup    ## put code in the house format
	@$(VENV) -m ruff check --fix -q . ; $(VENV) -m ruff format .

bench: setup     ## measure the work against its budgets
	@$(VENV) -m ronda.site.cli bench all

screenshots: setup ## pictures of the screens
	@$(VENV) -m tools.screenshots

lock: setup      ## renew the lock files from pyproject.toml
	@$(VENV) -m tools.lock

messages: setup  ## add new sentences to the translation files
	@$(VENV) -m tools.check_messages --update

clean:           ## drop what was built or installed; data in var/ stays
	rm -rf .venv frontend/node_modules ronda/static/dist .mypy_cache .ruff_cache .import_linter_cache .hypothesis
