# Earshot
#
#   make demo       install what is missing, build, replay the sample captures, show the alerts
#   make test       install what is missing, build, run every test
#   make build      the program for use: .build/release/earshot
#   make fuzz       a minute of libFuzzer for each target of Fuzz/; FUZZ_SECONDS=3600 for an hour
#   make lint       formatting, as CI checks it
#   make format     mend the formatting
#   make samples    make the sample captures again (as root: real brokers and clients in network namespaces)
#   make clean      remove what was built

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
EARSHOT := .build/release/earshot
DEMO := .build/demo
FUZZ_SECONDS := 60

.PHONY: demo test build lint format samples clean tools-build tools-test unit rules-test fuzz fuzz-briefly

demo: build
	@rm -rf $(DEMO) && mkdir -p $(DEMO)
	$(EARSHOT) replay --quiet --db $(DEMO)/earshot.db PcapSamples
	@echo
	@echo '$$ earshot tail --db $(DEMO)/earshot.db -n 25'
	@$(EARSHOT) tail --db $(DEMO)/earshot.db -n 25
	@echo
	@echo 'The alerts stay in $(DEMO)/earshot.db: look at one with "$(EARSHOT) show --db $(DEMO)/earshot.db 1".'

build: tools-build
	swift build -c release --product earshot

test: tools-test lint build unit rules-test

unit: build
	EARSHOT_PROGRAM=$(CURDIR)/$(EARSHOT) swift test

rules-test: build
	$(EARSHOT) rules check --rules Rules
	$(EARSHOT) rules test --rules Rules --samples PcapSamples

fuzz: tools-build
	Fuzz/run.sh $(FUZZ_SECONDS)

# A build of about a minute on two idle cores, then 20 seconds for each of six targets: before a change of a parser is
# committed. No part of `make test`, whose outcome must not hang on chance.
fuzz-briefly: tools-build
	Fuzz/run.sh 20

lint:
	swift format lint --strict --parallel --recursive Sources Tests Fuzz Package.swift

format:
	swift format --in-place --parallel --recursive Sources Tests Fuzz Package.swift

samples: tools-test
	scripts/python-env.sh .venv
	.venv/bin/python PcapSamples/make.py

tools-build:
	@scripts/install-packages.sh build

tools-test:
	@scripts/install-packages.sh test

clean:
	rm -rf .build
