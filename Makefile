# SPDX-License-Identifier: AGPL-3.0-or-later
# Thin: every target is a command of tools/ground (see `make help`). Works from any folder
# (make -C, make -f) and in a path with spaces, so nothing here is a file list.
here := $(shell dirname "$(strip $(MAKEFILE_LIST))")
ground = @cd "$(here)" && exec sh tools/python -m tools.ground
# Words for pytest, say: make test ARGS='-k invoice'; for bench, say: make bench ARGS=rating
ARGS ?=
PORT ?= 8069
# Records to measure with.
N ?= 1000000
export PYTHON PORT N

.PHONY: help demo test serve bench lint clean clean-all
.DEFAULT_GOAL := help

help demo serve lint clean clean-all:
	$(ground) $@

test bench:
	$(ground) $@ $(ARGS)
