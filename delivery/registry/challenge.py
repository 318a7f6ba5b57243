"""What a registry asks for with status 401, as values."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_PARAMETER = r'[A-Za-z_]+\s*=\s*(?:"[^"]*"|[^\s,"]+)'
_CHALLENGE = re.compile(rf"(Bearer|Basic)\s+({_PARAMETER}(?:\s*,\s*{_PARAMETER})*)", re.IGNORECASE)
_PAIR = re.compile(r'([A-Za-z_]+)\s*=\s*(?:"([^"]*)"|([^\s,"]+))')


@dataclass(frozen=True, slots=True)
class Challenge:
    """`scheme` is "bearer" or "basic"; parameters as sent, their names in lower case."""

    scheme: str
    parameters: Mapping[str, str]


def parse_challenges(headers: Iterable[str]) -> tuple[Challenge, ...]:
    """The challenges in WWW-Authenticate headers that we can meet, bearer before basic."""
    found = [
        Challenge(
            match[1].lower(), {pair[1].lower(): pair[2] or pair[3] or "" for pair in _PAIR.finditer(match[2])}
        )
        for header in headers
        for match in _CHALLENGE.finditer(header)
    ]
    return tuple(sorted(found, key=lambda challenge: challenge.scheme != "bearer"))
