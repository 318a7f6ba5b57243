"""Whether a question asks how a figure changed, over how many years, and in which words."""

import re
from collections.abc import Sequence

from finchat_sec_qa.model.plan import AskedPeriod

CHANGE_IN = "change in "  # how the label of such a figure begins
# "what was the change in", "how did … change", "difference between … and"
_CHANGED = re.compile(
    r"\bchang(?:e|es|ed|ing)\b|\bdifference\b|\bversus\b|\bvs\b|\bcompared\s+(?:to|with)\b", re.IGNORECASE
)
# Words that say which way: between two years, or as a question of yes or no, against the year before.
_MOVED = re.compile(
    r"\b(?:increas(?:e|es|ed|ing)|decreas(?:e|es|ed|ing)|improv(?:e|es|ed|ing|ement)|declin(?:e|es|ed|ing)"
    r"|ris(?:e|en|ing)|rose|fall|fell|fallen|falling|drop|dropped|worsen|worsened|worsening|deteriorat(?:e|ed|ing)"
    r"|expand|expanded|expanding|contract|contracted|narrow|narrowed|widen|widened|shrink|shrank|higher|lower)\b",
    re.IGNORECASE,
)
_YES_OR_NO = re.compile(
    r"^\W*(?:and\s+)?(?:did|does|do|has|have|had|is|are|was|were|by\s+how\s+much|how\s+much)\b", re.IGNORECASE
)
_FILLING = frozenset(
    "between compared comparison relative versus vs against than prior previous preceding earlier any really"
    " actually profile trend".split()
)


def years_of_change(question: str, periods: Sequence[AskedPeriod], years: int) -> int:
    """Years that a change asked for spans; 0 where the question asks for none.

    `years` lie between the periods that it names. Between two years any word of change will do; against the
    year before only a question that can be answered by yes or no, or by how much: "the change in
    inventories" of one year is a line of the cash-flow statement.
    """
    if years:
        return years if _CHANGED.search(question) or _MOVED.search(question) else 0
    if len(periods) > 1 or not _YES_OR_NO.search(question):
        return 0
    return 1 if _MOVED.search(question) or re.search(r"\bchanged?\b", question, re.IGNORECASE) else 0


def words_of_change(words: Sequence[str]) -> list[tuple[int, int]]:
    """The places of the words that only say that something changed."""
    return [
        (at, at + 1)
        for at, word in enumerate(words)
        if word in _FILLING or _CHANGED.fullmatch(word) or _MOVED.fullmatch(word)
    ]
