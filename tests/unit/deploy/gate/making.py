"""A small attested image in a registry on loopback, and small programs in place of those the gate asks."""

import json
import sys
import tarfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from delivery.scan.tools import Toolbox
from deploy.gate import Check, Policy, Verdict, inspect
from tests.unit.delivery.attest.making import COMMIT, V02, Parts
from tests.unit.delivery.registry.fake_registry import FakeRegistry

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
REPOSITORY = "team/small"
OWNED = '[[file]]\npath = "usr/local/lib/finchat/*"\nreason = "the project\'s"\n'
# Says yes to the key that holds the digest's own name, or to the identity "ci", as cosign prints it.
COSIGN = """
import json
digest = sys.argv[-1].rpartition("@")[2]
key = open(sys.argv[sys.argv.index("--key") + 1]).read() if "--key" in sys.argv else ""
known = key == "the key" or "ci" in sys.argv
with open({log!r}, "a") as stream:
    stream.write(json.dumps(sys.argv[1:]) + "\\n")
if not known:
    said = "no signatures found"
    sys.exit(f"WARNING: something else\\nError: {{said}}\\nerror during command execution: {{said}}")
print(json.dumps([{{"critical": {{"image": {{"docker-manifest-digest": {said} }}}}}}]))
"""


@dataclass
class Dated(Parts):
    """The parts of an image, with the end of its build."""

    finished: str = "2026-11-20T12:00:00Z"

    def provenance(self, version: str, base_blob: str) -> dict[str, Any]:
        told = super().provenance(version, base_blob)
        if version == V02:
            told["metadata"]["buildFinishedOn"] = self.finished
        else:
            told["runDetails"]["metadata"]["finishedOn"] = self.finished
        return told


def put(fake: FakeRegistry, layout: Path, *tags: str) -> str:
    """Put the image of a layout's tar into the registry; the digest of its index."""
    with tarfile.open(layout) as archive:
        held = {each.name: archive.extractfile(each) for each in archive if each.isfile()}
        bodies = {name: stream.read() for name, stream in held.items() if stream is not None}
    (top,) = json.loads(bodies.pop("index.json"))["manifests"]
    index = bodies.pop(f"blobs/{top['digest'].replace(':', '/')}")
    manifests = {each["digest"]: each for each in json.loads(index)["manifests"]}
    for name, body in bodies.items():
        digest = name.removeprefix("blobs/").replace("/", ":")
        if digest in manifests:
            fake.manifests[digest] = (manifests[digest]["mediaType"], body)
        else:
            fake.put_blob(body)
    fake.manifests[top["digest"]] = (top["mediaType"], index)
    fake.tags |= dict.fromkeys(tags, top["digest"])
    digest: str = top["digest"]
    return digest


@dataclass
class World:
    """A registry, a folder for keys, programs and the cache, and what the policy says beside the usual."""

    fake: FakeRegistry
    folder: Path
    policy: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.fake.host}/{REPOSITORY}"

    @property
    def programs(self) -> Path:
        return self.folder / "bin"

    @property
    def cosign_log(self) -> Path:
        return self.folder / "cosign.log"

    def prepare(self) -> None:
        """Keys, the list of owned files, and a cosign that knows one of the keys."""
        for name, text in (("one.pub", "the key"), ("two.pub", "another"), ("owned.toml", OWNED)):
            (self.folder / name).write_text(text, "utf-8")
        self.cosign()

    def cosign(self, said: str = "digest") -> None:
        program(self.programs, "cosign", COSIGN.format(log=str(self.cosign_log), said=said))

    def trivy(self, *known: dict[str, Any]) -> None:
        """A trivy that finds these; it counts its runs and wants the image as a layout on the disk."""
        report = json.dumps({"Results": [{"Target": "python", "Vulnerabilities": list(known)}]})
        code = (
            "import os\n"
            "assert os.path.isfile(os.path.join(sys.argv[-1], 'index.json')), sys.argv\n"
            f"open({str(self.folder / 'trivy.log')!r}, 'a').write('run\\n')\nprint({report!r})"
        )
        program(self.programs, "trivy", code)

    def runs_of_trivy(self) -> int:
        log = self.folder / "trivy.log"
        return len(log.read_text("utf-8").splitlines()) if log.exists() else 0

    def given(self, **more: Any) -> Policy:
        """The policy: everything that the small image has is allowed."""
        told = {
            "repositories": [f"{self.fake.host}/team/*"],
            "builders": ["https://example.com/*"],
            "bases": ["python:3.11-slim"],
            "max_age_days": 30,
            "owned": "owned.toml",
            "signature": {"keys": ["one.pub"], "transparency_log": False},
            "findings": {"when_not_checked": "allow"},
            **self.policy,
            **more,
        }
        return Policy.model_validate(told, context={"folder": self.folder})

    def push(self, parts: Parts, tag: str = "1", version: str = V02, without: str = "") -> str:
        """Push the image; its name with the tag."""
        put(self.fake, parts.layout(self.folder, version, without), tag)
        return f"{self.name}:{tag}"

    def inspect(self, reference: str, **values: Any) -> Verdict:
        """The verdict; `values` are policy, revision and now, where they are not the usual ones."""
        usual = {"policy": self.given(), "revision": COMMIT, "now": NOW, "cache": self.folder / "cache"}
        tools = Toolbox(self.folder, (str(self.programs),))
        return inspect(reference, **{"tools": tools, **usual, **values})

    def judged(self, parts: Parts, version: str = V02, without: str = "", **values: Any) -> Verdict:
        """Push the image and inspect it."""
        return self.inspect(self.push(parts, version=version, without=without), **values)


def of(verdict: Verdict, name: str) -> Check:
    """The verdict's check of that name."""
    (found,) = [each for each in verdict.checks if each.name == name]
    return found


def refused(verdict: Verdict) -> set[str]:
    """The names of the checks that refuse."""
    return {each.name for each in verdict.refusals}


def program(folder: Path, name: str, code: str) -> None:
    """A program of that name, made of Python that starts fast: it finds its own library only."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!{sys.executable} -IS\nimport sys\n{code}\n", "utf-8")
    (folder / name).chmod(0o755)
