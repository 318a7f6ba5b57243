"""What became of one question."""

from enum import StrEnum


class Verdict(StrEnum):
    """The scorer's word on one answer or search."""

    RIGHT = "right"  # the gold number, within its tolerance
    REFUSED = "refused"  # rightly: nothing in the store supports an answer
    CITED = "cited"  # the gold answer is no number; a page that proves it is among the first five citations
    FOUND = "found"  # a page that proves the gold answer is among the first five found
    FALSE_REFUSAL = "false refusal"  # there is an answer
    UNCITED = "uncited"  # the gold answer is no number; no page that proves it is cited
    MISSED = "missed"  # no page that proves the gold answer is among the first five found
    WRONG = "wrong"  # another number, or none where one is asked for
    UNDUE = "undue"  # answered, though nothing in the store supports an answer
    ERROR = "error"  # the program failed

    @property
    def badness(self) -> int:
        """0 as it should be, 1 nothing useful, 2 misleading, 3 broken."""
        return _BADNESS[self]


_GOOD = (Verdict.RIGHT, Verdict.REFUSED, Verdict.CITED, Verdict.FOUND)
_BAD = (Verdict.WRONG, Verdict.UNDUE)
_BADNESS = {each: 0 if each in _GOOD else 2 if each in _BAD else 1 for each in Verdict} | {Verdict.ERROR: 3}
