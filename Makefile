# Two commands for everyone: `make demo` and `make test`. Each sets up what it needs, once.
#
#   make demo    the nightly job against sample portals on this machine, then a comparison of agencies
#   make test    lint, format check, types, import contracts and the whole test suite
#   make generate  2,000 reports in every kind and layout, made by other programs, read back and compared
#   make chaos   100 nights in which anything may fail, one in eight through Prefect (NIGHTS=25, SEED=4711)
#   make docs    writes docs/dictionary.md anew, and the outputs of docs/cookbook.md from a first night of the demo
#   make format  puts the code into the agreed format
#   make sbom    lists every pinned dependency in sbom.json (CycloneDX)
#   make audit   asks the advisories of PyPI about every pinned dependency; needs the network
#   make lock    pins the dependencies of pyproject.toml anew
#   make clean   removes .venv, caches and the demo's home folder
#
# PYTHON=python3.12 chooses another interpreter than the newest that is found.

.DEFAULT_GOAL := help
.PHONY: help demo test generate chaos docs format sbom audit lock clean setup-core setup-dev

comma := ,
PYTHON ?=
DEMO_HOME ?= data/demo
BIN := .venv/bin

help:
	@sed -n 's/^#   //p' Makefile

demo: setup-core
	@$(BIN)/gongkai demo --home "$(DEMO_HOME)"

test: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -q -n 2 --dist worksteal

# Kinds whose programs (LibreOffice, Chromium) are not installed are left out, and it says so.
generate: setup-dev
	$(BIN)/python -m tests.generator

NIGHTS ?= 100
SEED ?=
chaos: setup-dev
	$(BIN)/python -m tests.chaos --nights $(NIGHTS) $(if $(SEED),--seed $(SEED),)

# The cookbook's outputs are those of a first night, which a home of its own makes sure of.
docs: setup-dev
	$(BIN)/python -m warehouse.views.dictionary > docs/dictionary.md
	home=$$(mktemp -d) && $(BIN)/gongkai demo --home "$$home/demo" >&2 \
	  && $(BIN)/python -m tests.docs.cookbook "$$home/demo"; status=$$?; rm -rf "$$home"; exit $$status

sbom: setup-dev
	$(BIN)/uv tool run --from cyclonedx-bom cyclonedx-py requirements requirements.lock --output-file sbom.json

audit: setup-dev
	$(BIN)/uv tool run pip-audit --require-hashes --disable-pip --requirement requirements.lock

format: setup-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The lock must hold on every supported Python and name no registry: hashes alone say what is meant.
UV_COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header
lock: setup-dev
	$(UV_COMPILE) --upgrade pyproject.toml --group build -o requirements.lock
	$(UV_COMPILE) --upgrade pyproject.toml --group build --group dev --extra dask --extra ocr -c requirements.lock -o requirements-dev.lock

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis *.egg-info build "$(DEMO_HOME)"

setup-core:
	@$(call set_up,requirements.lock,core)

setup-dev:
	@$(call set_up,requirements-dev.lock,dev)

# $(1) the lock, $(2) the name of the stamp. A stamp says what was installed where: another lock, another
# pyproject.toml or a moved checkout is set up again; anything else returns at once. The file `incomplete` stands
# while a set-up runs, so one that broke off halfway is thrown away and not built upon. The lock is complete, so pip
# has nothing to resolve (--no-deps): faster, and older versions of pip trip over extras in hash mode.
define set_up
set -eu; \
key() { echo "$$(pwd) $$(cat pyproject.toml $$1 | cksum)"; }; \
stamp=.venv/$(2).stamp; \
if [ ! -e .venv/incomplete ] && [ "$$(cat $$stamp 2>/dev/null || true)" = "$$(key $(1))" ] \
   && $(BIN)/python -c '' 2>/dev/null; then exit 0; fi; \
usable='import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))'; \
found=; \
for candidate in $(if $(PYTHON),"$(PYTHON)",python3.13 python3.12 python3.11 python3 python); do \
  if "$$candidate" -c "$$usable" >/dev/null 2>&1; then found=$$candidate; break; fi; \
done; \
if [ -z "$$found" ]; then \
  echo "gongkai needs Python 3.11 or newer with its venv module (Debian and Ubuntu: apt install python3-venv);" >&2; \
  echo "none was found as $(if $(PYTHON),$(PYTHON),python3.13$(comma) python3.12$(comma) python3.11 or python3)." \
    "PYTHON=/path/to/python names another: make demo PYTHON=/path/to/python" >&2; \
  exit 1; \
fi; \
moved=; if [ -e $$stamp ]; then case "$$(cat $$stamp)" in "$$(pwd) "*) ;; *) moved=yes ;; esac; fi; \
if [ -e .venv/incomplete ] || [ -n "$$moved" ] || ! $(BIN)/python -c '' 2>/dev/null; then rm -rf .venv; fi; \
echo "Setting up .venv with $$("$$found" --version) from $(1): once, about a minute …" >&2; \
mkdir -p .venv; touch .venv/incomplete; \
[ -x $(BIN)/python ] || "$$found" -m venv .venv; \
$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --no-input --only-binary :all: \
  --no-deps --require-hashes -r $(1); \
$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --no-input \
  --no-build-isolation --no-deps --no-index -e .; \
key requirements.lock > .venv/core.stamp; \
$(if $(filter dev,$(2)),key requirements-dev.lock > .venv/dev.stamp;) \
rm -f .venv/incomplete
endef
