#!/usr/bin/env bash
# Makes the environments of a checkout, from pinned and hashed requirements only:
#   environment.sh tools   .tools with Poetry, from scripts/tools.txt
#   environment.sh main    .venv with what the program needs, from poetry.lock
#   environment.sh dev     .venv with what its tests and checks need as well
# A second run is instant: what was installed is remembered in the environment itself, by content.
# PYTHON names the interpreter (default python3, 3.11 or newer).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
unset VIRTUAL_ENV CONDA_PREFIX PYTHONPATH PYTHONHOME PIP_TARGET PIP_PREFIX
export PYTHONNOUSERSITE=1 PIP_USER=0 PIP_DISABLE_PIP_VERSION_CHECK=1 POETRY_VIRTUALENVS_IN_PROJECT=true
# Poetry asks the desktop's keyring for passwords of indexes; there may be no desktop to answer.
export PYTHON_KEYRING_BACKEND=keyring.backends.null.Keyring
PYTHON=${PYTHON:-python3}

fail() {
  echo "error: $*" >&2
  exit 1
}

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

venv() { # venv FOLDER: keep one that works, make it (anew) otherwise
  new_enough "$1/bin/python" && return
  command -v "$PYTHON" >/dev/null || fail "no program '$PYTHON'; install Python 3.11 or newer, or name it: make PYTHON=/path/to/python3.11 …"
  new_enough "$PYTHON" || fail "'$PYTHON' is $("$PYTHON" --version 2>&1); Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 …"
  "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null || fail "'$PYTHON' cannot make environments; install its venv module (Debian: apt-get install python3-venv)"
  "$PYTHON" -m venv --clear "$1"
}

stamp() { # stamp FOLDER FILE…: what those files, and the interpreter, are now
  local folder=$1
  shift
  { cat "$@"; "$folder/bin/python" -VV; } | cksum
}

install() { # install FOLDER REQUIREMENTS
  echo "Installing $(grep -c '==' "$2") pinned packages into $1 (the first time takes a minute)"
  "$1/bin/python" -m pip install -qq --require-hashes --requirement "$2"
}

tools() {
  venv .tools
  local now
  now=$(stamp .tools scripts/tools.txt)
  [[ $(cat .tools/.installed 2>/dev/null) == "$now" ]] && return
  install .tools scripts/tools.txt
  echo "$now" >.tools/.installed
}

project() { # project main|dev
  venv .venv
  local group=$1 now
  now=$(stamp .venv poetry.lock pyproject.toml scripts/environment.sh)
  # What the tests need includes what the program needs.
  [[ $(cat ".venv/.installed-$group" 2>/dev/null) == "$now" || $(cat .venv/.installed-dev 2>/dev/null) == "$now" ]] && return
  tools
  mkdir -p .make
  local with=()
  [[ $group == dev ]] && with=(--with dev)
  .tools/bin/python -m poetry export --quiet --no-interaction "${with[@]}" --output ".make/$group.txt"
  install .venv ".make/$group.txt"
  # pip, because `poetry install` writes commands that cannot start in a folder with a space in its name. The
  # build backend is the one that came with Poetry, so nothing unpinned is fetched for the build.
  PYTHONPATH=$(.tools/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))') \
    .venv/bin/python -m pip install -qq --no-deps --no-build-isolation --editable .
  echo "$now" >".venv/.installed-$group"
}

case ${1:-} in
  tools) tools ;;
  main | dev) project "$1" ;;
  *) fail "usage: environment.sh tools|main|dev" ;;
esac
