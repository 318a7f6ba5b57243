"""Examples in Markdown pages: finding them, running them, comparing what they show with what comes.

A ```console fence holds commands (lines that begin with "$ ") and, below each, what it prints. In the
shown lines "…" stands for anything within a line, and a line that is only "…" for any lines. A fence
with the word `edgar` after `console` needs EDGAR. A ```python fence is a program.
"""

import re
from dataclasses import dataclass
from pathlib import Path

# Commands that make or change the checkout itself; other tests prove them.
NOT_RUN = ("make ", "git ", "poetry ")


@dataclass(frozen=True, slots=True)
class Step:
    """One command and the lines that are shown below it, joined."""

    command: str
    shown: str


@dataclass(frozen=True, slots=True)
class Example:
    """One fence of a page. `kind` is console or python; `needs_edgar` as the fence says."""

    page: Path
    line: int
    kind: str
    needs_edgar: bool
    body: str

    def steps(self) -> list[Step]:
        """A console fence's commands that are to be run."""
        parts = re.split(r"^\$ ", self.body, flags=re.MULTILINE)[1:]
        pairs = [part.partition("\n") for part in parts]
        return [Step(pair[0], pair[2].strip("\n")) for pair in pairs if not pair[0].startswith(NOT_RUN)]


def examples(page: Path) -> list[Example]:
    """The runnable fences of a page, in order."""
    text = page.read_text(encoding="utf-8")
    fences = re.finditer(r"^```(console|python)( edgar)?\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [
        Example(page, text.count("\n", 0, fence.start()) + 1, fence[1], bool(fence[2]), fence[3])
        for fence in fences
    ]


def fits(shown: str, printed: str) -> bool:
    """True when what was printed is what the page shows; nothing shown fits anything."""
    if not shown:
        return True
    pattern = "".join(
        r"(?:.*\n)*" if line == "…" else ".*".join(map(re.escape, line.split("…"))) + r"\n"
        for line in shown.splitlines()
    )
    return re.fullmatch(pattern, printed.strip("\n") + "\n") is not None
