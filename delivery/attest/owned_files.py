"""The list of files that no package owns and that are meant to be there: security/owned_files.toml."""

import tomllib
from collections.abc import Mapping

from delivery.attest.model import AttestError


def read(text: str, name: str) -> Mapping[str, str]:
    """Patterns of paths to reasons. Raises AttestError for an entry without both, or with a mistake in it.

    A pattern has no leading slash, and must say more than `*`, which would own everything.
    """
    try:
        entries = tomllib.loads(text).get("file", [])
    except tomllib.TOMLDecodeError as error:
        raise AttestError(f"{name}: {error}") from error
    found: dict[str, str] = {}
    for number, entry in enumerate(entries, start=1):
        where = f"{name}: entry {number}"
        if not isinstance(entry, dict) or set(entry) != {"path", "reason"}:
            raise AttestError(f"{where}: it needs path and reason, and nothing else")
        path, reason = entry["path"], entry["reason"]
        if not isinstance(path, str) or not path.strip("*/?") or path.startswith("/"):
            raise AttestError(f"{where}: path must be a pattern without a leading slash, and not just *")
        if not isinstance(reason, str) or not reason.strip():
            raise AttestError(f"{where}: {path} has no reason")
        if path in found:
            raise AttestError(f"{where}: {path} is listed twice")
        found[path] = reason
    return found
