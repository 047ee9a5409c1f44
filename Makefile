# Every target works on a fresh clone: what is missing is installed first, or named where that needs root.
SHELL := /bin/sh
.DEFAULT_GOAL := help
BIN := node_modules/.bin
export PATH := $(CURDIR)/$(BIN):/usr/sbin:/sbin:$(PATH)

SOURCES := $(shell find packages config -type f \( -name '*.ts' -o -name '*.json' -o -name '*.yaml' -o -name '*.br' \) -not -path '*/node_modules/*' -not -name '*.test.ts' 2>/dev/null) hack/build.ts hack/render-config.ts

help: ## List the targets
	@grep -hE '^[a-z][a-z-]*:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: node_modules/.package-lock.json ## Install the Debian packages and npm modules that are missing
	@hack/setup

up: setup dist/.built ## Start the local Kubernetes and the operator, and the cache of examples/quickstart.yaml
	@./bin/orlop up -f examples/quickstart.yaml

down: ## Stop everything that `make up` started; the data stays (./bin/orlop down --delete-data removes it)
	@if [ -e dist/.built ]; then ./bin/orlop down; else echo "nothing was ever started here"; fi

build: setup dist/.built ## Bundle the programs into dist/

test-setup: setup ## Install what only tests need, and make the images that they run
	@hack/setup tests
	@images/build redis-7.0 redis-8.0 valkey-8.1 valkey-9.1 >/dev/null

test: test-setup dist/.built ## Run every test that needs no real cluster
	@npm run --silent test

conformance: setup ## Run the same cases against a real kube-apiserver (built once, some minutes) and against drydock; try chart and roles
	@hack/kubernetes/build etcd kube-apiserver kube-controller-manager kube-scheduler kubectl helm >/dev/null
	@hack/in-namespace node packages/drydock/conformance/run.ts; code=$$?; hack/in-namespace node hack/install/run.ts && exit $$code

cluster-up: setup ## Start a real Kubernetes of three nodes on this machine, as root (built once, some minutes)
	@node hack/cluster/cluster.ts up

cluster-down: node_modules/.package-lock.json ## Stop the real Kubernetes and leave nothing of it, also after a crash
	@node hack/cluster/cluster.ts down

test-faults: node_modules/.package-lock.json ## Try every crash, stale view, missed event and stale answer, and 100 kills of drydock (make test tries a sample)
	@KILLS=100 FAULT_POINTS=all hack/in-namespace vitest run packages/operator/test/faults.test.ts packages/operator/test/every-field.test.ts packages/drydock/test/many-kills.test.ts

e2e: setup dist/.built ## Try what users do, on a real Kubernetes of three nodes (as root), or on the local one with E2E_TARGET=drydock
	@hack/setup tests
	@node e2e/run.ts

bench: setup dist/.built ## Measure: one JSON line a figure
	@hack/in-namespace node bench/bench.ts

lint: node_modules/.package-lock.json ## Check style, imports, dependencies and texts
	@npm run --silent lint

fmt: node_modules/.package-lock.json ## Format the code
	@npm run --silent fmt

typecheck: node_modules/.package-lock.json ## Check the types
	@npm run --silent typecheck

generate: node_modules/.package-lock.json ## Write the CRDs and the reference from the schemas
	@npm run --silent generate

clean: ## Remove what was built and installed here
	@rm -rf dist node_modules packages/*/node_modules test-results

node_modules/.package-lock.json: package-lock.json package.json packages/*/package.json
	@command -v npm >/dev/null || { echo "npm is missing: install Node 20 or newer, which brings it" >&2; exit 1; }
	@echo "installing npm modules"
	@npm ci --loglevel=error >/dev/null
	@touch $@

dist/.built: node_modules/.package-lock.json $(SOURCES)
	@npm run --silent build
	@touch $@

.PHONY: help setup up down build test-setup test test-faults conformance cluster-up cluster-down e2e bench lint fmt typecheck generate clean
