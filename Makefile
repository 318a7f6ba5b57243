# Everything a person does with a checkout. `make help` lists it; the work itself is in scripts/.
# PYTHON=/path/to/python3.11 names an interpreter, FINCHAT_STORE=DIR a store other than the one in .run/.
MAKEFLAGS += --no-print-directory
SHELL := /bin/bash
.DEFAULT_GOAL := help
export PYTHON ?= python3
export PYTHONNOUSERSITE := 1
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME
bin := .venv/bin
store = FINCHAT_STORE="$${FINCHAT_STORE:-$(CURDIR)/.run/store}"
code := finchat_sec_qa api webapp delivery deploy scripts benchmarks tests

.PHONY: help install install-dev run samples ask test lint format typecheck bench eval docker-build docker-run docker-logs docker-stop docker-dev docker-push validate check-attestations reproduce sbom security-scan build-metrics deploy-staging release-check deploy-prod registry-cleanup k8s-manifests build docs lock clean distclean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

install: ## Make .venv with what the program needs
	@scripts/environment.sh main

install-dev: ## Make .venv with what tests and checks need as well
	@scripts/environment.sh dev

run: install ## Load the sample filings, start the API (8000) and the web pages (5000); Ctrl-C stops
	@$(store) FINCHAT_LOG_FORMAT="$${FINCHAT_LOG_FORMAT:-plain}" FINCHAT_LOG_LEVEL="$${FINCHAT_LOG_LEVEL:-WARNING}" \
		exec $(bin)/finchat serve --samples

samples: install ## Load the sample filings into the store
	@$(store) $(bin)/finchat ingest --samples

ask: ## Ask a question: make ask Q="What was Apple's revenue in fiscal 2024?"
	@test -n "$$Q" || { echo 'usage: make ask Q="What was Apple'"'"'s revenue in fiscal 2024?"' >&2; exit 2; }
	@$(MAKE) samples
	@$(store) $(bin)/finchat ask -- "$$Q"
export Q

test: install-dev ## Run all tests; ARGS="-k name" chooses some
	@scripts/ensure_chromium.sh
	$(bin)/python -m pytest -n auto --maxprocesses 4 --dist loadfile $(ARGS)

lint: install-dev ## Check style, types, import contracts, sizes, and that the lock fits
	scripts/lint.sh

format: install-dev ## Lay out the code, and mend what can be mended by rule
	$(bin)/ruff check --fix-only $(code)
	$(bin)/ruff format $(code)

typecheck: install-dev ## Check types (mypy --strict)
	$(bin)/python -m mypy

bench: install-dev ## Measure ingest, questions, citations and start; benchmarks/README.md says against what
	$(bin)/python -m benchmarks

eval: install-dev ## Ask all questions with known truth, verify, and name what got worse; ARGS="--set xbrl --json"
	$(bin)/python -m benchmarks.eval $(ARGS)

docker-build: ## Build finchat-sec-qa:api and :webapp, tagged by commit and version (docker buildx bake)
	@variables=$$($(PYTHON) scripts/bake_variables.py) && env $$variables docker buildx bake

docker-run: docker-build ## Run API (8000) and web pages (5000) in containers, with the sample filings
	docker compose up --wait --detach
	docker compose exec -T api finchat ingest --samples
	@echo "web UI  http://127.0.0.1:$${FINCHAT_WEB_PORT:-5000}"
	@echo "API     http://127.0.0.1:$${FINCHAT_API_PORT:-8000}"

docker-logs: ## Follow the containers' logs
	docker compose --profile monitoring logs --follow --tail 100

docker-stop: ## Stop the containers; the store stays in its volume
	docker compose --profile "*" down

docker-dev: ## Serve the checkout in containers, reloaded when a file changes
	docker compose -f compose.dev.yaml up

docker-push: install-dev ## Build reproducibly, refuse taken tags, push: make docker-push REGISTRY=ghcr.io/acme
	@scripts/push_images.sh

validate: ## Check Dockerfile, code and tests inside the build (docker buildx bake validate)
	docker buildx bake validate

