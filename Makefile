# Earshot
#
#   make demo       install what is missing, build, replay the sample captures, show the alerts
#   make test       install what is missing, build, run every test
#   make build      the program for use, which needs no toolchain to run: .build/release/earshot
#   make forward    the forwarder, when it is wanted: .build/release/earshot-forward
#   make install    what was built, as root: PREFIX=/usr/local, DESTDIR= for a root other than this one; make uninstall
#   make deb        a Debian package in .build/deb, looked through by lintian
#   make deb-forward  the same of the forwarder
#   make deb-test   the same, made twice, and tried in a fresh Debian, also as a service (as root)
#   make nightly    every random test with random seeds: NIGHTLY_RUNS=50 for more than ten runs; a thousand kills of the
#                   sensor, and every fault of every call on its files
#   make soak       an hour of traffic, reloads, faults and attackers, as root: SOAK_SECONDS=600 for less
#   make fuzz       a minute of libFuzzer for each target of Fuzz/; FUZZ_SECONDS=3600 for an hour
#   make referee    hold our Sigma against pySigma: REFEREE_RULES=2000 for more rules, REFEREE_SEED=1 for a known set
#   make bench      CPU seconds and memory beside tcpdump, ndpiReader and others: BENCH='--size full' and other options
#   make bench-check  instructions of each stage and of whole replays against Benchmarks/README.md: UPDATE=1 writes them anew
#   make bench-counts what the captures for it hold, against tshark and the sensor
#   make lint       formatting, as CI checks it
#   make format     mend the formatting
#   make samples    make the sample captures again (as root: real brokers and clients in network namespaces)
#   make clean      remove what was built
#
# Random tests have fixed seeds; EARSHOT_SEED=4711 gives all of them that one, which plays a failure again. With
# EARSHOT_REQUIRE_ALL=1, as in CI, a test fails that would be left out because a tool or a right is missing.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
EARSHOT := .build/release/earshot
# Nothing loads the program as a library, so it need not show its symbols; relative relocations are packed; and ICU, which
# comes with Foundation, speaks English only. From 75 to 40 MB.
ICU := .build/icu
LINKING := -Xlinker $(CURDIR)/$(ICU)/icu-data.ld -Xswiftc -use-ld=lld -Xlinker --no-export-dynamic -Xlinker --icf=safe -Xlinker -O2 \
    -Xlinker -z -Xlinker now -Xlinker -z -Xlinker pack-relative-relocs
DEMO := .build/demo
DEB := .build/deb
PREFIX := /usr/local
DESTDIR :=
FUZZ_SECONDS := 60
NIGHTLY_RUNS := 10
SOAK_SECONDS := 3600
BENCH :=
UPDATE :=
REFEREE_RULES := 300
REFEREE_SEED := $(shell od -An -N4 -tu4 /dev/urandom | tr -d ' ')

.PHONY: demo test build forward forward-faults install uninstall deb deb-forward deb-test package lint format samples clean \
    bench bench-check bench-counts bench-build tools-bench \
    tools-build tools-forward tools-test tools-samples tools-package unit rules-test worlds-test fuzz fuzz-briefly fuzz-ci nightly \
    soak soak-ci referee referee-tools

demo: build
	@rm -rf $(DEMO) && mkdir -p $(DEMO)
	$(EARSHOT) replay --quiet --db $(DEMO)/earshot.db PcapSamples
	@echo
	@echo '$$ earshot tail --db $(DEMO)/earshot.db -n 25'
	@$(EARSHOT) tail --db $(DEMO)/earshot.db -n 25
	@echo
	@echo 'The alerts stay in $(DEMO)/earshot.db: look at one with "$(EARSHOT) show --db $(DEMO)/earshot.db 1".'

# Swift's runtime and Foundation are linked into the program, so it runs where no toolchain is. A "swift build -c release"
# without these words builds all anew, for its modules are others.
build: tools-build
	@scripts/smaller-icu.py $(ICU)
	swift build -c release --product earshot --static-swift-stdlib $(LINKING)

# The sensor and what it needs are not built again for it, and nothing of it is built for the sensor.
forward: tools-forward
	@scripts/smaller-icu.py $(ICU)
	swift build -c release --product earshot-forward --static-swift-stdlib $(LINKING)

# Every target against every fault, with 100,000 alerts each: half an hour.
forward-faults: forward tools-test
	swift build --product ForwardPeers
	Tests/Peers/forward_faults.py .build/release/earshot-forward .build/debug/ForwardPeers

test: tools-test lint build unit rules-test worlds-test soak-ci fuzz-ci deb-test

# Neither needs a toolchain, so both may run as root where there is one for somebody else only.
install:
	PREFIX=$(PREFIX) DESTDIR=$(DESTDIR) Packaging/install.sh install $(EARSHOT)

uninstall:
	PREFIX=$(PREFIX) DESTDIR=$(DESTDIR) Packaging/install.sh uninstall

deb: tools-package build package
	lintian --allow-root --fail-on error $(DEB)/earshot_*.deb

# Out of the source tree: debhelper leaves its work where it runs, and the results in the folder above.
package:
	rm -rf $(DEB)/package $(DEB)/earshot_*
	mkdir -p $(DEB)/package
	cp -r Packaging/debian $(DEB)/package/debian
	cd $(DEB)/package && EARSHOT_SOURCE=$(CURDIR) dpkg-buildpackage --build=binary --no-sign >../log 2>&1 || { tail -n 30 ../log; exit 1; }
	@ls -l $(DEB)/earshot_*.deb

