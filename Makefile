# The front door. `make` alone lists what there is.

PYTHON ?= python3
VENV := .venv
PIP := $(VENV)/bin/python -m pip --disable-pip-version-check --quiet
# meson looks for ninja on PATH; both are those of the environment.
MESON := NINJA=$(CURDIR)/$(VENV)/bin/ninja $(VENV)/bin/meson
NINJA := $(VENV)/bin/ninja

# Debian 12 or later. The first list builds and runs VOClient, the second judges it in the tests.
PACKAGES := gcc pkg-config python3-venv python3-dev libexpat1-dev zlib1g-dev libcurl4-openssl-dev openssl ca-certificates
TEST_PACKAGES := bc fish g++ gnuplot-nox munge openssh-client slurm-wlm sqlite3 stilts default-jre-headless fitsverify \
  libcfitsio-bin wcstools source-extractor xpa-tools mandoc valgrind clang clang-format libclang-rt-14-dev zsh

FUZZERS := base64 expression lint network options reader rows texts writers

SOURCES := $(shell find voclient taskdefs legacy_bin -type f -not -name '*.pyc') pyproject.toml meson.build

.DEFAULT_GOAL := help
.PHONY: help setup demo archive test lint bench fuzz docs dist clean system-packages test-packages

help:  ## list the targets
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

# What is missing of the Debian packages in $(1): installed by root or sudo, else the one line to type.
define install-packages
	@missing=$$(for p in $(1); do dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || echo $$p; done); \
	[ -n "$$missing" ] || exit 0; \
	echo "Installing Debian packages:" $$missing; \
	line="apt-get install -y --no-install-recommends $$(echo $$missing)"; \
	if [ "$$(id -u)" = 0 ]; then sudo=; elif command -v sudo >/dev/null; then sudo=sudo; \
	else echo "Not root, and no sudo here. Please run as root:"; echo "  apt-get update && $$line"; exit 1; fi; \
	$$sudo apt-get update -qq && $$sudo env DEBIAN_FRONTEND=noninteractive $$line >/dev/null
endef

system-packages:
	$(call install-packages,$(PACKAGES))

test-packages: system-packages
	$(call install-packages,$(TEST_PACKAGES))

$(VENV)/bin/python: | system-packages
	@echo "Making $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --upgrade pip

# A plain install, as a user's: programs in .venv/bin, the package in its site-packages.
$(VENV)/.installed: $(SOURCES) $(VENV)/bin/python | system-packages
	@echo "Building and installing VOClient into $(VENV)"
	@$(PIP) install .
	@touch $@

$(VENV)/.test-tools: pyproject.toml $(VENV)/.installed
	@$(PIP) install --group test --group lint
	@touch $@

setup: $(VENV)/.installed  ## build and install everything into .venv
	@echo "VOClient is installed: try '. $(VENV)/bin/activate', then 'votinfo --help' or 'voclient list'"

demo: $(VENV)/.installed  ## a first look: tasks from Python and from the shell, on a local archive
	@$(VENV)/bin/python docs/demo/run.py

archive: $(VENV)/.installed  ## serve the local archive until interrupted
	@$(VENV)/bin/python tests/archive --demo

test: test-packages $(VENV)/.test-tools build/asan/build.ninja  ## run every test, the tools' once more under the sanitizers, a minute of fuzzing
	$(VENV)/bin/python -m pytest
	$(NINJA) -C build/asan --quiet
	VOCLIENT_BINDIR=$(CURDIR)/build/asan/legacy_bin/tools $(VENV)/bin/python -m pytest tests/legacy_bin
	@echo "Fuzzing from the kept corpus"
	$(call run-fuzzers,6,1)
	@echo "All tests passed."

build/asan/build.ninja: $(VENV)/.test-tools
	@echo "Configuring the build with sanitizers"
	@$(MESON) setup build/asan -Db_sanitize=address,undefined -Db_lundef=false -Dwerror=true >/dev/null

lint: test-packages $(VENV)/.test-tools  ## check style and types: ruff, mypy, gcc -Werror, clang-format
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	clang-format --dry-run -Werror $$(git ls-files '*.c' '*.h' '*.cc')
	[ -d build/lint ] || $(MESON) setup build/lint -Dwerror=true >/dev/null
	$(NINJA) -C build/lint --quiet
	@echo "No complaints."

bench: test-packages $(VENV)/.test-tools  ## measure against the peers; ratios of one run
	@$(PIP) install --group bench
	$(VENV)/bin/python tests/bench

# Each for $(1) seconds, with the seed $(2) (0: another each time). What it finds worth keeping goes to build/fuzz/corpus, a crasher to build/fuzz/NAME-crash-...
define run-fuzzers
	@[ -d build/fuzz ] || CC=clang $(MESON) setup build/fuzz -Dfuzz=true \
	  -Db_sanitize=address,undefined -Db_lundef=false >/dev/null
	@$(NINJA) -C build/fuzz --quiet $(FUZZERS:%=tests/fuzz/fuzz_%)
	@for name in $(FUZZERS); do \
	  mkdir -p build/fuzz/corpus/$$name; \
	  build/fuzz/tests/fuzz/fuzz_$$name -max_total_time=$(1) -seed=$(2) -rss_limit_mb=2048 -timeout=20 \
	    -artifact_prefix=build/fuzz/$$name- build/fuzz/corpus/$$name tests/fuzz/corpus/$$name \
	    >build/fuzz/$$name.log 2>&1 || { tail -n 60 build/fuzz/$$name.log; exit 1; }; \
	  tail -n 1 build/fuzz/$$name.log | sed "s/^Done/$$name:/"; \
	done
endef

fuzz: test-packages $(VENV)/.test-tools  ## look for crashes and broken promises (tests/fuzz), FUZZ_SECONDS (60) for each target
	$(call run-fuzzers,$${FUZZ_SECONDS:-60},0)

docs: $(VENV)/.installed  ## build the user guide into docs/_build/html
	@$(PIP) install --group docs
	$(VENV)/bin/sphinx-build -q -W -b html docs docs/_build/html
	@echo "docs/_build/html/index.html"

dist: $(VENV)/.installed  ## source archive and wheel into dist/
	@$(PIP) install build
	$(VENV)/bin/python -m build --outdir dist .

clean:  ## remove what was built (.venv stays)
	rm -rf build dist docs/_build $(VENV)/.installed $(VENV)/.test-tools
