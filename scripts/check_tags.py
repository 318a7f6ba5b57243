"""Refuses to overwrite a tag in a registry: run before a push, which needs one for each reference.

A tag that is taken by another image is refused, except `latest`. The same image (by the manifests of its
platforms, since provenance differs with each build) needs no push. Credentials: REGISTRY_USERNAME and
REGISTRY_PASSWORD, or docker login.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

# Run as a file, too, the tools beside scripts/ are to be found.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from delivery.registry.client import Registry
from delivery.registry.connect import connect
from delivery.registry.errors import ReferenceFormError, RegistryError
from delivery.registry.local_image import docker_layout, image_id, read_layout
from delivery.registry.push_guard import Check, Verdict, check_push
from delivery.registry.reference import parse_reference
from delivery.registry.report import check_object

EXAMPLES = """examples:
  python -m scripts.check_tags localhost:5000/finchat-sec-qa-api:0.1.0
  python -m scripts.check_tags --layout api.tar ghcr.example/team/finchat-sec-qa-api:0.1.0
  refs=$(python -m scripts.check_tags --to-push REF REF) && for ref in $refs; do docker push "$ref"; done

exit status: 0 every tag may be pushed or has the image already; 1 one is refused, or could not be checked;
2 wrong usage"""


def main(arguments: list[str] | None = None) -> int:
    """Check every reference, print the verdicts; returns the exit status."""
    given = _parser().parse_args(arguments)
    local = _local(given.layout)
    checks: list[Check] = []
    failures: list[str] = []
    for text in given.references:
        try:
            checks.append(_check(text, local, insecure=given.insecure))
        except ReferenceFormError as error:
            sys.stderr.write(f"{error}\n")
            return 2
        except RegistryError as error:
            failures.append(f"{text}: not checked: {error}")
    refused = [check for check in checks if check.verdict is Verdict.OVERWRITES]
    _show(checks, failures, given)
    return 1 if refused or failures else 0


def _parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(
        prog="check_tags",
        description=(__doc__ or "").strip(),
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = found.add_argument
    add("references", nargs="+", metavar="REF", help="HOST[:PORT]/NAME:TAG, as it is to be pushed")
    add(
        "--layout",
        type=Path,
        metavar="PATH",
        help="OCI layout (tar or folder) to compare, instead of Docker's",
    )
    add(
        "--to-push", action="store_true", help="print only the references that need a push; none when refused"
    )
    add("--insecure", action="store_true", help="http to a registry that is not on this machine")
    add("--json", action="store_true", help="one JSON object on stdout")
    return found


def _check(text: str, local: Callable[[str], frozenset[str]], *, insecure: bool) -> Check:
    reference = parse_reference(text)
    with connect(reference, os.environ, insecure=insecure) as channel:
        return check_push(Registry(channel), reference, lambda: local(text))


def _local(layout: Path | None) -> Callable[[str], frozenset[str]]:
    """Reads the image of a reference; several tags of one image are read once."""
    if layout:
        found = cache(lambda: read_layout(layout).platforms())
        return lambda _: found()
    read: dict[str, frozenset[str]] = {}

    def from_docker(reference: str) -> frozenset[str]:
        known_as = image_id(reference)
        if known_as not in read:
            read[known_as] = docker_layout(reference).platforms()
        return read[known_as]

    return from_docker


def _show(checks: list[Check], failures: list[str], given: argparse.Namespace) -> None:
    refused = [check for check in checks if check.verdict is Verdict.OVERWRITES]
    if given.json:
        print(
            json.dumps({"checks": [check_object(check) for check in checks], "failures": failures}, indent=2)
        )
    elif given.to_push:
        # A push is all or nothing: half a release is worse than none.
        if not refused and not failures:
            print("\n".join(str(check.reference) for check in checks if check.to_push))
    else:
        for check in checks:
            if check not in refused:
                print(f"{check.reference}: {check.explanation}")
    for line in [*(f"{check.reference}: {check.explanation}" for check in refused), *failures]:
        sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