# The forwarder's package, which needs that of the sensor for nothing but its stores.
deb-forward: tools-package forward
	rm -rf $(DEB)/forward $(DEB)/earshot-forward_*
	mkdir -p $(DEB)/forward
	cp -r Packaging/debian-forward $(DEB)/forward/debian
	cd $(DEB)/forward && EARSHOT_SOURCE=$(CURDIR) dpkg-buildpackage --build=binary --no-sign >../forward.log 2>&1 || { tail -n 30 ../forward.log; exit 1; }
	lintian --allow-root --fail-on error $(DEB)/earshot-forward_*.deb
	@ls -l $(DEB)/earshot-forward_*.deb

deb-test:
	@if [ "$$(id -u)" -ne 0 ] && [ -z "$${EARSHOT_REQUIRE_ALL:-}" ]; then echo 'The package is not tried: only root can.'; \
	else export COMPRESSION=1 && $(MAKE) --no-print-directory deb && sha256sum $(DEB)/earshot_*.deb >$(DEB)/first && \
	    $(MAKE) --no-print-directory package && sha256sum --check $(DEB)/first && \
	    Packaging/test-package.sh $(DEB)/earshot_*.deb PcapSamples && \
	    Packaging/test-service.sh $(DEB)/earshot_*.deb PcapSamples; fi

unit: build tools-forward
	@$(MAKE) --no-print-directory referee-tools || echo 'The referee is left out: see above.'
	EARSHOT_PROGRAM=$(CURDIR)/$(EARSHOT) swift test

# Goes on after a run that fails, so that a night shows all that fails; the log of each that does stays.
nightly: build tools-forward
	swift build --build-tests
	EARSHOT_PROGRAM=$(CURDIR)/$(EARSHOT) scripts/nightly.sh $(NIGHTLY_RUNS)
	EARSHOT_PROGRAM=$(CURDIR)/$(EARSHOT) EARSHOT_KILLS=1000 EARSHOT_FAULTS=0 swift test --skip-build \
	    --filter 'KillTests|StoreFaultTests'

# What it needs of a machine, a network namespace and a file system of its own, only root may make.
soak: build
	Tests/Peers/soak.py $(EARSHOT) --seconds $(SOAK_SECONDS)

soak-ci: build
	@if [ "$$(id -u)" -ne 0 ] && [ -z "$${EARSHOT_REQUIRE_ALL:-}" ]; then echo 'The soak is left out: only root can.'; \
	else Tests/Peers/soak.py $(EARSHOT) --seconds 120; fi

rules-test: build
	$(EARSHOT) rules check --only-rules Rules
	scripts/rules-readme.py --check
	$(EARSHOT) rules test --strict --only-rules Rules --samples PcapSamples

# Honest traffic: four worlds of eleven minutes and the everyday situations, made anew, with the rows that are right for each.
worlds-test: build
	PcapSamples/check_worlds.py $(EARSHOT) --rules Rules

# Two environments: the command sigma wants an older pySigma than its SQLite backend.
referee-tools: tools-test
	@scripts/python-env.sh .venv-referee scripts/referee-requirements.txt
	@scripts/python-env.sh .venv-sigma scripts/sigma-requirements.txt

referee: referee-tools build
	.venv-sigma/bin/sigma check --fail-on-issues -x attacktag -x d3_fendtag Rules
	.venv-referee/bin/python Tests/RefereeTests/Referee/referee.py --program $(EARSHOT) --rules Rules \
	    --captures PcapSamples $(if $(wildcard ../shared/pcaps),--captures ../shared/pcaps) \
	    --generated $(REFEREE_RULES) --seed $(REFEREE_SEED) --seconds 3600

fuzz: tools-build
	Fuzz/run.sh $(FUZZ_SECONDS)

# What CI fuzzes: what every packet goes through, a minute each, always with the same choices, so that a run fails for a
# change and not by chance.
fuzz-ci: tools-build
	FUZZ_SEED=1 FUZZ_RUNS=12000 Fuzz/run.sh 60 FuzzStream
	FUZZ_SEED=1 Fuzz/run.sh 60 FuzzFrame FuzzFragments

# For each the program is built as for use.
bench: build bench-build
	Benchmarks/bench.py $(BENCH)

bench-check: build bench-build
	Benchmarks/bench_check.py $(if $(UPDATE),--update)

bench-counts: build bench-build
	Benchmarks/check_counts.py

bench-build: tools-bench
	swift build --package-path Benchmarks --scratch-path .build/benchmarks -c release --static-swift-stdlib

# Before a change of a parser is committed.
fuzz-briefly: tools-build
	Fuzz/run.sh 20

lint:
	swift format lint --strict --parallel --recursive Sources Tests Fuzz Benchmarks Package.swift

format:
	swift format --in-place --parallel --recursive Sources Tests Fuzz Benchmarks Package.swift

samples: tools-samples
	.venv-samples/bin/python PcapSamples/make.py

tools-build:
	@scripts/install-packages.sh build

tools-forward:
	@scripts/install-packages.sh forward

tools-test:
	@scripts/install-packages.sh test
	@scripts/python-env.sh .venv

tools-bench:
	@scripts/install-packages.sh bench

tools-package:
	@scripts/install-packages.sh package

tools-samples:
	@scripts/install-packages.sh samples
	@scripts/python-env.sh .venv-samples scripts/samples-requirements.txt

clean:
	rm -rf .build
