"""Small pieces, checked: no module over 500 lines, 95 % of the program's functions within 40 lines.

Run by `make lint`; prints the figures, and what is over when something is.
"""

import ast
import math
import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROGRAM = ("finchat_sec_qa", "api", "webapp", "delivery", "deploy", "scripts", "benchmarks")
MODULE_LINES = 500
FUNCTION_LINES_P95 = 40


@dataclass(frozen=True, slots=True, order=True)
class Piece:
    """A module or function: its length in lines, blank ones and docstring included, and its place."""

    lines: int
    place: str


def modules(root: Path, folders: tuple[str, ...]) -> Iterator[Piece]:
    """Every Python file under the folders."""
    for folder in folders:
        for path in sorted((root / folder).rglob("*.py")):
            yield Piece(len(path.read_text(encoding="utf-8").splitlines()), str(path.relative_to(root)))


def functions(root: Path, folders: tuple[str, ...]) -> Iterator[Piece]:
    """Every function and method under the folders, nested ones too."""
    for module in modules(root, folders):
        tree = ast.parse((root / module.place).read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                yield Piece(lines, f"{module.place}:{node.lineno} {node.name}")


def percentile(pieces: list[Piece], share: float) -> int:
    """The length that this share of the pieces does not exceed (nearest rank)."""
    return sorted(pieces)[math.ceil(share * len(pieces)) - 1].lines


def too_large(root: Path) -> list[str]:
    """What breaks the two rules, in words; prints the figures on the way."""
    found = [
        f"{piece.place}: {piece.lines} lines, more than {MODULE_LINES}"
        for piece in modules(root, (*PROGRAM, "tests"))
        if piece.lines > MODULE_LINES
    ]
    files, pieces = list(modules(root, PROGRAM)), list(functions(root, PROGRAM))
    p95 = percentile(pieces, 0.95)
    print(
        f"modules {len(files)}: median {statistics.median(f.lines for f in files):.0f}, "
        f"largest {max(files).lines} lines ({max(files).place})"
    )
    print(
        f"functions {len(pieces)}: median {statistics.median(p.lines for p in pieces):.0f}, p95 {p95}, "
        f"largest {max(pieces).lines} lines ({max(pieces).place})"
    )
    if p95 > FUNCTION_LINES_P95:
        over = sorted((p for p in pieces if p.lines > FUNCTION_LINES_P95), reverse=True)
        found.append(f"95 % of functions have up to {p95} lines, over {FUNCTION_LINES_P95}; the long ones:")
        found.extend(f"  {piece.lines:4} {piece.place}" for piece in over)
    return found


if __name__ == "__main__":
    sys.exit("\n".join(too_large(Path(__file__).resolve().parent.parent)) or 0)
