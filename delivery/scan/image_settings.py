"""Settings of an image: only the project's ports, and no secret in environment, labels or build steps."""

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from delivery.scan.detect import detect
from delivery.scan.image import Image
from delivery.scan.inside import each
from delivery.scan.model import Finding, Outcome, Scope, Severity

PORTS = {"8000/tcp", "5000/tcp"}
# NAME=value where the name says it is a secret; NAME_FILE=path is how a secret should be given.
NAMED = re.compile(
    r"\b(?P<name>\w*(?:TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?|PRIVATE_?KEY|API_?KEY|ACCESS_?KEY)\w*)"
    r"=(?P<value>[^\s\"']+|\"[^\"]+\"|'[^']+')",
    re.IGNORECASE,
)


class ImageSettings:
    """Exposed ports, and secrets in what `docker image inspect` and `docker history` show to everybody."""

    name = "image-settings"
    needs = "images, from the Docker engine or as tars"

    def run(self, scope: Scope) -> Outcome:
        """Look at every image; see `Check`."""
        return each(scope, self._look)

    def _look(self, image: Image) -> Outcome:
        shown = list(_shown(image))
        found = [*self._ports(image), *self._named(image, shown), *self._formed(image, shown)]
        return Outcome(tuple(found), looked_at=f"{image.name}: {len(shown)} values and steps")

    def _ports(self, image: Image) -> Iterator[Finding]:
        for port in sorted(set(image.config.ports) - PORTS):
            message = f"port {port} is exposed; only {', '.join(sorted(PORTS))} should be"
            yield Finding(self.name, f"{image.name} EXPOSE", 0, "port", message, Severity.MEDIUM)

    def _named(self, image: Image, shown: list[tuple[str, str]]) -> Iterator[Finding]:
        for place, text in shown:
            for match in NAMED.finditer(text):
                name, value = match["name"], match["value"]
                # A variable's own name is no value, and an empty one is none.
                if name.upper().endswith("_FILE") or value.strip("\"'").startswith("$"):
                    continue
                message = f"{name} has a value that everybody with the image can read; mount it as a secret"
                yield Finding(self.name, f"{image.name} {place}", 0, "secret-name", message, Severity.HIGH)

    def _formed(self, image: Image, shown: list[tuple[str, str]]) -> Iterator[Finding]:
        with tempfile.TemporaryDirectory(prefix="finchat-scan-") as folder:
            path = Path(folder) / "image.txt"
            path.write_text("".join(f"{' '.join(text.split())}\n" for _, text in shown), "utf-8")
            for hit in detect([str(path)]):
                # Digests and commit ids belong here, so that a text looks random says nothing.
                if not hit.kind.endswith("entropy-string"):
                    place = f"{image.name} {shown[hit.line - 1][0]}"
                    message = f"looks like a secret ({hit.kind}, SHA-1 {hit.sha1[:12]})"
                    yield Finding(self.name, place, 0, hit.kind, message, Severity.HIGH)


def _shown(image: Image) -> Iterator[tuple[str, str]]:
    """(place, text) of every value and build step that an image shows."""
    for variable in image.config.env:
        yield f"ENV {variable.split('=')[0]}", variable
    for name, value in image.config.labels.items():
        yield f"LABEL {name}", f"{name}={value}"
    for number, step in enumerate(image.config.history, start=1):
        yield f"step {number}", step.created_by
