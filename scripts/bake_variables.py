"""Prints what docker-bake.hcl wants to know about a checkout, as NAME=value lines.

Any CI host can read them: into a file of variables, or into a shell by
`export $(python scripts/bake_variables.py)`. Needs git and nothing beyond Python's own library.
"""

import argparse
import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path


class CheckoutError(Exception):
    """The checkout cannot be built as asked; the message says why and what to do."""


def variables(root: Path, env: Mapping[str, str], *, tag: str | None = None) -> dict[str, str]:
    """The variables for the checkout's commit.

    GIT_SHA, VERSION (of pyproject.toml), SOURCE_DATE_EPOCH (the commit's time, in seconds), LATEST
    (whether the commit is on origin/main); REGISTRY from the environment, on GitHub its registry; BUILDER_ID
    on GitHub, the run. Raises CheckoutError when this is no clone, or when tag is not `v` and the version.
    """
    version = str(tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])
    if tag is not None and tag != f"v{version}":
        raise CheckoutError(
            f"tag {tag} releases version {version} of pyproject.toml; set the version, or tag v{version}"
        )
    found = {
        "GIT_SHA": _git(root, "rev-parse", "HEAD"),
        "VERSION": version,
        "SOURCE_DATE_EPOCH": _git(root, "log", "-1", "--format=%ct"),
        "LATEST": "true" if _is_on_main(root) else "false",
    }
    owner, repository = env.get("GITHUB_REPOSITORY_OWNER", ""), env.get("GITHUB_REPOSITORY", "")
    registry = env.get("REGISTRY") or (f"ghcr.io/{owner.lower()}" if owner else "")
    if registry:
        found["REGISTRY"] = registry
    if repository and "GITHUB_RUN_ID" in env:
        server = env.get("GITHUB_SERVER_URL", "https://github.com")
        found["BUILDER_ID"] = f"{server}/{repository}/actions/runs/{env['GITHUB_RUN_ID']}"
    return found


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise CheckoutError(f"git {' '.join(arguments)} in {root}: {done.stderr.strip()}; use a git clone")
    return done.stdout.strip()


def _is_on_main(root: Path) -> bool:
    """Whether origin/main holds the commit; no, where the clone does not know origin/main."""
    asked = ["git", "merge-base", "--is-ancestor", "HEAD", "refs/remotes/origin/main"]
    return subprocess.run(asked, cwd=root, capture_output=True, check=False).returncode == 0


def main(arguments: list[str] | None = None) -> int:
    """Print the variables; 1 when the checkout cannot be built as asked."""
    parser = argparse.ArgumentParser(
        prog="bake_variables",
        description=(__doc__ or "").strip(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="examples:\n"
        "  python scripts/bake_variables.py\n"
        "  REGISTRY=registry.example.com/team python scripts/bake_variables.py --tag v1.2.3\n"
        "  python scripts/bake_variables.py --json",
    )
    parser.add_argument("--tag", help="the release's tag; fails unless it is v and the version")
    parser.add_argument(
        "--root", type=Path, default=Path(__file__).resolve().parent.parent, help="the checkout"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    options = parser.parse_args(arguments)
    try:
        found = variables(options.root, os.environ, tag=options.tag)
    except CheckoutError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    lines = "\n".join(f"{name}={value}" for name, value in found.items())
    print(json.dumps(found, indent=2) if options.json else lines)
    return 0


if __name__ == "__main__":
    sys.exit(main())
