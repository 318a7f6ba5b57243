"""Text from filings and file names made safe to print: they may hold anything."""

import re

# C0 (but tab and newline), DEL, C1, and the marks that turn or hide the direction of text. A terminal
# obeys the first; a reader is misled by the others.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
_UNSAFE_IN_JSON = re.compile(
    "[\x7f-\x9f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)


def clean(text: str) -> str:
    """The text without control characters and direction marks; tabs and newlines stay."""
    return _UNSAFE.sub("", text)


def one_line(text: str, longest: int | None = None) -> str:
    """The clean text on one line, cut with "…" after `longest` characters."""
    line = " ".join(clean(text).split())
    return line if longest is None or len(line) <= longest else line[: longest - 1].rstrip() + "…"


def clean_json(text: str) -> str:
    """JSON of the same meaning in which unsafe characters are escaped (JSON escapes C0 itself)."""
    return _UNSAFE_IN_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
