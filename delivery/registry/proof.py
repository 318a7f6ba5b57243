"""Proof that images can be pulled: every manifest fetched and hashed, every blob asked for."""

from collections.abc import Iterable
from dataclasses import dataclass

from delivery.registry.client import CONFIG_BYTES, Registry
from delivery.registry.documents import Descriptor
from delivery.registry.errors import AbsentError, BadAnswerError


@dataclass(frozen=True, slots=True)
class Proof:
    """What was asked for, in counts, and `faults`: what did not come, each with the tags that need it."""

    tags: int
    manifests: int
    blobs: int
    faults: tuple[str, ...]


class _Prover:
    """Asks for everything once per proof; another proof asks again, since only the registry knows."""

    def __init__(self, registry: Registry, repository: str, *, read: bool) -> None:
        self._registry = registry
        self._repository = repository
        self._read = read
        self.manifests: dict[str, list[str]] = {}
        self.blobs: dict[str, list[str]] = {}

    def tag(self, name: str, digest: str) -> list[str]:
        """What is wrong with the tag, in words."""
        try:
            found = self._registry.manifest(self._repository, name)
        except (AbsentError, BadAnswerError) as error:
            return [str(error)]
        if found.digest != digest:
            return [f"the tag now points to {found.digest}, not {digest}"]
        return self.manifest(digest)

    def manifest(self, digest: str) -> list[str]:
        if digest not in self.manifests:
            self.manifests[digest] = []
            try:
                found = self._registry.manifest(self._repository, digest)
            except (AbsentError, BadAnswerError) as error:
                self.manifests[digest] = [str(error)]
            else:
                faults = [fault for child in found.manifests for fault in self.manifest(child.digest)]
                faults += [
                    fault for blob in found.blobs if not blob.is_elsewhere for fault in self.blob(blob)
                ]
                self.manifests[digest] = faults
        return self.manifests[digest]

    def blob(self, blob: Descriptor) -> list[str]:
        if blob.digest not in self.blobs:
            self.blobs[blob.digest] = []
            small = blob.media_type.endswith("+json") and blob.size <= CONFIG_BYTES
            try:
                self._registry.check_blob(self._repository, blob, read=self._read or small)
            except (AbsentError, BadAnswerError) as error:
                self.blobs[blob.digest] = [str(error)]
        return self.blobs[blob.digest]


def prove_pulls(
    registry: Registry, repository: str, heads: Iterable[tuple[str, str]], *, read: bool
) -> Proof:
    """Fetch all that the tags (name, digest) lead to, as a client that pulls every platform would.

    Manifests and configurations are read and hashed; layers are asked for with their size, and with `read`
    read and hashed as well. Raises UnreachableError and DeniedError, since nothing is proven then.
    """
    prover = _Prover(registry, repository, read=read)
    wanted = tuple(heads)
    faults: dict[str, list[str]] = {}
    for name, digest in wanted:
        for fault in prover.tag(name, digest):
            faults.setdefault(fault, []).append(name)
    return Proof(
        len(wanted),
        len(prover.manifests),
        len(prover.blobs),
        tuple(f"{', '.join(sorted(names))}: {fault}" for fault, names in faults.items()),
    )
