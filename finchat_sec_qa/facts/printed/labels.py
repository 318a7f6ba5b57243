"""Labels of printed rows made plain, so that one pattern fits what companies word alike."""

import re
from functools import lru_cache

_NOTE = re.compile(
    r"\(?\bsee\s+(?:accompanying\s+)?notes?\b[^)]*\)?|\(?\bnotes?\s+\d+[^)]*\)?", re.IGNORECASE
)
_BRACKETED = re.compile(r"/?\s*\([^()]*\)")
_SPELLED = (
    ("non controlling", "noncontrolling"),
    ("non current", "noncurrent"),
    ("non operating", "nonoperating"),
    ("share owners", "shareowners"),
    ("stock holders", "stockholders"),
    ("share holders", "shareholders"),
    ("amortisation", "amortization"),
    ("pre tax", "pretax"),
)
_WORD = re.compile(r"[a-z0-9]+")


@lru_cache(maxsize=16_384)
def plain_label(label: str) -> str:
    """Lower-case words without brackets, notes, footnote marks and punctuation.

    "Income/(loss) from operations (Note 5)" is "income from operations". A label that is all in brackets
    keeps its words.
    """
    text = _NOTE.sub(" ", label.lower().replace("’", "'").replace("‘", "'"))
    short = _BRACKETED.sub(" ", text)
    if not _WORD.search(short):
        short = text
    short = short.replace("'", "").replace("&", " and ").replace("u.s.", "us")
    words = " ".join(_WORD.findall(short))
    for apart, joined in _SPELLED:
        words = words.replace(apart, joined)
    return re.sub(r"(?<=[a-z]) \d$", "", words)


def is_loss(label: str) -> bool:
    """Whether a label says that its number is a loss: "Net loss", not "Net income (loss)"."""
    text = label.lower()
    gain = re.search(r"\b(?:income|earnings|profit|gains?)\b(?!\s+tax)", text)
    return "loss" in plain_label(label).split() and gain is None
