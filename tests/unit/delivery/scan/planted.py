"""Faults to plant: small checkouts, images, and programs that stand in for those that are not installed."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from delivery.scan.image import Image, read
from delivery.scan.model import Scope
from delivery.scan.tools import Toolbox, beside_python
from tests.unit.delivery.oci.making import Making, tar

ORDINARY_USER = {"User": "10001:10001", "ExposedPorts": {"8000/tcp": {}}}
# In two parts, so that this file holds no secret for the scan of the project itself.
TOKEN = "AKIA" + "QYLPMN5HHHFPZAM2"


def scope(root: Path, *images: Image, folders: tuple[str, ...] = ()) -> Scope:
    """A scope whose programs are those of these folders, or the installed ones."""
    return Scope(root, Toolbox(root, folders or beside_python()), images)


def program(folder: Path, name: str, code: str) -> str:
    """A program of that name, made of Python; the folder, for `scope`."""
    folder.mkdir(exist_ok=True, parents=True)
    file = folder / name
    file.write_text(f"#!{sys.executable}\nimport sys\n{code}\n", "utf-8")
    file.chmod(0o755)
    return str(folder)


def write(root: Path, files: Mapping[str, str]) -> None:
    """Write the files below the root."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def git(root: Path, *arguments: str) -> str:
    """What git prints, run in the root as somebody."""
    who = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.test"]
    done = subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True, text=True)
    return done.stdout


def image(
    folder: Path, *layers: list[Any], config: Mapping[str, Any] | None = None, history: tuple[str, ...] = ()
) -> Image:
    """An image "small" of these layers, each a list of `making.entry` and its like."""
    making = Making()
    steps = [{"created_by": step} for step in history]
    making.image(*(tar(*layer) for layer in layers), config=config or ORDINARY_USER, history=steps)
    return read("small", making.archive(folder / "small.tar"))
