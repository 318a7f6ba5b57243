"""The bill of materials that BuildKit attached to an image: in a file, OCI layout, engine or registry.

An attestation is a manifest of its own in the image's index: it names the platform manifest that it is about,
and its layers are in-toto statements. Layers of files are never read here.
"""

import json
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from delivery.oci import documents
from delivery.oci.blobs import INDEX, place
from delivery.oci.documents import Documents
from delivery.oci.errors import CorruptError, OciError
from delivery.sbom.errors import AbsentError, UnreadableError
from delivery.sbom.model import Sbom
from delivery.sbom.read import LIMIT, SPDX_PREDICATE, read

REFERENCE = "vnd.docker.reference.digest"
PREDICATE = "in-toto.io/predicate-type"
ADVICE = "build it with `docker buildx bake`, which attaches one, or name another"


def find(name: str, platform: str = "linux/amd64") -> Sbom:
    """The bill of materials that `name` stands for.

    `name` is a JSON file (SPDX, CycloneDX or an in-toto statement), an OCI layout as folder or tar, or else
    an image: the engine's, or the registry's where the engine has none of that name. Raises AbsentError when
    there is none, and UnreadableError when it cannot be read.
    """
    path = Path(name)
    if path.is_dir():
        return _of_documents(documents.of_folder(path, LIMIT), name, platform)
    if path.is_file() and tarfile.is_tarfile(path):
        with path.open("rb") as stream:
            return _of_documents(_streamed(stream), name, platform)
    if path.is_file():
        return read(path.read_bytes())
    if _docker("image", "inspect", name).returncode == 0:
        return _of_documents(_saved(name), name, platform)
    return read(_from_registry(name, platform))


def statements(held: Documents, platform: str) -> Iterator[bytes]:
    """The SPDX statements about that platform's manifest, as BuildKit ordered them: the image's comes first.

    Raises UnreadableError when index or manifests are not as OCI has them, or not what their digest says.
    """
    try:
        manifests = list(_manifests(held, json.loads(held[INDEX])))
        about = {entry["digest"] for entry in manifests if _platform(entry) == platform}
        for entry in manifests:
            if entry.get("annotations", {}).get(REFERENCE) not in about:
                continue
            for layer in json.loads(documents.blob(held, entry["digest"]))["layers"]:
                if layer.get("annotations", {}).get(PREDICATE) == SPDX_PREDICATE:
                    yield documents.blob(held, layer["digest"])
    except CorruptError as error:
        raise UnreadableError(str(error)) from error
    except (OciError, KeyError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise UnreadableError(f"no OCI layout: {type(error).__name__}: {error}") from error


def _of_documents(held: Documents, name: str, platform: str) -> Sbom:
    statement = next(statements(held, platform), None)
    if statement is None:
        raise AbsentError(f"{name} carries no SBOM for {platform}; {ADVICE}")
    return read(statement)


def _manifests(held: Documents, index: Any) -> Iterator[dict[str, Any]]:
    for entry in index["manifests"]:
        held_here = place(entry["digest"]) in held
        inner = json.loads(documents.blob(held, entry["digest"])) if held_here else {}
        if "manifests" in inner:
            yield from _manifests(held, inner)
        else:
            yield entry


def _platform(entry: Mapping[str, Any]) -> str:
    stated = entry.get("platform", {})
    return f"{stated.get('os')}/{stated.get('architecture')}"


def _streamed(stream: IO[bytes]) -> Documents:
    try:
        return documents.of_stream(stream, LIMIT, compressed=True)
    except OciError as error:
        raise UnreadableError(f"no OCI layout: {error}") from error


def _saved(image: str) -> Documents:
    with subprocess.Popen(["docker", "image", "save", image], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None  # noqa: S101 - for the type: it was asked for
        held = _streamed(process.stdout)
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
