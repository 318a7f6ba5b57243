"""A copy of the checkout, and the changes after which images are built anew."""

import random
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE = "finchat_sec_qa/errors.py"  # both images carry it
LOCKED = "pydantic_core"  # both images install it; its lock entry has files for many platforms
LEFT_OUT = 2
Change = Callable[[Path, int], None]


def copied(root: Path, target: Path) -> Path:
    """The files that git knows, as they are now, under `target`, and the naive Dockerfiles of this folder."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached"], cwd=root, capture_output=True, text=True, check=True
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (root / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, target / name)
    for path in HERE.glob("naive*"):
        (target / "benchmarks/images").mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target / "benchmarks/images" / path.name)
    return target


def change_source(copy: Path, number: int) -> None:
    """One more line in a module that both images carry."""
    with (copy / SOURCE).open("a", encoding="utf-8") as stream:
        stream.write(f"# change {number}\n")


def change_version(copy: Path, number: int) -> None:
    """Another version in pyproject.toml, and nothing else."""
    path = copy / "pyproject.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        re.sub(r'^version = ".*"', f'version = "0.1.{number}"', text, count=1, flags=re.MULTILINE), "utf-8"
    )


def change_lock(copy: Path, number: int) -> None:
    """Some files less of a package that both images install: other requirements, which install the same."""
    path = copy / "poetry.lock"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    foreign = [line for line in lines if re.match(rf' +{{file = "{LOCKED}-[^"]*-(?:win|macosx|musl)', line)]
    if len(foreign) < LEFT_OUT:
        raise ValueError(f"poetry.lock: hardly a file of {LOCKED} is left to take out; run fewer rounds")
    out = random.Random(number).sample(foreign, LEFT_OUT)  # noqa: S311 - no secret; others than in earlier runs
    path.write_text("".join(line for line in lines if line not in out), encoding="utf-8")


def change_nothing(_: Path, __: int) -> None:
    """For builds without a cache, which need no change."""


CHANGES: Mapping[str, Change] = {
    "source": change_source,
    "version": change_version,
    "lock": change_lock,
    "cold": change_nothing,
}
