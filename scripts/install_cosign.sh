#!/usr/bin/env bash
# Installs cosign for signing and verifying, unless version 3 is there. Go checks the module against its public
# log of checksums, so the version is a pin. FOLDER (default ~/.local/bin) takes the program.
#   scripts/install_cosign.sh
#   scripts/install_cosign.sh FOLDER
set -euo pipefail
version=v3.0.3

case ${1:-} in
  -h | --help)
    sed -n '2,5s/^# \{0,1\}//p' "$0"
    exit
    ;;
esac
if command -v cosign >/dev/null && cosign sign --help 2>&1 | grep -q -e --signing-config; then
  echo "cosign 3 is installed already"
  exit
fi
command -v go >/dev/null || {
  echo "error: no program 'go' to build cosign with; install Go, or cosign $version" >&2
  exit 1
}
folder=${1:-$HOME/.local/bin}
mkdir -p "$folder"
GOBIN=$(realpath "$folder") go install "github.com/sigstore/cosign/v3/cmd/cosign@$version"
# Steps that follow on GitHub find it there.
[[ -z ${GITHUB_PATH:-} ]] || realpath "$folder" >>"$GITHUB_PATH"
echo "cosign $version is installed in $folder"
