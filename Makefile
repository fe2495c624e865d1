# The command surface. The work is done by tools/*.py, which run the same way without make: `python tools/lab.py`.
PYTHON ?= $(shell command -v python3 || command -v python)
RUN := $(PYTHON) tools

.DEFAULT_GOAL := help
.PHONY: help lab test setup book serve notebooks lint clean lock verify address class

help: ## say what each command does (this text)
	@echo "Convolutional networks, to read and to play with. Commands:"
	@echo
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'
	@echo
	@echo "The first one sets up the environment in .venv (Python 3.11 or newer); later ones find it there."

lab: ## open JupyterLab on the first page of the course
	@$(RUN)/lab.py $(ARGS)

test: ## run all tests, notebooks included (ARGS="tests/test_train.py -x" to choose)
	@$(RUN)/test.py $(ARGS)

setup: ## make or mend the environment in .venv
	@$(RUN)/setup.py $(ARGS)

book: ## execute every lesson, build the site, print its address
	@$(RUN)/book.py $(ARGS)

serve: ## look at the built site in a browser
	@$(RUN)/serve.py $(ARGS)

notebooks: ## derive the .ipynb files from the .py files
	@$(RUN)/notebooks.py $(ARGS)

lint: ## check style and types (ARGS=--fix to mend)
	@$(RUN)/lint.py $(ARGS)

clean: ## remove what was built (not the environment, not downloaded data)
	@$(RUN)/clean.py

lock: ## write requirements.lock anew from pyproject.toml
	@$(RUN)/lock.py $(ARGS)

verify: ## run every lesson in full on the real data and record the figures
	@$(RUN)/verify.py $(ARGS)

address: ## change the repository's address everywhere (URL=https://github.com/OWNER/NAME)
	@$(RUN)/address.py $(URL) $(ARGS)

class: ## write the lessons without solutions (OUT=FOLDER)
	@$(RUN)/strip.py $(OUT)
