"""Writes scripts/tools.txt, hashed, from scripts/tools.in: run by `make lock` with the Poetry in .tools."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
HEAD = "# Made by `make lock` from tools.in; do not edit.\n"
PROJECT = """[project]
name = "tools"
version = "0"
requires-python = ">=3.11,<4.0"
dependencies = [{pins}]
[tool.poetry]
package-mode = false
"""


def main() -> None:
    """Lock the pins in a throw-away project and export that lock. Exits non-zero as Poetry does."""
    lines = (HERE / "tools.in").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    poetry = [sys.executable, "-m", "poetry", "--no-interaction"]
    environment = {**os.environ, "POETRY_VIRTUALENVS_CREATE": "false"}
    with tempfile.TemporaryDirectory() as folder:
        text = PROJECT.format(pins=", ".join(f'"{pin}"' for pin in pins))
        (Path(folder) / "pyproject.toml").write_text(text, encoding="utf-8")
        subprocess.run([*poetry, "lock"], cwd=folder, env=environment, check=True)
        export = [*poetry, "export", "--output", "requirements.txt"]
        subprocess.run(export, cwd=folder, env=environment, check=True)
        exported = (Path(folder) / "requirements.txt").read_text(encoding="utf-8")
    (HERE / "tools.txt").write_text(HEAD + exported, encoding="utf-8")


if __name__ == "__main__":
    main()
