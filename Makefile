# Two commands do all the set-up on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif

.PHONY: demo test lint docs bench clean

demo: $(VENV)/.installed
	$(BIN)/village-notice demo demo

test: $(VENV)/.installed-test
	$(BIN)/python -m pytest -n auto --dist loadgroup -q

lint: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.installed-test
	for file in bench/bench_*.py; do $(BIN)/python $$file || exit 1; done

docs: $(VENV)/.installed-test
	$(BIN)/python tools/make_docs.py

$(VENV)/bin/python $(VENV)/Scripts/python.exe:
	$(PYTHON) -m venv $(VENV) || (echo "缺少 venv 模块：Debian/Ubuntu 请先运行 apt-get install -y python3-venv" && exit 1)

$(VENV)/.installed: setup.cfg pyproject.toml | $(BIN)/python$(if $(filter Windows_NT,$(OS)),.exe,)
	$(BIN)/python -m pip install -q --upgrade pip
	$(BIN)/python -m pip install -q -e .
	$(BIN)/python -m compileall -q village_notice  # also where PYTHONDONTWRITEBYTECODE keeps Python from doing it
	touch $@

$(VENV)/.installed-test: setup.cfg pyproject.toml | $(BIN)/python$(if $(filter Windows_NT,$(OS)),.exe,)
	$(BIN)/python -m pip install -q --upgrade pip
	$(BIN)/python -m pip install -q -e ".[test,dev]"
	$(BIN)/python -m compileall -q village_notice
	touch $@ $(VENV)/.installed

clean:
	rm -rf build dist demo *.egg-info
