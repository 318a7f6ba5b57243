#!/usr/bin/env bash
# Installs Debian's Chromium for the browser tests where it is missing and we may. Elsewhere those tests
# say why they are skipped (in CI they fail), so this never stops `make test`.
set -uo pipefail
for name in chromium chromium-browser google-chrome google-chrome-stable; do
  command -v "$name" >/dev/null && exit 0
done
if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
  echo "No Chromium here; the browser tests need one (Debian: apt-get install chromium)." >&2
  exit 0
fi
echo "Installing Chromium for the browser tests …"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
{ apt-get update && apt-get install --yes --no-install-recommends chromium; } >"$log" 2>&1 || {
  tail -n 5 "$log" >&2
  echo "Chromium could not be installed; the browser tests will say so." >&2
}
exit 0
