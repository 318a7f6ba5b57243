"""SLSA provenance as BuildKit writes it, versions 0.2 and 1, as one value."""

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from packageurl import PackageURL

from delivery.attest.model import AttestError
from delivery.oci import fields
from delivery.oci.errors import UnreadableError
from delivery.oci.statement import Statement

BUILDKIT = "https://mobyproject.org/buildkit@v1#metadata"
ARGUMENT = "build-arg:"
REVISION_ARGUMENT = "GIT_SHA"
# Images that only look at the result: BuildKit names its SBOM generator among the materials.
TOOLS = ("buildkit-syft-scanner",)

Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Material:
    """What went into a build: `name` as FROM has it (`python:3.11-slim`), or a URI.

    `digest` is `sha256:…`, or empty where none is told.
    """

    name: str
    digest: str
    is_image: bool

    @property
    def is_tool(self) -> bool:
        """True for images that take part in the build only to look at its result."""
        return any(tool in self.name for tool in TOOLS)


@dataclass(frozen=True, slots=True)
class Provenance:
    """How an image was built.

    `revisions` maps where a commit is named to that commit. `arguments` are all parameters of the frontend
    (`build-arg:NAME`, `target` …). `recipes` maps the recorded Dockerfiles' names to their bytes.
    `is_complete` tells mode=max. `layers` are the digests of each image source's layers, by its reference.
    """

    digest: str
    builder: str
    entry_point: str
    is_complete: bool
    revisions: Mapping[str, str]
    materials: tuple[Material, ...]
    arguments: Mapping[str, str] = field(repr=False)
    recipes: Mapping[str, bytes] = field(repr=False)
    layers: Mapping[str, tuple[str, ...]] = field(repr=False)


def read(statement: Statement) -> Provenance:
    """The provenance in that statement. Raises AttestError for a shape that BuildKit does not write."""
    try:
        if "buildDefinition" in statement.predicate:
            return _version_1(statement)
        return _version_0_2(statement)
    except UnreadableError as error:
        raise AttestError(f"provenance {statement.digest}: {error}") from error


def _version_0_2(statement: Statement) -> Provenance:
    predicate = statement.predicate
    invocation = fields.mapping(predicate.get("invocation"), "invocation")
    metadata = fields.mapping(predicate.get("metadata"), "metadata")
    return _provenance(
        statement,
        builder=fields.mapping(predicate.get("builder"), "builder"),
        source=fields.mapping(invocation.get("configSource"), "configSource"),
        path="entryPoint",
        request=fields.mapping(invocation.get("parameters"), "parameters"),
        steps=fields.mapping(predicate.get("buildConfig"), "buildConfig"),
        materials=fields.sequence(predicate.get("materials"), "materials"),
        noted=fields.mapping(metadata.get(BUILDKIT), BUILDKIT),
    )


def _version_1(statement: Statement) -> Provenance:
    build = fields.mapping(statement.predicate.get("buildDefinition"), "buildDefinition")
    outer = fields.mapping(build.get("externalParameters"), "externalParameters")
    inner = fields.mapping(build.get("internalParameters"), "internalParameters")
    run = fields.mapping(statement.predicate.get("runDetails"), "runDetails")
    metadata = fields.mapping(run.get("metadata"), "metadata")
    return _provenance(
        statement,
        builder=fields.mapping(run.get("builder"), "builder"),
        source=fields.mapping(outer.get("configSource"), "configSource"),
        path="path",
        request=fields.mapping(outer.get("request"), "request"),
        steps=fields.mapping(inner.get("buildConfig"), "buildConfig"),
        materials=fields.sequence(build.get("resolvedDependencies"), "resolvedDependencies"),
        noted=fields.mapping(metadata.get("buildkit_metadata"), "buildkit_metadata"),
    )


def _provenance(
    statement: Statement,
    *,
    builder: Object,
    source: Object,
    path: str,
    request: Object,
    steps: Object,
    materials: list[Any],
    noted: Object,
) -> Provenance:
    """The parts that both versions have, under whatever names."""
    arguments = fields.table(request.get("args"), "args")
    recorded = fields.mapping(noted.get("source"), "source")
    return Provenance(
        digest=statement.digest,
        builder=fields.text(builder.get("id"), "builder.id"),
        entry_point=fields.text(source.get(path), path),
        is_complete=bool(steps.get("llbDefinition")),
        revisions=dict(_revisions(source, arguments, noted)),
        materials=tuple(_material(fields.mapping(each, "material")) for each in materials),
        arguments=arguments,
        recipes=dict(_recipes(recorded)),
        layers=dict(_layers(steps, fields.mapping(noted.get("layers"), "layers"))),
    )


def _revisions(source: Object, arguments: Mapping[str, str], noted: Object) -> Iterator[tuple[str, str]]:
    """Where a commit is named: by git at the client, by the address of a git context, by build argument."""
    vcs = fields.table(noted.get("vcs"), "vcs").get("revision")
    if vcs:
        yield "vcs.revision", vcs
    context = fields.table(source.get("digest"), "configSource.digest").get("sha1")
    if context:
        yield "configSource.digest", context
    if f"{ARGUMENT}{REVISION_ARGUMENT}" in arguments:
        yield f"build argument {REVISION_ARGUMENT}", arguments[f"{ARGUMENT}{REVISION_ARGUMENT}"]


def _material(found: Object) -> Material:
    uri = fields.text(found.get("uri"), "material.uri")
    sha256 = fields.table(found.get("digest"), "material.digest").get("sha256", "")
    digest = f"sha256:{sha256}" if sha256 else ""
    if not uri.startswith("pkg:docker/"):
        return Material(uri, digest, is_image=False)
    try:
        parsed = PackageURL.from_string(uri)
    except ValueError as error:
        raise UnreadableError(f"material {uri}: {error}") from error
    folder = f"{parsed.namespace}/" if parsed.namespace else ""
    tag = f":{parsed.version}" if parsed.version else ""
    return Material(f"{folder}{parsed.name}{tag}", digest, is_image=True)


def _recipes(recorded: Object) -> Iterator[tuple[str, bytes]]:
    for each in fields.sequence(recorded.get("infos"), "source.infos"):
        info = fields.mapping(each, "source.infos")
        try:
            body = base64.b64decode(fields.text(info.get("data"), "source.infos.data"), validate=True)
        except binascii.Error as error:
            raise UnreadableError(f"source.infos.data: {error}") from error
        yield fields.text(info.get("filename"), "source.infos.filename"), body


def _layers(steps: Object, layers: Object) -> Iterator[tuple[str, tuple[str, ...]]]:
    """References of image sources with the digests of the layers that they had, bottom first."""
    for each in fields.sequence(steps.get("llbDefinition"), "llbDefinition"):
        step = fields.mapping(each, "llbDefinition")
        operation = fields.mapping(fields.mapping(step.get("op"), "op").get("Op"), "Op")
        source = fields.mapping(operation.get("source"), "source")
        name = fields.text(source.get("identifier"), "source.identifier")
        chains = fields.sequence(layers.get(f"{step.get('id')}:0"), "layers")
        if name.startswith("docker-image://") and chains:
            chain = [fields.mapping(one, "layer") for one in fields.sequence(chains[0], "layers")]
            yield (
                name.removeprefix("docker-image://"),
                tuple(fields.text(one.get("digest"), "layer") for one in chain),
            )
