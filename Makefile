# The commands people type. CMake does the work; `make build` is a release-like build in build/.
# See HACKING.md for the presets and the tests by label.
BUILD ?= build
PREFIX ?= /usr/local
JOBS ?= $(shell nproc)
CMAKE_ARGS ?=
CTEST_ARGS ?=
# What the generated makefiles print about directories helps nobody.
MAKEFLAGS += --no-print-directory

.PHONY: build demo test test-slow tests-built quick bench install check format litmus packages configure clean
.DEFAULT_GOAL := build

packages:
	@tools/install-packages

# Configured once; later changes of any CMake file are noticed by the build itself.
configure: packages
	@test -f $(BUILD)/CMakeCache.txt || cmake -S . -B $(BUILD) $(CMAKE_ARGS)

build: configure
	@cmake --build $(BUILD) --parallel $(JOBS)

demo: build
	@$(BUILD)/bin/heddle demo

tests-built: build
	@cmake --build $(BUILD) --parallel $(JOBS) --target heddle_tests

# Everything but what is labelled slow; `make quick` is the part to run before each commit.
test: tests-built
	@cd $(BUILD) && ctest --output-on-failure --parallel $(JOBS) -LE slow $(CTEST_ARGS)

test-slow: tests-built
	@cd $(BUILD) && ctest --output-on-failure --parallel $(JOBS) -L slow $(CTEST_ARGS)

quick: tests-built
	@cd $(BUILD) && ctest --output-on-failure --parallel $(JOBS) -L quick $(CTEST_ARGS)

litmus: build
	@cmake --build $(BUILD) --target litmus

bench: build
	@cmake --build $(BUILD) --parallel $(JOBS) --target bench

install: build
	@cmake --install $(BUILD) --prefix $(PREFIX)

check: packages
	@tools/check

format:
	@tools/format

clean:
	rm -rf $(BUILD)
