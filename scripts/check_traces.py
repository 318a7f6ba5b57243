"""No committed file names a folder of the machine it was written on, or the package index used there.

Run by `make lint`. Which those are is asked from the machine itself, so the check holds anywhere.
"""

import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

# Folders that any text may name.
ORDINARY = {Path(name) for name in ("/", "/tmp", "/home", "/usr", "/opt", "/var", "/var/tmp")}  # noqa: S108


def folders(root: Path) -> set[str]:
    """The home folder and the one that holds the checkout, each with a slash at its end."""
    found = {Path.home(), root.resolve().parent}
    return {f"{folder}/" for folder in found if folder not in ORDINARY}


def index_hosts() -> set[str]:
    """Hosts that pip and Poetry are set to fetch packages from here."""
    code = (
        "from pip._internal.models.index import PyPI as p; print(p.url, f'https://{p.file_storage_domain}')"
    )
    asked = [
        _said("-c", code),
        _said("-m", "pip", "config", "list"),
        *(value for name, value in os.environ.items() if name.endswith(("INDEX_URL", "MIRROR_URL"))),
    ]
    urls = [url for text in asked for url in re.findall(r"https?://[^\s'\"]+", text)]
    return {host for url in urls if (host := urlsplit(url).hostname)}


def _said(*arguments: str) -> str:
    """What this interpreter prints when run so; nothing where that pip is not as expected."""
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)
    return done.stdout


def committed(root: Path) -> list[Path]:
    """Files that git holds, or would with `git add`."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [root / name for name in listed.split("\0") if name and (root / name).is_file()]


def traces(root: Path, needles: set[str]) -> list[str]:
    """file:line of every place that holds one of the needles; binary files are not read."""
    found = []
    for path in committed(root):
        body = path.read_bytes()
        if b"\0" in body[:8192]:
            continue
        for number, line in enumerate(body.decode("utf-8", "replace").splitlines(), start=1):
            found += [f"{path.relative_to(root)}:{number}: {needle}" for needle in needles if needle in line]
    return found


if __name__ == "__main__":
    here = Path(__file__).resolve().parent.parent
    sys.exit("\n".join(traces(here, folders(here) | index_hosts())) or 0)
