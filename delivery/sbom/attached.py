"""The bill of materials that BuildKit attached to an image: in a file, OCI layout, engine or registry.

An attestation is a manifest of its own in the image's index: it names the platform manifest that it is about,
and its layers are in-toto statements. Layers of files are never read here.
"""

import hashlib
import json
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from delivery.sbom.errors import AbsentError, UnreadableError
from delivery.sbom.model import Sbom
from delivery.sbom.read import LIMIT, SPDX_PREDICATE, read

REFERENCE = "vnd.docker.reference.digest"
PREDICATE = "in-toto.io/predicate-type"
ADVICE = "build it with `docker buildx bake`, which attaches one, or name another"

Blobs = Mapping[str, bytes]


def find(name: str, platform: str = "linux/amd64") -> Sbom:
    """The bill of materials that `name` stands for.

    `name` is a JSON file (SPDX, CycloneDX or an in-toto statement), an OCI layout as folder or tar, or else
    an image: the engine's, or the registry's where the engine has none of that name. Raises AbsentError when
    there is none, and UnreadableError when it cannot be read.
    """
    path = Path(name)
    if path.is_dir():
        return _of_blobs(_folder(path), name, platform)
    if path.is_file() and tarfile.is_tarfile(path):
        with path.open("rb") as stream:
            return _of_blobs(blobs(stream), name, platform)
    if path.is_file():
        return read(path.read_bytes())
    if _docker("image", "inspect", name).returncode == 0:
        return _of_blobs(_saved(name), name, platform)
    return read(_from_registry(name, platform))


def blobs(stream: IO[bytes]) -> Blobs:
    """The JSON blobs of an OCI layout's tar by digest ("sha256:…"), and "index.json", in one pass.

    Raises UnreadableError for what is no tar, and for a blob that is not what its name says.
    """
    found: dict[str, bytes] = {}
    try:
        with tarfile.open(fileobj=stream, mode="r|*") as archive:
            for member in archive:
                content = archive.extractfile(member) if member.isfile() else None
                if content is not None and member.size <= LIMIT:
                    _keep(found, member.name, content)
    except (tarfile.TarError, EOFError) as error:
        raise UnreadableError(f"no OCI layout: {error}") from error
    return found


def statements(held: Blobs, platform: str) -> Iterator[bytes]:
    """The SPDX statements about that platform's manifest, as BuildKit ordered them: the image's comes first.

    Raises UnreadableError when index or manifests are not as OCI has them.
    """
    try:
        manifests = list(_manifests(held, json.loads(held["index.json"])))
        about = {entry["digest"] for entry in manifests if _platform(entry) == platform}
        for entry in manifests:
            if entry.get("annotations", {}).get(REFERENCE) not in about:
                continue
            for layer in json.loads(held[entry["digest"]])["layers"]:
                if layer.get("annotations", {}).get(PREDICATE) == SPDX_PREDICATE:
                    yield held[layer["digest"]]
    except (KeyError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise UnreadableError(f"no OCI layout: {type(error).__name__}: {error}") from error


def _of_blobs(held: Blobs, name: str, platform: str) -> Sbom:
    statement = next(statements(held, platform), None)
    if statement is None:
        raise AbsentError(f"{name} carries no SBOM for {platform}; {ADVICE}")
    return read(statement)


def _manifests(held: Blobs, index: Any) -> Iterator[dict[str, Any]]:
    for entry in index["manifests"]:
        if entry["digest"] in held and "manifests" in (inner := json.loads(held[entry["digest"]])):
            yield from _manifests(held, inner)
        else:
            yield entry


def _platform(entry: Mapping[str, Any]) -> str:
    stated = entry.get("platform", {})
    return f"{stated.get('os')}/{stated.get('architecture')}"


def _keep(found: dict[str, bytes], name: str, content: IO[bytes]) -> None:
    name = name.removeprefix("./")
    if name == "index.json":
        found[name] = content.read()
    elif name.startswith("blobs/sha256/") and (first := content.read(1)) == b"{":
        body, digest = first + content.read(), name.removeprefix("blobs/sha256/")
        if hashlib.sha256(body).hexdigest() != digest:
            raise UnreadableError(f"{name} is not what its digest says: the layout is damaged")
        found[f"sha256:{digest}"] = body


def _folder(path: Path) -> Blobs:
    found: dict[str, bytes] = {}
    for file in (path / "index.json", *sorted(path.glob("blobs/sha256/*"))):
        if file.is_file() and file.stat().st_size <= LIMIT:
            with file.open("rb") as content:
                _keep(found, file.relative_to(path).as_posix(), content)
    return found


def _saved(image: str) -> Blobs:
    with subprocess.Popen(["docker", "image", "save", image], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None  # noqa: S101 - for the type: it was asked for
        held = blobs(process.stdout)
        while process.stdout.read(1 << 20):
            pass  # what follows the archive's end; closed before that, docker would die of the broken pipe
    if process.returncode != 0:
        raise AbsentError(f"`docker image save {image}` failed (exit code {process.returncode})")
    return held


def _from_registry(image: str, platform: str) -> bytes:
    done = _docker("buildx", "imagetools", "inspect", image, "--format", "{{json .SBOM}}")
    if done.returncode != 0:
        raise AbsentError(f"{image} is no file, and no image here or in its registry: {done.stderr.strip()}")
    try:
        answer = json.loads(done.stdout)
        document = answer.get("SPDX") or answer.get(platform, {}).get("SPDX")
    except (ValueError, AttributeError) as error:
        raise UnreadableError(f"docker buildx imagetools inspect {image}: {error}") from error
    if not document:
        raise AbsentError(f"{image} carries no SBOM for {platform}; {ADVICE}")
    return json.dumps(document).encode()


def _docker(*arguments: str) -> "subprocess.CompletedProcess[str]":
    try:
        return subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise AbsentError("no program docker, and no such file; install Docker or name a file") from error
