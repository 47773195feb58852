# Guildhall. `make help` lists what there is.
.DEFAULT_GOAL := help
SHELL := /bin/sh

PYTHON ?= $(shell for each in python3.13 python3.12 python3.11 python3.14 python3; do \
	"$$each" -c 'import sys; sys.exit(not (sys.version_info >= (3, 11)))' 2>/dev/null && { echo "$$each"; break; }; done)
BIN := .venv/bin
PY := $(BIN)/python
export PORT ?= 8000
# Two test processes keep two cores busy; `make test JOBS=0` runs in one.
JOBS ?= 2
# Pictures of the pages, in var/looks/; `make test GUILDHALL_LOOKS=1` keeps them.
export GUILDHALL_LOOKS ?= 0

.PHONY: help
help: ## Say what each command does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: .venv/installed assets ## Set everything up and serve http://localhost:8000 (PORT changes it)
	@GUILDHALL_DEMO=1 exec $(PY) -m config.serving

.PHONY: demo-data
demo-data: .venv/installed assets ## Set up the demo without serving it
	@GUILDHALL_DEMO=1 $(PY) -m config.serving --set-up-only

.PHONY: test
test: .venv/installed-dev assets ## Run every test; browser tests need Chromium on the machine
	@$(PY) -m config.browser
	@$(PY) -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder $(ARGS)

.PHONY: check
check: .venv/installed-dev assets ## Lint, types, imports, templates, migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --diff . > /dev/null || $(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djade --check --target-version 5.2 $$(find templates -name '*.html')
	$(BIN)/djlint templates --lint --quiet
	DJANGO_SETTINGS_MODULE=config.settings.owner $(PY) manage.py makemigrations --check --dry-run

.PHONY: bench
bench: .venv/installed-dev assets ## Measure against the yardstick; writes var/bench.json
	@$(PY) -m benchmarks $(ARGS)

.PHONY: clean
clean: ## Stop the servers, remove the environment and everything under var/
	@if [ -x $(PY) ]; then \
		$(PY) -m config.embedded down >/dev/null; \
		if [ -d var/test ]; then $(PY) -m config.embedded down --var var/test >/dev/null; fi; \
	fi
	@[ ! -L var/test/embedded ] || rm -rf "$$(readlink var/test/embedded)"
	rm -rf .venv node_modules static/build var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: requirements
requirements: .venv/installed-dev ## Compile the requirements anew, with hashes
	@command -v uv >/dev/null || { echo "This needs uv on the path."; exit 1; }
	@for each in requirements requirements-dev requirements-node; do \
		uv pip compile --quiet --generate-hashes --universal --python-version 3.11 \
			--no-emit-index-url --no-emit-find-links --no-header $$each.in -o $$each.txt; \
	done

.PHONY: assets
assets: .venv/installed
	@$(PY) -m config.assets

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Guildhall needs Python 3.11 or newer on the path."; exit 1; }
	@$(PYTHON) -m venv .venv || { \
		echo "Python could not make a virtual environment. On Debian or Ubuntu: apt-get install python3-venv"; \
		rm -rf .venv; exit 1; }

# The stamps hold the list they were installed from: an unchanged list costs nothing, whatever git does to dates.
.venv/installed: requirements.txt .venv/bin/python
	@cmp -s $< $@ || { $(call install,$<) && cp $< $@; }
	@touch $@

.venv/installed-dev: requirements-dev.txt .venv/installed
	@cmp -s $< $@ || { $(call install,$<) && cp $< $@; }
	@touch $@

define install
if command -v uv >/dev/null; then \
	uv pip install --quiet --python $(PY) --require-hashes -r $(1); \
else \
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1); \
fi
endef
