"""Writes build/kubernetes/<overlay>.yaml: an overlay of deploy/kubernetes with its images by digest, and with
the alert rules of docker/prometheus/rules as a PrometheusRule. Run by `make k8s-manifests`.

API_IMAGE and WEBAPP_IMAGE name the images (name@sha256:…); a tag can be moved, and is refused. Needs kubectl.
"""

import argparse
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parent.parent
MANIFESTS = ROOT / "deploy" / "kubernetes"
RULES = ROOT / "docker" / "prometheus" / "rules"
# Rules about what a cluster does not have, with the reason.
NOT_THERE = {
    "deploy.yml": "the two colours of a Docker host; here Deployments roll",
    "proxy.yml": "HAProxy; the ingress controller brings its own rules",
    "monitoring.yml": "Prometheus itself, which the operator's own rules watch",
}
VARIABLES = {"finchat-sec-qa-api": "API_IMAGE", "finchat-sec-qa-webapp": "WEBAPP_IMAGE"}
_BY_DIGEST = re.compile(r"[a-z0-9][\w.:/-]*@sha256:[0-9a-f]{64}")


class ManifestError(Exception):
    """What is missing or wrong, and what to do."""


def images(environ: Mapping[str, str]) -> dict[str, str]:
    """The image for each name in the manifests. Raises ManifestError for one that is not given by digest."""
    found = {}
    for name, variable in VARIABLES.items():
        given = environ.get(variable, "")
        if not _BY_DIGEST.fullmatch(given):
            shown = f"is {given!r}" if given else "is not set"
            raise ManifestError(
                f"{variable} {shown}; give the image by digest: {variable}=ghcr.io/acme/{name}@sha256:…"
            )
        found[name] = given
    return found


def overlays() -> list[str]:
    """The names of the overlays."""
    return sorted(folder.name for folder in (MANIFESTS / "overlays").iterdir() if folder.is_dir())


def chosen_overlays(names: Sequence[str]) -> list[str]:
    """These overlays, or all. Raises ManifestError for a name that is none."""
    unknown = sorted(set(names) - set(overlays()))
    if unknown:
        raise ManifestError(f"no overlay {', '.join(unknown)}; there are {', '.join(overlays())}")
    return list(names) or overlays()


def render(overlay: str, chosen: Mapping[str, str], *, kubectl: str = "kubectl") -> str:
    """The overlay's manifests as one YAML text. Raises ManifestError when kubectl fails or is not there."""
    with tempfile.TemporaryDirectory(prefix="finchat-kubernetes-") as made:
        folder = Path(made)
        shutil.copytree(MANIFESTS, folder / "kubernetes")
        source = folder / "kubernetes" / "overlays" / overlay / "kustomization.yaml"
        namespace = _load(source.read_text(encoding="utf-8"))["namespace"]
        _dump(rule(namespace), folder / "rules.yaml")
        kustomization = {
            "apiVersion": "kustomize.config.k8s.io/v1beta1",
            "kind": "Kustomization",
            "resources": [f"kubernetes/overlays/{overlay}", "rules.yaml"],
            "images": [_image(name, image) for name, image in sorted(chosen.items())],
        }
        _dump(kustomization, folder / "kustomization.yaml")
        return _built(folder, kubectl)


def rule(namespace: str) -> dict[str, Any]:
    """The rules of Prometheus as the operator takes them."""
    files = [file for file in sorted(RULES.glob("*.yml")) if file.name not in NOT_THERE]
    groups = [group for file in files for group in _load(file.read_text(encoding="utf-8"))["groups"]]
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {
            "name": "finchat",
            "namespace": namespace,
            "labels": {"app.kubernetes.io/part-of": "finchat-sec-qa"},
        },
        "spec": {"groups": groups},
    }


def without_digest(text: str) -> Iterator[str]:
    """Images in rendered manifests that are not given by digest."""
    for image in re.findall(r"(?m)^\s*(?:- )?image: (.+)$", text):
        if not _BY_DIGEST.fullmatch(image):
            yield image


def _image(name: str, image: str) -> dict[str, str]:
    repository, _, digest = image.partition("@")
    return {"name": name, "newName": repository, "digest": digest}


def _built(folder: Path, kubectl: str) -> str:
    try:
        done = subprocess.run(
            [kubectl, "kustomize", str(folder)], capture_output=True, text=True, check=False
        )
    except FileNotFoundError as error:
        raise ManifestError(
            f"no program {kubectl!r}, which puts the manifests together; install it"
        ) from error
    if done.returncode:
        raise ManifestError(f"kubectl kustomize: {done.stderr.strip()}")
    left = ", ".join(without_digest(done.stdout))
    if left:
        raise ManifestError(f"images without a digest: {left}; list them in {Path(__file__).name}")
    return done.stdout


def _load(text: str) -> Any:
    return YAML(typ="safe").load(text)


def _dump(value: Mapping[str, Any], file: Path) -> None:
    written = io.StringIO()
    yaml = YAML(typ="safe")
    yaml.default_flow_style = False
    yaml.dump(value, written)
    file.write_text(written.getvalue(), encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Write them, and print where they are; 1 with a message when that cannot be done."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Example:\n  API_IMAGE=ghcr.io/acme/finchat-sec-qa-api@sha256:… \\\n"
        "  WEBAPP_IMAGE=ghcr.io/acme/finchat-sec-qa-webapp@sha256:… scripts/k8s_manifests.py production",
    )
    parser.add_argument("overlay", nargs="*", help="staging, production; all when none is named")
    parser.add_argument("--output-dir", type=Path, default=ROOT / "build" / "kubernetes", metavar="DIR")
    given = parser.parse_args(arguments)
    try:
        wanted, chosen = chosen_overlays(given.overlay), images(os.environ)
        texts = {overlay: render(overlay, chosen) for overlay in wanted}
    except ManifestError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    given.output_dir.mkdir(parents=True, exist_ok=True)
    for overlay, text in texts.items():
        file = given.output_dir / f"{overlay}.yaml"
        file.write_text(text, encoding="utf-8")
        print(file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
