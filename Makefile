# SPDX-License-Identifier: Apache-2.0
include scripts/versions.mk

SHELL := /bin/bash
GO    ?= go
# The tag devnet adds a dealer of key shares: for tests and the simulator, never in a program that is installed.
TAGS  := devnet
BIN   := build
TOOLS := $(CURDIR)/.tools
FUZZTIME ?= 10s

.DEFAULT_GOAL := help

.PHONY: help
help: ## this list
	@awk -F':.*## ' '/^[a-zA-Z0-9_-]+:.*## /{printf "  make %-16s %s\n",$$1,$$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup: contracts/node_modules/.ok ## install what contracts and their tests need (forge, solc, OpenZeppelin; from npm)

contracts/node_modules/.ok: contracts/package.json contracts/package-lock.json
	cd contracts && npm ci
	@touch $@

.PHONY: build
build: ## bridged, relayer and bridgectl into build/
	@mkdir -p $(BIN)
	$(GO) build -o $(BIN)/ ./cmd/bridged ./cmd/relayer ./cmd/bridgectl

.PHONY: demo
demo: build ## two chains, four validators, one relayer: 20 messages, a pause, a table; needs Go alone
	$(BIN)/bridgectl devnet --demo

.PHONY: devnet
devnet: build ## the same network left running, with addresses and next commands
	$(BIN)/bridgectl devnet

.PHONY: test
test: test-go test-contracts ## all unit and contract tests

.PHONY: test-go
test-go: ## Go tests
	$(GO) test -tags $(TAGS) ./...
	$(GO) test -tags '$(TAGS) byzantine' -run TestByzantine ./cmd/bridged
	$(GO) test -tags '$(TAGS) byzantine' ./cmd/bridged/byzantine
	$(GO) test -tags '$(TAGS) failpoint' ./chains/failpoint

.PHONY: test-contracts
test-contracts: setup ## Solidity tests with forge
	cd contracts && . ./forge.sh && forge test --offline

.PHONY: test-race
test-race: ## Go tests under the race detector
	$(GO) test -race -tags $(TAGS) ./chains/... ./keys/... ./verifier/... ./relayer/...

FAILPOINTS ?= 1/1
.PHONY: e2e
e2e: build ## real processes, two networks at a time: kill -9 everywhere (FAILPOINTS=i/n: a part), hostile members, clones, outages, a full disk
	FAILPOINTS=$(FAILPOINTS) $(GO) test -tags '$(TAGS) e2e' -count=1 -parallel 2 -timeout 45m -v ./cmd/devnet

.PHONY: faults
faults: setup ## every fault of endpoints by name, in front of go-ethereum and anvil; reorganisations, a burst, a reader far behind
	$(GO) test -tags '$(TAGS) e2e' -count=1 -timeout 15m ./cmd/devnet/faults

.PHONY: chaos
chaos: build setup ## real processes for long: 50 kill -9 during 500 messages, every Byzantine policy, a full disk, ceremonies, endpoints that lie
	CHAOS=full $(GO) test -tags '$(TAGS) e2e' -count=1 -parallel 2 -timeout 80m -v -run "TestChaos|TestByzantine|TestFullDisk|TestCeremonies|TestCeremonyKills|TestLyingEndpoints" ./cmd/devnet
	CHAOS=full $(GO) test -tags '$(TAGS) e2e' -count=1 -timeout 45m -v -run "TestBurst|TestFarBehind" ./cmd/devnet/faults

# make sim                       the slice that CI runs: 50 seeds of 200 heights, ceremonies with 200 corrupt sets
# make sim HOURS=2 SHARD=1/2     two hours of fresh seeds, the first half of them, then all small committees and 2,000 sets
HOURS ?=
SHARD ?= 1/1
.PHONY: sim
sim: ## seeded simulator: 50 seeds of 200 heights and 200 hostile ceremonies, or HOURS=2 SHARD=i/n for more
	$(GO) build -tags $(TAGS) -o $(BIN)/ ./cmd/bridgesim
	$(BIN)/bridgesim run $(if $(HOURS),--hours $(HOURS) --shard $(SHARD),--seeds 50) --heights 200
	$(BIN)/bridgesim ceremony $(if $(HOURS),--small 5 --seeds 0 --corrupt 2000,--seeds 0 --corrupt 200 --members 7)

SLICE ?= 1/1
.PHONY: mutants
mutants: setup ## wrong versions of our own code, each caught by a named test (docs/mutants.md); SLICE=i/n for a part
	$(GO) run ./scripts/mutants -slice $(SLICE)

.PHONY: fuzz
fuzz: ## every fuzz target for FUZZTIME (default 10s) each
	GO=$(GO) TAGS=$(TAGS) scripts/fuzz.sh $(FUZZTIME)

$(TOOLS)/golangci-lint-$(GOLANGCI_LINT_VERSION):
	@mkdir -p $(TOOLS)
	GOBIN=$(TOOLS) $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT_VERSION)
	@mv $(TOOLS)/golangci-lint $@

.PHONY: lint
lint: $(TOOLS)/golangci-lint-$(GOLANGCI_LINT_VERSION) ## formatting, vet and golangci-lint
	@test -z "$$(gofmt -l chains keys verifier relayer cmd scripts contracts/*.go)" || { gofmt -l chains keys verifier relayer cmd scripts contracts/*.go; exit 1; }
	$(TOOLS)/golangci-lint-$(GOLANGCI_LINT_VERSION) run --build-tags $(TAGS) ./...
	$(TOOLS)/golangci-lint-$(GOLANGCI_LINT_VERSION) run --build-tags $(TAGS),e2e,byzantine,failpoint ./cmd/... ./chains/failpoint

.PHONY: layers
layers: ## imports point down only
	$(GO) run ./scripts/layers

.PHONY: generate
generate: ## rebuild protobuf code, shared vectors and generated pages
	scripts/proto.sh
	$(GO) run ./scripts/failpoints
	$(GO) run ./scripts/mutants -write
	$(GO) run -tags $(TAGS) ./scripts/vectors

.PHONY: contracts
contracts: setup ## compile the contracts and rebuild the Go bindings
	contracts/generate.sh

.PHONY: check-generate
check-generate: generate contracts ## generated code is what the sources say
	@git diff --exit-code -- verifier/api contracts/bindings contracts/vectors docs/failpoints.md docs/mutants.md || { echo "generated files differ: commit the result of make generate contracts"; exit 1; }

.PHONY: gas
gas: ## measure gas and rewrite contracts/snapshots/gas.json
	GAS_UPDATE=1 $(GO) test -count=1 -run TestGas -v ./contracts

.PHONY: bench
bench: build ## certificate latency in blocks and ms, memory per validator (docs/benchmarks.md)
	$(BIN)/bridgectl devnet --bench 40 --any-ports

.PHONY: clean
clean: ## remove build output
	rm -rf $(BIN) .devnet contracts/out contracts/cache
