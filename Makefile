# Everything runs in .venv, which the first command makes from the pinned requirements. `make help` lists the commands.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
PORT ?= 8000
SCALE ?= book
COUNT ?= 20
SEED ?= 0
ENV := .venv/installed
RUN := .venv/bin/python -m
# Kernels start three times faster from compiled modules: write them, whatever the shell says.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help book serve lab run all-runs new check seeds mutate mutants rehearse stale simulate bench colab versions pin test lint unit contract nbval twice-changed rehearse-changed mutate-changed site

help: ## list the commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

# The stamp says for which folder the environment was made: a checkout that was moved or renamed makes it anew.
ifneq ("$(shell cat $(ENV) 2>/dev/null)","$(CURDIR)")
.PHONY: $(ENV)
endif

$(ENV): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || (echo "Python 3.11 or later is needed: make PYTHON=/path/to/python3.11"; exit 1)
	.venv/bin/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv \
		|| (rm -rf .venv; echo "Python's venv module is needed: on Debian, apt install python3-venv"; exit 1)
	$(RUN) pip install --quiet --disable-pip-version-check --no-compile -r requirements.txt
	$(RUN) pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@pwd > $@

book: $(ENV) ## build the site and say how to open it
	$(RUN) tools.site build

serve: book ## build the site and serve it [PORT=8000]
	$(RUN) tools.site serve --port $(PORT)

lab: $(ENV) ## open the notebooks in JupyterLab
	.venv/bin/jupyter lab notebooks

run: $(ENV) ## execute a chapter: CHAPTER=slug [SCALE=book|quick|gpu]; book writes its outputs
	$(RUN) tools.run "$(CHAPTER)" "$(SCALE)"

all-runs: $(ENV) ## execute every chapter, here or at BOOK_SCHEDULER=tcp://...: [SCALE=book|quick|gpu]
	$(RUN) tools.all_runs "$(SCALE)"

new: $(ENV) ## begin a chapter from the template: CHAPTER=slug
	$(RUN) tools.new "$(CHAPTER)"

check: $(ENV) ## prove one chapter: contract, lint, quick run, break matrix, page: CHAPTER=slug
	$(RUN) tools.check "$(CHAPTER)"

seeds: $(ENV) ## run a chapter at quick with seeds 0 to 9 and store what its claims measure: CHAPTER=slug
	$(RUN) tools.seeds "$(CHAPTER)"

mutate: $(ENV) ## break chapters on purpose and see them turn red: all, or [CHAPTER=slug]
	$(RUN) tools.mutate $(CHAPTER)

mutants: $(ENV) ## edit a chapter at random and see who notices: CHAPTER=slug [COUNT=20] [SEED=0]
	$(RUN) tools.mutants "$(CHAPTER)" "$(COUNT)" "$(SEED)"

rehearse: $(ENV) ## run chapters on a pretended GPU that refuses what CUDA refuses: all, or [CHAPTER=slug]
	$(RUN) tools.rehearse $(CHAPTER)

stale: $(ENV) ## list the chapters whose outputs are older than their code or helpers
	$(RUN) tools.stale

simulate: $(ENV) ## build a copy of the site in which every method has a chapter, and time it
	$(RUN) tools.simulate

bench: $(ENV) ## measure chapters and site, and write the book's page about it
	$(RUN) tools.bench

colab: $(ENV) ## write copies that install the package on Colab: BOOK_REPOSITORY_URL=...
	$(RUN) tools.colab

versions: $(ENV) ## try the lowest and the newest versions that the bounds allow, on every Python of this machine
	$(RUN) tools.versions

pin: $(ENV) ## compile pyproject.toml to the exact pins of requirements.txt
	$(RUN) tools.pin

test: lint unit contract nbval twice-changed rehearse-changed mutate-changed site ## everything that CI runs

# Chapters of form 1 keep their 120 columns: notebooks/ruff.toml names them once, and they go with the last of them.
FORM_1 = $(shell grep -o '[a-z_]*/[a-z_]*\.ipynb' notebooks/ruff.toml | sed 's,^,notebooks/,')

lint: $(ENV)
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/ruff check --config pyproject.toml $(FORM_1)
	.venv/bin/ruff format --check --config pyproject.toml $(FORM_1)

CONTRACT := tests/test_contract.py tests/test_published_chapters.py

unit: $(ENV)
	$(RUN) pytest -q -n 2 tests --ignore tests/site $(CONTRACT:%=--ignore %)

contract: $(ENV)
	$(RUN) pytest -q $(CONTRACT)

nbval: $(ENV)
	$(RUN) tools.nbval

twice-changed: $(ENV)
	$(RUN) tools.twice --changed

rehearse-changed: $(ENV)
	$(RUN) tools.rehearse --changed

mutate-changed: $(ENV)
	$(RUN) tools.mutate --changed

site: $(ENV)
	$(RUN) pytest -q tests/site
