"""Signs pushed images by digest with cosign, and verifies each signature against the registry.

The digests are those that bake reported when it pushed, so a tag that moved meanwhile is not signed instead.
Without --key the signature is keyless: cosign takes the identity of the CI run, and logs it publicly.
Prints NAME=REFERENCE lines, the reference by digest. Needs cosign 3 and nothing beyond Python's own library.
"""

import argparse
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# Where GitHub's identities come from; another CI host names its own.
ISSUER = "https://token.actions.githubusercontent.com"
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


class SigningError(Exception):
    """Nothing can be signed as asked; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Signer:
    """How to sign and verify: keyless with an identity (a regular expression), or with a pair of keys.

    config is a cosign signing config, for hosts without sigstore's services; insecure allows HTTP and
    signatures that no public log holds, for a registry on loopback.
    """

    identity: str = ""
    issuer: str = ISSUER
    key: str = ""
    public_key: str = ""
    config: str = ""
    insecure: bool = False

    def commands(self, reference: str) -> tuple[list[str], list[str]]:
        """The command lines that sign the reference and that verify the signature."""
        http = ["--allow-http-registry"] if self.insecure else []
        sign = ["cosign", "sign", "--yes", *http]
        verify = ["cosign", "verify", *http]
        if self.config:
            sign += ["--signing-config", self.config]
        if self.key:
            sign += ["--key", self.key]
            verify += ["--key", self.public_key, *(["--insecure-ignore-tlog"] if self.insecure else [])]
        else:
            verify += [
                "--certificate-identity-regexp",
                self.identity,
                "--certificate-oidc-issuer",
                self.issuer,
            ]
        return [*sign, reference], [*verify, reference]


def pushed(metadata: str) -> dict[str, str]:
    """Name of the image (the target's, without `release-`) to reference by digest, of all in bake's metadata.

    Raises SigningError when a target has no digest or no name in a registry: it was not pushed.
    """
    found = {}
    for target, told in json.loads(metadata).items():
        if not isinstance(told, dict) or target.startswith("buildx."):
            continue
        digest, names = str(told.get("containerimage.digest", "")), str(told.get("image.name", ""))
        # A name without a registry, which only the engine at hand has, comes as one of docker.io/library.
        remote = [n for n in names.split(",") if "/" in n and not n.startswith("docker.io/library/")]
        if not DIGEST.fullmatch(digest) or not remote:
            raise SigningError(
                f"target '{target}' was not pushed: digest '{digest}', names '{names}'; push it first"
            )
        # A colon behind the last slash parts the tag; one before it is a port.
        folder, _, last = remote[0].rpartition("/")
        found[target.removeprefix("release-")] = f"{folder}/{last.partition(':')[0]}@{digest}"
    if not found:
        raise SigningError(
            "bake's metadata names no image; pass what `docker buildx bake --metadata-file` wrote"
        )
    return found


def sign(references: Sequence[str], signer: Signer) -> None:
    """Sign and verify each. What cosign says goes to stderr. Raises SigningError when a command fails."""
    for reference in references:
        for command in signer.commands(reference):
            try:
                done = subprocess.run(command, stdout=sys.stderr, check=False)
            except FileNotFoundError:
                raise SigningError("there is no program 'cosign'; install cosign 3") from None
            if done.returncode != 0:
                raise SigningError(f"failed with {done.returncode}: {' '.join(command)}")


def identity(env: Mapping[str, str]) -> str:
    """A regular expression for the identity of this GitHub run's workflow. Raises SigningError elsewhere."""
    try:
        server, workflow = env["GITHUB_SERVER_URL"], env["GITHUB_WORKFLOW_REF"]
    except KeyError as missing:
        raise SigningError(f"{missing.args[0]} is not set; name --identity, or sign with --key") from None
    return f"^{re.escape(f'{server}/{workflow}')}$"


def _signer(options: argparse.Namespace, env: Mapping[str, str]) -> Signer:
    if bool(options.key) != bool(options.public_key):
        raise SigningError("--key and --public-key go together; name both")
    who = "" if options.key else options.identity or identity(env)
    given = {name: getattr(options, name) for name in ("issuer", "key", "public_key", "config", "insecure")}
    return Signer(identity=who, **given)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sign_images",
        description=(__doc__ or "").strip(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="examples:\n"
        "  docker buildx bake release --push --metadata-file pushed.json\n"
        "  python scripts/sign_images.py --metadata pushed.json\n"
        "  python scripts/sign_images.py --metadata pushed.json --key cosign.key --public-key cosign.pub",
    )
    parser.add_argument(
        "--metadata", type=Path, help="what bake reported; default: the variable BAKE_METADATA"
    )
    parser.add_argument("--identity", default="", help="regular expression of the keyless identity")
    parser.add_argument("--issuer", default=ISSUER, help="who vouches for the identity (default: GitHub)")
    parser.add_argument("--key", default="", help="private key, a file or a cosign address")
    parser.add_argument("--public-key", default="", help="its public key")
    parser.add_argument("--config", default="", help="cosign signing config")
    parser.add_argument("--insecure", action="store_true", help="allow HTTP and no public log, for loopback")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Sign what was pushed; 1 when something could not be signed or verified."""
    options = _parser().parse_args(arguments)
    try:
        metadata = (
            options.metadata.read_text("utf-8") if options.metadata else os.environ.get("BAKE_METADATA", "{}")
        )
        references = pushed(metadata)
        sign(list(references.values()), _signer(options, os.environ))
    except (SigningError, OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    lines = "\n".join(f"{name}={reference}" for name, reference in references.items())
    print(json.dumps(references, indent=2) if options.json else lines)
    return 0


if __name__ == "__main__":
    sys.exit(main())
