"""Draws docs/images/house.svg from the import contract in pyproject.toml.

Run by `make docs`; tests/docs/test_architecture.py fails when the picture is not the contract's.
"""

import re
import tomllib
from dataclasses import dataclass
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "images" / "house.svg"

# What each room is for, in the few words a box has room for.
PURPOSE = {
    "api": "HTTP, FastAPI",
    "webapp": "pages, Flask",
    "cli": "the finchat command",
    "wiring": "settings → adapters → Library",
    "ask": "one question, as a story",
    "search": "one search, as a story",
    "ingest": "one filing, as a story",
    "browse": "looking around",
    "tables": "series, statements",
    "answer": "compose, verify",
    "question": "question → plan",
    "retrieve": "passages, ranking",
    "facts": "which fact answers",
    "parse": "bytes → document, facts",
    "cite": "exact places",
    "sheets": "CSV, Markdown, Excel",
    "store": "SQLite + tantivy",
    "edgar": "fetch, with manners",
    "disk": "files, folders",
    "samples": "shipped filings",
    "client": "HTTP client",
    "index": "text → index terms",
    "ports": "what the core asks of adapters",
    "config": "FINCHAT_* settings",
    "telemetry": "logs, metrics",
    "clock": "time",
    "model": "frozen values",
    "errors": "one tree",
}
WIDTH, ROW, BOX, MARGIN, GAP = 1000, 64, 46, 150, 12
ADAPTERS = "store"
STYLE = """
  svg { background: #fdfcf9; font-family: system-ui, -apple-system, "Segoe UI", sans-serif; }
  rect { fill: #fff; stroke: #b9b2a3; } .way rect { fill: #e8eef6; stroke: #7d97b8; }
  .adapter rect { fill: #f5ecdd; stroke: #c4a36a; }
  .name { font: 600 15px ui-monospace, Menlo, Consolas, monospace; fill: #20242b; }
  .what { font-size: 11.5px; fill: #5b6270; } .note { font-size: 12px; fill: #5b6270; }
  .line { stroke: #8b93a1; fill: none; stroke-width: 1.4; } .web { stroke-dasharray: 5 4; }
  @media (prefers-color-scheme: dark) {
    svg { background: #16181d; } rect { fill: #20242c; stroke: #4b5261; } .name { fill: #eceef2; }
    .way rect { fill: #1d2b3d; stroke: #4f6f97; } .adapter rect { fill: #33291a; stroke: #86693a; }
    .what, .note { fill: #a4acba; } .line { stroke: #7a8292; }
  }
"""


@dataclass(frozen=True, slots=True)
class Box:
    """One room's rectangle, in the picture's units."""

    room: str
    kind: str
    x: float
    y: float
    width: float


def layers() -> list[list[str]]:
    """The rooms row by row, highest first: the two servers, then the contract's layers."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    rules = contracts["tool"]["importlinter"]["contracts"]
    flow = next(rule["layers"] for rule in rules if rule.get("containers") == ["finchat_sec_qa"])
    servers = next(rule["layers"][0] for rule in rules if rule["name"].startswith("5."))
    return [re.split(r"\s*[|:]\s*", row) for row in (servers, *flow)]


def boxes() -> list[Box]:
    """Where each room stands."""
    found = []
    inner = WIDTH - 2 * MARGIN
    for number, row in enumerate(layers()):
        width = min((inner - GAP * (len(row) - 1)) / len(row), 260)
        left = (WIDTH - width * len(row) - GAP * (len(row) - 1)) / 2
        kind = "way" if number < 2 else "adapter" if ADAPTERS in row else "room"
        for place, room in enumerate(row):
            found.append(Box(room, kind, left + place * (width + GAP), 20 + number * ROW, width))
    return found


def draw() -> str:
    """The picture as SVG; raises KeyError for a room whose purpose is not told here."""
    placed = boxes()
    height = 20 + len(layers()) * ROW + 34
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"'
        ' aria-label="The rooms of the program; each imports only from rows below its own">'
    )
    legend = (
        "A room imports from rows below its own, never from one above. Blue: ways in. Ochre: adapters.",
    )
    drawn = [_box(box) for box in placed] + _rules({box.room: box for box in placed})
    caption = _note(WIDTH / 2, height - 14, "middle", legend)
    return "\n".join([head, f"<style>{STYLE}</style>", *drawn, caption, "</svg>", ""])


def _box(box: Box) -> str:
    middle = f'x="{box.x + box.width / 2:.0f}" text-anchor="middle"'
    return (
        f'<g class="{box.kind}">'
        f'<rect x="{box.x:.0f}" y="{box.y:.0f}" width="{box.width:.0f}" height="{BOX}" rx="7"/>'
        f'<text class="name" {middle} y="{box.y + 19:.0f}">{escape(box.room)}</text>'
        f'<text class="what" {middle} y="{box.y + 36:.0f}">{escape(PURPOSE[box.room])}</text></g>'
    )


def _note(x: float, y: float, anchor: str, lines: tuple[str, ...]) -> str:
    spans = "".join(
        f'<tspan x="{x:.0f}" y="{y + 15 * number:.0f}">{line}</tspan>' for number, line in enumerate(lines)
    )
    return f'<text class="note" text-anchor="{anchor}">{spans}</text>'


def _rules(at: dict[str, Box]) -> list[str]:
    """The two imports that have a rule of their own: wiring → adapters, webapp → client."""
    wiring, store, webapp, client = (at[room] for room in ("wiring", "store", "webapp", "client"))
    left, right = MARGIN - 24, WIDTH - MARGIN + 24
    end, turn = webapp.x + webapp.width, client.x + client.width
    return [
        _path("line", left, (wiring.x, wiring.y), (store.x, store.y)),
        _note(left - 10, (wiring.y + store.y) / 2, "end", ("only wiring", "builds adapters")),
        _path("line web", right, (end, webapp.y), (turn, client.y)),
        _note(right + 10, (webapp.y + client.y) / 2, "start", ("webapp speaks", "through client", "only")),
    ]


def _path(kind: str, aside: float, one: tuple[float, float], other: tuple[float, float]) -> str:
    """From the side of one box, down beside the rows, to the side of another."""
    (x, y), (to_x, to_y), half = one, other, BOX / 2
    return f'<path class="{kind}" d="M {x:.0f} {y + half:.0f} H {aside} V {to_y + half:.0f} H {to_x:.0f}"/>'


if __name__ == "__main__":
    PICTURE.write_text(draw(), encoding="utf-8")
