#!/usr/bin/env bash
# Every check of `make lint`. All run, so that one look shows all that is wrong; fails if any failed.
# `lint.sh code` runs only those of Python code, which need no git and no Docker (the stage `lint` of the Dockerfile).
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
failed=()

check() { # check NAME COMMAND…
  local name=$1
  shift
  echo "── $name"
  "$@" || failed+=("$name")
}

code=(finchat_sec_qa api webapp delivery deploy scripts benchmarks tests)
check "ruff: rules" .venv/bin/python -m ruff check "${code[@]}"
check "ruff: layout" .venv/bin/python -m ruff format --check "${code[@]}"
check "mypy" .venv/bin/python -m mypy
check "import contracts" .venv/bin/lint-imports --no-cache
if [[ ${1:-} != code ]]; then
  check "sizes" .venv/bin/python -m scripts.check_sizes
  check "traces of this machine" .venv/bin/python -m scripts.check_traces
  check "poetry.lock fits pyproject.toml" scripts/lock.sh --check
  check "workflows: house rules" .venv/bin/python -m scripts.check_workflows
  check "workflows, compose files: schemas" .venv/bin/python -m scripts.check_schemas
  if command -v docker >/dev/null; then
    check "compose.yaml" docker compose -f compose.yaml --profile monitoring config -q
    check "compose.secrets.yaml" env FINCHAT_API_TOKEN_FILE=/dev/null docker compose -f compose.yaml -f compose.secrets.yaml config -q
    check "compose.dev.yaml" docker compose -f compose.dev.yaml config -q
  else
    echo "not checked: that compose reads its files (no docker here)"
  fi
  check "workflows: audit" .venv/bin/zizmor --offline --no-config --strict-collection --persona=auditor --no-progress --quiet .github
fi

if ((${#failed[@]})); then
  printf 'FAILED: %s\n' "${failed[@]}" >&2
  exit 1
fi
echo "All checks passed."
