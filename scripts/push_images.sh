#!/usr/bin/env bash
# Builds the images of the checkout's commit so that anyone can build the same bytes again, and pushes them:
#   REGISTRY=ghcr.io/acme push_images.sh
# Tags: the commit, the version, and `latest` on main. A tag that another image has is refused before anything
# is pushed (latest apart); an image that is there already is not pushed again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() {
  echo "error: $*" >&2
  exit 1
}

[[ -n ${REGISTRY:-} ]] || fail "REGISTRY names no registry; for example: make docker-push REGISTRY=ghcr.io/acme"
[[ -z $(git status --porcelain --untracked-files=no) ]] || fail "the checkout has changes that no commit holds; commit them first, since images are named by their commit"
variables=$(.venv/bin/python scripts/bake_variables.py)
export ${variables?}
# Only containerd's image store keeps attestations, and the digest that was built.
docker info --format '{{json .DriverStatus}}' | grep -q containerd.snapshotter || fail "the engine does not keep images in containerd's store, which holds attestations: set features.containerd-snapshotter in /etc/docker/daemon.json and restart it"

IMAGES=$(mktemp -d)
trap 'rm -rf "$IMAGES"' EXIT
export IMAGES BUILDX_BAKE_ENTITLEMENTS_FS=0
docker buildx bake release

for image in api webapp; do # nothing is pushed when a tag of either is taken
  repository="${REGISTRY%/}/finchat-sec-qa-$image"
  .venv/bin/python -m scripts.check_tags --layout "$IMAGES/$image.tar" "$repository:$GIT_SHA" "$repository:$VERSION"
done

for image in api webapp; do
  repository="${REGISTRY%/}/finchat-sec-qa-$image"
  tags=("$repository:$GIT_SHA" "$repository:$VERSION")
  [[ $LATEST == true ]] && tags+=("$repository:latest")
  wanted=$(.venv/bin/python -m scripts.check_tags --to-push --layout "$IMAGES/$image.tar" "${tags[@]}")
  docker load --quiet --input "$IMAGES/$image.tar"
  for tag in $wanted; do
    docker push "$tag"
  done
done
