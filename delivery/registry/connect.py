"""The way to the registry that a reference names, with the credentials that are to hand."""

from collections.abc import Mapping
from pathlib import Path

from delivery.registry.channel import Channel, Patience
from delivery.registry.credentials import Credentials, stored_credentials
from delivery.registry.errors import DeniedError
from delivery.registry.reference import Reference


def connect(
    reference: Reference,
    environ: Mapping[str, str],
    *,
    insecure: bool = False,
    patience: Patience | None = None,
) -> Channel:
    """A channel to the reference's registry; nothing is sent yet.

    Credentials: REGISTRY_USERNAME and REGISTRY_PASSWORD, else what `docker login` has stored for the host,
    else none. Raises DeniedError when only one of the two is set, or the stored ones cannot be read.
    """
    found = _given(environ) or stored_credentials(reference.server, _docker_config(environ))
    return Channel(reference.server, found, insecure=insecure, patience=patience)


def _given(environ: Mapping[str, str]) -> Credentials | None:
    username, password = environ.get("REGISTRY_USERNAME", ""), environ.get("REGISTRY_PASSWORD", "")
    if bool(username) != bool(password):
        unset = "REGISTRY_PASSWORD" if username else "REGISTRY_USERNAME"
        raise DeniedError(f"{unset} is not set, though the other of the two is; set both or none")
    return Credentials(username, password) if username else None


def _docker_config(environ: Mapping[str, str]) -> Path:
    folder = environ.get("DOCKER_CONFIG")
    return (Path(folder) if folder else Path(environ.get("HOME", "/")) / ".docker") / "config.json"
