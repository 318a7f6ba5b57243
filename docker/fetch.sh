#!/bin/sh
# fetch COMMAND…: runs a command that installs from a package index, with what a company's network asks for:
#   /run/secrets/pip_index_url   address of its index, which may hold a password (secret `pip_index_url`)
#   /run/secrets/ca_bundle       certificates to trust beside the usual ones (secret `ca_bundle`)
# Both are secret mounts, so neither stays in a layer or in the provenance.
set -eu
secrets=${FETCH_SECRETS:-/run/secrets}
if [ -s "$secrets/pip_index_url" ]; then
  PIP_INDEX_URL=$(cat "$secrets/pip_index_url")
  UV_DEFAULT_INDEX=$PIP_INDEX_URL
  export PIP_INDEX_URL UV_DEFAULT_INDEX
fi
if [ -s "$secrets/ca_bundle" ]; then
  both=$(mktemp)
  trap 'rm -f "$both"' EXIT
  python -c 'import pip._vendor.certifi as c, os; print(open(os.environ.get("SSL_CERT_FILE") or c.where()).read())' >"$both"
  cat "$secrets/ca_bundle" >>"$both"
  export SSL_CERT_FILE="$both" PIP_CERT="$both" REQUESTS_CA_BUNDLE="$both"
fi
"$@"
