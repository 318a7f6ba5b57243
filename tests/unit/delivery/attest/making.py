"""A small image as the build should make it, attested in full, every part of which a test can spoil."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from delivery.attest import gate
from delivery.attest.model import Expected, Verdict
from delivery.oci.layout import Layout
from tests.unit.delivery.oci.making import Making, entry, folder, hardlink, sha, statement, symlink, tar

COMMIT = "0123456789abcdef0123456789abcdef01234567"
BASE_DIGEST = f"sha256:{'ba' * 32}"
RECIPE = b"FROM python:3.11-slim AS api\n"
SITE = "opt/venv/lib/python3.11/site-packages"
STATUS = """\
Package: dash
Status: install ok installed
Version: 0.5.12-2

Package: old
Status: deinstall ok config-files
Version: 1
"""
MODULE, HEALTH = b"answer = 42\n", b"print('well')\n"
OWNED = {"usr/local/lib/finchat/*": "the project's"}
V02, V1 = "https://slsa.dev/provenance/v0.2", "https://slsa.dev/provenance/v1"


def urlsafe(body: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(body).digest()).decode().rstrip("=")


def base_layer() -> bytes:
    """Debian with a merged /usr, one package, and an interpreter that no package owns."""
    return tar(
        folder("usr/bin"),
        symlink("bin", "usr/bin"),
        entry("usr/bin/dash", b"dash"),
        hardlink("usr/bin/sh", "usr/bin/dash"),
        entry("usr/local/bin/python3", b"python"),
        entry("usr/local/lib/python3.11/ast.py", b"standard = True"),
        entry("var/lib/dpkg/status", STATUS.encode()),
        entry("var/lib/dpkg/info/dash.list", b"/.\n/bin\n/bin/dash\n/bin/sh\n"),
    )


def app_files() -> dict[str, bytes]:
    """One distribution with its bytecode and program, and a file of the project's own."""
    info = f"{SITE}/demo-1.0.dist-info"
    record = [
        f"demo/__init__.py,sha256={urlsafe(MODULE)},{len(MODULE)}",
        f"../../../bin/demo,sha256={urlsafe(b'#!')},2",
        "demo-1.0.dist-info/METADATA,,",
        "demo-1.0.dist-info/RECORD,,",
    ]
    return {
        f"{SITE}/demo/__init__.py": MODULE,
        f"{SITE}/demo/__pycache__/__init__.cpython-311.pyc": b"compiled",
        "opt/venv/bin/demo": b"#!",
        f"{info}/METADATA": b"Metadata-Version: 2.1\nName: Demo\nVersion: 1.0\n\nAbout.\n",
        f"{info}/RECORD": "\n".join(record).encode(),
        "usr/local/lib/finchat/healthcheck.py": HEALTH,
    }


