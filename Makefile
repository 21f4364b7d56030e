# Two commands set everything up: `make demo` and `make test`. The rest is for those who change Keepclear.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TOGETHER := tests/detection tests/spacetime tests/mechanism tests/formats tests/scenario tests/store \
  tests/acceptance tests/api tests/cli tests/docs tests/record tests/report
COMPILE := $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header -q

.PHONY: demo test endure fuzz check format bench console lock clean system

demo: $(VENV)/.for-demo console ## start a host with a live scenario and print one console address per role
	@$(BIN)/keepclear demo $(ARGS)

test: $(VENV)/.for-dev console system ## run the tests; those of endurance are apart
ifdef ARGS
	@$(BIN)/pytest $(ARGS)
else
	@echo "What can run side by side, on two processors …"
	@$(BIN)/pytest -n 2 --dist loadfile -m "not endurance" $(TOGETHER)
	@echo "Hosts under load and browsers, alone …"
	@$(BIN)/pytest -m "not endurance" $(addprefix --ignore=,$(TOGETHER))
endif

endure: $(VENV)/.for-dev console system ## kill, starve and deceive it, and fly recorded days through it: some minutes
	@$(BIN)/pytest -n 2 --dist loadfile -m endurance $(ARGS)

check: $(VENV)/.for-dev console ## lint, types, imports, docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/console.py check
	$(BIN)/pytest -q tests/docs

format: $(VENV)/.for-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

fuzz: $(VENV)/.for-dev ## fuzz every reader of what comes from others, a minute each, two at a time
	@$(BIN)/python -m tests.fuzz $(ARGS)

bench: $(VENV)/.for-dev console ## measure; prints figures and keeps none
	@$(BIN)/python -m bench $(ARGS)

console: $(VENV)/.for-demo ## build the web console into the package, unless it is up to date
	@$(BIN)/python scripts/console.py build

system: $(VENV)/.for-dev ## install what the tests need from the system, where that is allowed
	@$(BIN)/python scripts/system_needs.py

lock: $(VENV)/.for-dev ## pin every dependency anew, with hashes
	$(COMPILE) --group dev -o requirements/dev.txt
	$(COMPILE) --group build -c requirements/dev.txt -o requirements/demo.txt
	$(BIN)/uv pip compile --group setup --universal --python-version 3.11 --generate-hashes --no-header -q -c requirements/dev.txt -o requirements/setup.txt

clean:
	rm -rf $(VENV) dist src/keepclear/console_assets console/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis test-artefacts

# A stamp in .venv says what it was made from; a changed file makes the next command install again.
$(VENV)/.made: requirements/setup.txt
	@$(PYTHON) -c 'import sys; sys.exit("Keepclear needs Python 3.11 or newer; this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	@echo "Making $(VENV) …"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/setup.txt
	@touch $@

$(VENV)/.for-demo: $(VENV)/.made requirements/demo.txt pyproject.toml
	@echo "Installing what Keepclear runs on …"
	@$(BIN)/uv pip install --compile-bytecode --system-certs --quiet --python $(BIN)/python --require-hashes -r requirements/demo.txt
	@KEEPCLEAR_SKIP_CONSOLE=1 $(BIN)/uv pip install --system-certs --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q src/keepclear
	@echo "Compiling the index …"
	@$(BIN)/python -m keepclear.detection.warm
	@touch $@

$(VENV)/.for-dev: $(VENV)/.for-demo requirements/dev.txt
	@echo "Installing what the tests and checks need …"
	@$(BIN)/uv pip install --system-certs --quiet --python $(BIN)/python --require-hashes -r requirements/dev.txt
	@touch $@
