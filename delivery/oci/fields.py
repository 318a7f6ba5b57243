"""Fields of JSON documents that are not trusted, each read as the type it must have."""

import json
import re
from collections.abc import Mapping
from typing import Any

from delivery.oci.errors import UnreadableError

DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def document(body: bytes, where: str) -> Mapping[str, Any]:
    """The JSON object in these bytes. Raises UnreadableError, which names `where`, for anything else."""
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"{where}: no JSON: {error}") from error
    if not isinstance(parsed, dict):
        raise UnreadableError(f"{where}: a JSON object was expected")
    return parsed


def mapping(value: object, where: str) -> Mapping[str, Any]:
    """The object there; empty when it is absent or null. Raises UnreadableError."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise UnreadableError(f"{where}: an object was expected")
    return value


def sequence(value: object, where: str) -> list[Any]:
    """The list there; empty when it is absent or null. Raises UnreadableError."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise UnreadableError(f"{where}: a list was expected")
    return value


def text(value: object, where: str) -> str:
    """The string there; empty when it is absent or null. Raises UnreadableError."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise UnreadableError(f"{where}: a string was expected")
    return value


def texts(value: object, where: str) -> tuple[str, ...]:
    """The list of strings there. Raises UnreadableError."""
    return tuple(text(each, where) for each in sequence(value, where))


def table(value: object, where: str) -> Mapping[str, str]:
    """The object of strings there. Raises UnreadableError."""
    return {key: text(each, f"{where}.{key}") for key, each in mapping(value, where).items()}


def number(value: object, where: str) -> int:
    """The whole number there, at least 0; 0 when it is absent. Raises UnreadableError."""
    if value is None:
        return 0
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise UnreadableError(f"{where}: a whole number was expected")
    return value


def digest(value: object, where: str) -> str:
    """The digest there, `sha256:` and 64 hex digits, the only kind that is read. Raises UnreadableError."""
    if not isinstance(value, str) or not DIGEST.fullmatch(value):
        raise UnreadableError(f"{where}: no SHA-256 digest: {value!r:.100}")
    return value
