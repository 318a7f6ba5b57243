#!/usr/bin/env bash
# Resolves the dependencies into poetry.lock and scripts/tools.txt; with --check only says whether
# poetry.lock still fits pyproject.toml.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
scripts/environment.sh tools
export PYTHON_KEYRING_BACKEND=keyring.backends.null.Keyring
if [[ ${1:-} == --check ]]; then
  exec .tools/bin/python -m poetry check --lock --no-interaction
fi
# Poetry asks PyPI's JSON API, which not every index has. The mirror plugin asks the simple API of the index
# that pip uses, and leaves poetry.lock free of its address.
index=$(.tools/bin/python -m pip config get global.index-url 2>/dev/null || true)
: "${POETRY_PYPI_MIRROR_URL:=${PIP_INDEX_URL:-${index:-$(.tools/bin/python -c 'from pip._internal.models.index import PyPI; print(PyPI.simple_url)')}}}"
export POETRY_PYPI_MIRROR_URL
.tools/bin/python -m poetry lock --no-interaction
.tools/bin/python scripts/lock_tools.py
