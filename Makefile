# Two commands for a newcomer: `make demo` and `make test`. Both set up what they need below this folder.

PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& command -v $$p && break; done)
VENV := .venv
TOX_VENV := .venv-tox
PARTS := protocol agent coordinator
STAMP := $(VENV)/.installed
TOX_STAMP := $(TOX_VENV)/.installed

.PHONY: demo test setup python clean

demo: setup  ## everything on this machine, from synthetic files to a report in demo/
	$(VENV)/bin/oversight demo

test: $(TOX_STAMP)  ## all checks and tests
	@$(TOX_VENV)/bin/python tests/support/preflight.py
	$(TOX_VENV)/bin/tox run
	@$(TOX_VENV)/bin/python tests/oracles/run.py

setup: $(STAMP)

$(STAMP): constraints.txt $(PARTS:%=%/pyproject.toml) | python
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check \
		--constraint constraints.txt $(PARTS:%=--editable %)
	@touch $@

$(TOX_STAMP): tests/support/tox-requirements.txt | python
	$(PYTHON) -m venv $(TOX_VENV)
	$(TOX_VENV)/bin/python -m pip install --quiet --disable-pip-version-check \
		--requirement tests/support/tox-requirements.txt
	@touch $@

python:
	@test -n "$(PYTHON)" || { \
		echo "Python 3.11 or newer is needed and was not found."; \
		echo "Install it (Debian: apt-get install python3 python3-venv) or run: make PYTHON=/path/to/python"; \
		exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
		echo "$(PYTHON) has no venv module. Debian: apt-get install python3-venv"; exit 1; }

clean:  ## remove everything that demo and test made
	rm -rf $(VENV) $(TOX_VENV) .tox demo
