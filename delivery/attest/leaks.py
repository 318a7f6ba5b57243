"""Secrets where none may be: in what is attested, in the configuration, and in the names of files.

No message ever holds a secret: it says where one is and of which kind.
"""

import base64
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from delivery.attest.model import Evidence, Problem, problems
from delivery.attest.provenance import Provenance

# Values that are secrets wherever they stand, by what they are.
KINDS: Mapping[str, re.Pattern[str]] = {
    "private key": re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"),
    "AWS access key": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "GitHub token": re.compile(r"\b(?:gh[pousr]_[0-9A-Za-z]{36}|github_pat_[0-9A-Za-z_]{22,})"),
    "GitLab token": re.compile(r"\bglpat-[0-9A-Za-z_-]{20}"),
    "PyPI token": re.compile(r"\bpypi-AgE[0-9A-Za-z_-]{50,}"),
    "Slack token": re.compile(r"\bxox[abprs]-[0-9A-Za-z-]{10,}"),
    "JSON web token": re.compile(r"\beyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{10,}"),
    "password in an address": re.compile(r"\b[a-z][a-z0-9+.-]*://[^/\s:@\"'\\]+:[^/\s:@\"'\\]+@[\w.-]+"),
}
# Names of arguments and variables whose values are secrets; those of files that hold one are not.
NAMED = re.compile(
    r"\b(\w*(?:TOKEN|PASSWORD|PASSWD|PASSPHRASE|SECRET|CREDENTIALS?|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY)\w*)=(\S+)",
    re.IGNORECASE,
)
HARMLESS_NAME = re.compile(r".*_(?:FILE|PATH|DIR)", re.IGNORECASE)
HARMLESS_VALUE = re.compile(r"""["']?(?:\$.*|/run/secrets/.*|)["']?""")
# Files that a build's context or a shell left behind, by the last part of their path.
FILES = re.compile(
    r"id_(?:rsa|dsa|ecdsa|ed25519)|\.env(?:\..+)?|\.netrc|\.pypirc|\.npmrc|\.git-credentials|\.pgpass"
    r"|\.(?:bash|ash|sh|python)_history|\.dockercfg|.*\.(?:p12|pfx|jks|kdbx)"
)
FOLDERS = re.compile(r"(?:^|/)(?:\.git|\.ssh|\.aws|\.docker|\.gnupg|\.kube)/")


@dataclass(frozen=True, slots=True)
class Place:
    """A text in which no secret may be."""

    name: str
    text: str


def leaks(evidence: Evidence, found: Provenance | None, secrets: Sequence[str]) -> list[Problem]:
    """Places that hold one of the secrets, something that looks like one, or a file that keeps one.

    A secret is found as it is, in base64, percent-encoded, and as JSON writes it. Secrets shorter than four
    characters are left out: they would be found everywhere.
    """
    wrong: list[tuple[str, str]] = []
    needles = [form for secret in secrets if len(secret) >= 4 for form in _forms(secret)]
    for place in _places(evidence, found):
        if any(needle in place.text for needle in needles):
            wrong.append((place.name, "it holds one of the secrets that were given"))
        wrong += [
            (place.name, f"it holds a {kind}") for kind, each in KINDS.items() if each.search(place.text)
        ]
    for where, text in _settings(evidence, found):
        wrong += [
            (f"{where} {name}", "its name says that its value is a secret; use a secret mount")
            for name, value in NAMED.findall(text)
            if not HARMLESS_NAME.fullmatch(name) and not HARMLESS_VALUE.fullmatch(value)
        ]
    wrong += [(path, "a file of this name keeps secrets or history") for path in _files(evidence)]
    return problems("leak", list(dict.fromkeys(wrong)))


def _forms(secret: str) -> Iterator[str]:
    """The secret as it may be written down; of base64 the part that does not depend on what is around it."""
    raw = secret.encode()
    written = json.dumps(secret, ensure_ascii=False)[1:-1]
    # Go, in which BuildKit is written, escapes these three as well.
    by_go = re.sub("[<>&]", lambda found: f"\\u{ord(found[0]):04x}", written)
    yield from {secret, quote(secret, safe=""), written, by_go, json.dumps(secret)[1:-1]}
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + raw).decode().rstrip("=")
        inner = encoded[(offset * 8 + 5) // 6 : len(encoded) - 1]
        if len(inner) >= 8:
            yield from {inner, inner.replace("+", "-").replace("/", "_")}


def _places(evidence: Evidence, found: Provenance | None) -> Iterator[Place]:
    for statement in evidence.statements:
        kind = "provenance" if statement.is_provenance else "SBOM" if statement.is_spdx else "statement"
        yield Place(kind, evidence.bodies[statement.digest].decode("utf-8", "replace"))
    for name, body in (found.recipes if found else {}).items():
        yield Place(f"provenance, {name}", body.decode("utf-8", "replace"))
    yield Place("annotations", json.dumps(dict(evidence.image.annotations), ensure_ascii=False))
    config = dict(evidence.image.config.document)
    yield Place("history", json.dumps(config.pop("history", []), ensure_ascii=False))
    yield Place("configuration", json.dumps(config, ensure_ascii=False))
    links = (entry.link for entry in evidence.files.entries.values() if entry.link)
    yield Place("names of files", "\n".join([*evidence.files.entries, *links]))


def _settings(evidence: Evidence, found: Provenance | None) -> Iterator[tuple[str, str]]:
    """NAME=value texts with where they stand."""
    for name, value in (found.arguments if found else {}).items():
        prefix, _, short = name.rpartition(":")
        if prefix == "build-arg":
            yield "build argument", f"{short}={value}"
    for each in evidence.image.config.env:
        yield "variable", each
    for step in evidence.image.config.history:
        yield "history", step.created_by


def _files(evidence: Evidence) -> Iterator[str]:
    for path, entry in evidence.files.entries.items():
        if entry.kind != "directory" and (FILES.fullmatch(path.rpartition("/")[2]) or FOLDERS.search(path)):
            yield path
