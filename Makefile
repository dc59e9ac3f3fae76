# A thin shell over the pip lines of the README.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
# Processes that test side by side, of one thread each
WORKERS ?= 2
# ONNX Runtime for the web, which the page in the browser runs by, where `make ort-web` fetched it
ORT_WEB = 1.30.0
ORT_WEB_FOLDER = $(CURDIR)/build/ort-web/package
ifneq ($(wildcard $(ORT_WEB_FOLDER)/dist),)
export SOUNDALIKE_ORT_WEB ?= $(ORT_WEB_FOLDER)
endif

demo: $(VENV)/demo.stamp
	$(BIN)/soundalike clone docs/demo/reference.flac "Good evening. This voice was made from a few seconds of speech." -o demo.wav
	@echo "Use your own recording:  $(BIN)/soundalike clone me.wav \"Any text.\" -o out.wav"

test: $(VENV)/test.stamp
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

lint: $(VENV)/test.stamp
	$(BIN)/ruff check
	$(BIN)/ruff format --check -q
	$(BIN)/mypy

$(VENV)/demo.stamp: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q -c constraints.txt -e .
	touch $@

$(VENV)/test.stamp: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q -c constraints.txt -e ".[dev]"
	touch $@

docs: $(VENV)/docs.stamp
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict -q

ort-web: $(ORT_WEB_FOLDER)/dist

$(ORT_WEB_FOLDER)/dist:
	mkdir -p build/ort-web
	cd build/ort-web && npm pack --silent onnxruntime-web@$(ORT_WEB) && tar xzf onnxruntime-web-$(ORT_WEB).tgz

$(VENV)/docs.stamp: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q -c constraints.txt -e ".[docs]"
	touch $@

.PHONY: demo test lint docs ort-web
