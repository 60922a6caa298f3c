# Everything that is done to this repository. `make` lists it.
SHELL       := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
GO          ?= go
VERSION     := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS     := -s -w -X hubbub/app/host.version=$(VERSION)
TOOL        := $(GO) tool -modfile=tools/go.mod
WASM_EXEC    = $(shell $(GO) env GOROOT)/lib/wasm/go_js_wasm_exec
PLATFORMS   := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64
export CGO_ENABLED := 0

.DEFAULT_GOAL := help
.PHONY: help run dev build test lint fmt golden bench dist screenshots clean web-fast web-best

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

run: web-fast ## build and start Hubbub; settings in ARGS="--addr :8080"
	@$(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/hubbub-run .
	@exec bin/hubbub-run $(ARGS)

dev: ## the same, built and started again whenever a file changes
	@$(GO) run ./web/build/watch $(ARGS)

build: web-best ## the release form: bin/hubbub, one file with everything in it
	$(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/hubbub .

web-fast:
	@$(GO) run ./web/build -fast

web-best:
	@$(GO) run ./web/build

test: lint web-best ## everything that CI runs
	@.ci/need node nodejs
	@echo "== tests, with the race detector where there is a C compiler, which it needs"
	@if .ci/need gcc gcc libc6-dev; then race=-race cgo=1; else race= cgo=0; echo "going on without the race detector"; fi; \
		set -x; CGO_ENABLED=$$cgo $(GO) test $$race ./...
	@echo "== the simulation: a server and its clients through 2,000 troubled days"
	$(GO) test ./app/client -run Simulation -sim.runs 2000
	@echo "== the browser build: shared and app under wasm, in node"
	GOOS=js GOARCH=wasm $(GO) test -exec "$(WASM_EXEC)" ./shared/... ./app/...
	@echo "== end to end, in Chromium"
	@.ci/need chromium chromium
	@.ci/need npm npm
	@.ci/need curl curl
	@.ci/need nginx nginx
	@.ci/need '/usr/bin/python3 -c "import websockets"' python3-websockets
	$(GO) test -tags e2e -count=1 -timeout 30m ./app/e2e ./web

lint: ## formatting, vet, staticcheck, known vulnerabilities
	@echo "== gofumpt"
	@unformatted=$$($(TOOL) gofumpt -l .); [ -z "$$unformatted" ] || { echo "not formatted, run make fmt:"; echo "$$unformatted"; exit 1; }
	@echo "== go vet, for the server and for the browser"
	$(GO) vet ./...
	$(GO) vet -tags e2e ./app/e2e ./web
	GOOS=js GOARCH=wasm $(GO) vet ./app/... ./shared/...
	@echo "== staticcheck"
	$(TOOL) staticcheck ./...
	$(TOOL) staticcheck -tags e2e ./app/e2e ./web
	@echo "== govulncheck"
	@.ci/vulncheck $(TOOL) govulncheck

fmt: ## format the code
	$(TOOL) gofumpt -w .

golden: ## write the golden frames, what is told of the API, and docs/permissions.md anew
	$(GO) test ./shared -run Golden -update
	$(GO) test ./server -run 'TestTheFacts|TestThePermissionsPage' -update

bench: ## measure; docs/performance.md explains the figures
	$(GO) test -run '^$$' -bench . -benchtime 3s ./server/... ./app/client

screenshots: web-best ## take the pictures in the README anew
	@mkdir -p bin/pictures
	HUBBUB_SCREENSHOTS=$(CURDIR)/bin/pictures $(GO) test -tags e2e -count=1 -run TestEveryPage ./app/e2e
	cp bin/pictures/members-desktop-light.png docs/desktop.png
	cp bin/pictures/room-phone-dark.png docs/phone.png

dist: web-best ## for Linux, macOS and Windows, in dist/
	@rm -rf dist && mkdir dist
	@for p in $(PLATFORMS); do \
		os=$${p%/*} arch=$${p#*/} ext=; [ $$os != windows ] || ext=.exe; \
		echo "dist/hubbub-$(VERSION)-$$os-$$arch$$ext"; \
		GOOS=$$os GOARCH=$$arch $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o dist/hubbub-$(VERSION)-$$os-$$arch$$ext .; \
	done
	@cd dist && sha256sum hubbub-* > SHA256SUMS

clean: ## remove what was built
	rm -rf bin dist
	find web/built -type f ! -name README -delete