check-attestations: install-dev docker-build ## Hold provenance and SBOM of both images against the images and the commit
	@$(bin)/python scripts/check_attestations.py --image finchat-sec-qa:api --image finchat-sec-qa:webapp \
		--base "$${BASE_IMAGE:-python:3.11-slim}" --revision "$$(git rev-parse HEAD)"

reproduce: install-dev ## Build twice and compare; IMAGE=ref rebuilds a published image from its provenance
	$(bin)/python -m scripts.reproduce $(if $(IMAGE),"$(IMAGE)",--twice) $(ARGS)

sbom: install-dev ## Write the SBOMs of both images into dist/sbom/ (SPDX and CycloneDX)
	@for image in api webapp; do \
		$(bin)/python scripts/generate_sbom.py --target $$image --output-dir .make/sbom/$$image $(ARGS) && \
		install -D -m 644 .make/sbom/$$image/sbom.spdx.json dist/sbom/finchat-sec-qa-$$image.spdx.json && \
		install -D -m 644 .make/sbom/$$image/sbom.cyclonedx.json dist/sbom/finchat-sec-qa-$$image.cyclonedx.json || exit 1; \
	done

security-scan: install-dev ## Scan dependencies, code, history, Dockerfile, workflows and images
	$(bin)/python -m scripts.security_scan $(ARGS)

build-metrics: install-dev ## Build, and record what it cost: time, size, packages; fails where a limit is passed
	$(bin)/python -m scripts.build_metrics $(ARGS)

deploy-staging: install-dev ## Build or pull (ARGS="--tag v1.2.3"), deploy to staging, validate, report; REGISTRY=… pushes there
	@scripts/ensure_chromium.sh
	$(bin)/python -m deploy stage "$${STAGING:-staging}" $(ARGS)

release-check: install-dev ## Everything a version needs, in one verdict; REGISTRY=… proves the published images
	@scripts/ensure_chromium.sh
	$(bin)/python -m scripts.release_check $(ARGS)

deploy-prod: install-dev ## Deploy a version that passed release-check and staging: make deploy-prod VERSION=v1.2.3
	@test -n "$$VERSION" || { echo 'usage: make deploy-prod VERSION=v1.2.3' >&2; exit 2; }
	$(bin)/python -m deploy apply "$${PRODUCTION:-production}" --tag "$$VERSION" $(ARGS)

registry-cleanup: install-dev ## Plan which images REGISTRY may lose; ARGS=--apply deletes them
	@test -n "$$REGISTRY" || { echo 'usage: make registry-cleanup REGISTRY=ghcr.io/acme [ARGS=--apply]' >&2; exit 2; }
	$(bin)/python -m scripts.registry_cleanup $(foreach image,api webapp,$(REGISTRY)/finchat-sec-qa-$(image)) $(ARGS)

k8s-manifests: install-dev ## Write build/kubernetes/: API_IMAGE=name@sha256:… WEBAPP_IMAGE=…; ARGS=staging chooses
	@$(bin)/python -m scripts.k8s_manifests $(ARGS)

build: ## Build the sdist and the wheel into dist/
	@scripts/environment.sh tools
	@export SOURCE_DATE_EPOCH="$${SOURCE_DATE_EPOCH:-$$(git log -1 --format=%ct 2>/dev/null)}" && \
		rm -f dist/*.whl dist/*.tar.gz && .tools/bin/python -m poetry build --no-interaction

docs: install-dev ## Write the generated parts of docs/ and .env.example anew
	$(bin)/python -m scripts.make_settings_docs
	$(bin)/python -m scripts.make_picture
	$(bin)/python -m scripts.make_cli_docs
	$(bin)/finchat schema > docs/answer.schema.json

lock: ## Resolve the dependencies anew into poetry.lock and scripts/tools.txt
	@scripts/environment.sh tools
	scripts/lock.sh

clean: ## Remove caches and builds
	rm -rf dist/*.whl dist/*.tar.gz dist/sbom dist/images/*.tar build .make .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find $(code) -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean ## Remove the environments and the store of `make run` too
	rm -rf .venv .tools .run