@dataclass
class Parts:
    """What the image and its attestations are made of; change any, then `judged`."""

    base: bytes = field(default_factory=base_layer)
    app: dict[str, bytes] = field(default_factory=app_files)
    config: dict[str, Any] = field(
        default_factory=lambda: {
            "Env": ["PATH=/usr/bin", f"FINCHAT_REVISION={COMMIT}"],
            "Labels": {
                "org.opencontainers.image.revision": COMMIT,
                "org.opencontainers.image.base.name": "python:3.11-slim",
            },
        }
    )
    history: list[dict[str, Any]] = field(default_factory=lambda: [{"created_by": "COPY x / # buildkit"}])
    builder: str = "https://example.com/builder"
    arguments: dict[str, str] = field(default_factory=lambda: {"build-arg:GIT_SHA": COMMIT, "target": "api"})
    vcs: str = COMMIT
    materials: list[dict[str, Any]] = field(
        default_factory=lambda: [
            {"uri": "pkg:docker/docker/buildkit-syft-scanner@stable-1", "digest": {"sha256": "5f" * 32}},
            {"uri": "pkg:docker/python@3.11-slim?platform=linux%2Famd64", "digest": {"sha256": "ba" * 32}},
        ]
    )
    recipe: bytes = RECIPE
    packages: list[str] = field(
        default_factory=lambda: ["pkg:deb/debian/dash@0.5.12-2?arch=amd64", "pkg:pypi/demo@1.0"]
    )
    bill_files: dict[str, str] = field(
        default_factory=lambda: {f"{SITE}/demo/__init__.py": hashlib.sha256(MODULE).hexdigest()}
    )
    steps: bool = True
    subject: str = ""

    def spdx(self) -> dict[str, Any]:
        return {
            "spdxVersion": "SPDX-2.3",
            "name": "sbom",
            "packages": [
                {
                    "SPDXID": f"SPDXRef-{number}",
                    "name": purl.partition("?")[0].rpartition("/")[2].partition("@")[0],
                    "versionInfo": purl.partition("?")[0].rpartition("@")[2],
                    "externalRefs": [{"referenceType": "purl", "referenceLocator": purl}],
                }
                for number, purl in enumerate(self.packages)
            ],
            "files": [
                {
                    "fileName": path,
                    "SPDXID": f"SPDXRef-File-{number}",
                    "checksums": [{"algorithm": "SHA256", "checksumValue": value}],
                }
                for number, (path, value) in enumerate(self.bill_files.items())
            ],
        }

    def provenance(self, version: str, base_blob: str) -> dict[str, Any]:
        name = f"docker-image://docker.io/library/python:3.11-slim@{BASE_DIGEST}"
        steps = [{"id": "step0", "op": {"Op": {"source": {"identifier": name}}}}] if self.steps else []
        noted = {
            "vcs": {"revision": self.vcs} if self.vcs else {},
            "layers": {"step0:0": [[{"digest": base_blob}]]},
            "source": {
                "infos": [{"filename": "Dockerfile", "data": base64.b64encode(self.recipe).decode()}]
                if self.recipe
                else []
            },
        }
        if version == V02:
            return {
                "builder": {"id": self.builder},
                "materials": self.materials,
                "invocation": {
                    "configSource": {"entryPoint": "Dockerfile"},
                    "parameters": {"frontend": "dockerfile.v0", "args": self.arguments},
                },
                "buildConfig": {"llbDefinition": steps},
                "metadata": {"https://mobyproject.org/buildkit@v1#metadata": noted},
            }
        return {
            "buildDefinition": {
                "externalParameters": {
                    "configSource": {"path": "Dockerfile"},
                    "request": {"frontend": "dockerfile.v0", "args": self.arguments},
                },
                "internalParameters": {"buildConfig": {"llbDefinition": steps}},
                "resolvedDependencies": self.materials,
            },
            "runDetails": {"builder": {"id": self.builder}, "metadata": {"buildkit_metadata": noted}},
        }

    def layout(self, path: Path, version: str = V02, without: str = "") -> Path:
        """Write the image with its attestations, but for the statement whose type is `without`."""
        making = Making()
        app = tar(*(entry(name, body) for name, body in self.app.items()))
        image = making.image(self.base, app, config=self.config, history=self.history)
        base_blob = making.layers[0]
        bodies: Mapping[str, dict[str, Any]] = {
            version: self.provenance(version, base_blob),
            "https://spdx.dev/Document": self.spdx(),
        }
        about = self.subject or image
        making.attest(image, *(statement(about, key, each) for key, each in bodies.items() if key != without))
        return making.archive(path / "image.tar")


def expected(**values: Any) -> Expected:
    return Expected(**{"revision": COMMIT, "dockerfile": RECIPE, "owned": OWNED, **values})


def judged(parts: Parts, path: Path, version: str = V02, without: str = "", **values: Any) -> Verdict:
    """The verdict on the image of those parts."""
    with Layout.open(parts.layout(path, version, without)) as layout:
        (verdict,) = gate.check(layout, expected(**values))
        return verdict


def real_base(parts: Parts) -> dict[str, Any]:
    """The base image at hand, as `Expected` wants it."""
    return {"base": {"linux/amd64": (sha(parts.base),)}, "base_digests": frozenset({BASE_DIGEST})}
