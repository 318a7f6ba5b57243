"""The question sets, what their figures must reach, and where they are."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from benchmarks.common import ROOT
from finchat_sec_qa.errors import UsageError

VARIABLE = "FINCHAT_TEST_SHARED"  # the tests find the folder by the same name
NEEDED = ("tools/score", "tools/unpack", "questions/xbrl.jsonl", "financebench/questions.jsonl")
EACH_KIND = 0.93
GENERATED = "generated"  # the set whose questions are made anew by each evaluation

Kind = Literal["xbrl", "financebench"]
Folder = Literal["edgar", "pdfs"]  # the real filings as EDGAR has them, and the analysts' PDFs
Figures = Mapping[str, float | int | None]


@dataclass(frozen=True, slots=True)
class Bar:
    """What a figure must reach: at least the limit where `sign` is "≥", at most where it is "≤"."""

    figure: str
    sign: Literal["≥", "≤"]
    limit: float

    def holds(self, value: float | None) -> bool:
        """False too where there is no figure: what could not be checked is not met."""
        if value is None:
            return False
        return value >= self.limit if self.sign == "≥" else value <= self.limit


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions of one kind, and how they are asked.

    kind      the scorer's name for it
    path      of the questions, under the folder of real filings
    folders   of filings that are in the store when it is asked: its truth was made for these
    scoped    each question comes with the one filing that it is about
    searched  pages are searched for; nothing is answered
    """

    name: str
    kind: Kind
    path: str
    folders: tuple[Folder, ...]
    scoped: bool = False
    searched: bool = False
    bars: tuple[Bar, ...] = ()


# Figures of the exact questions that are not of one kind of question.
OVERALL = frozenset(
    "questions exact wrong false_refusal negatives_refused right_filing_cited right_facts_cited".split()
)
_EXACT = (
    Bar("exact", "≥", 0.98),
    Bar("wrong", "≤", 0.01),
    Bar("false_refusal", "≤", 0.02),
    Bar("negatives_refused", "≥", 0.95),
    Bar("right_facts_cited", "≥", 0.95),
)
_ANALYSTS = "financebench/questions.jsonl"
_ALL: tuple[Folder, ...] = ("edgar", "pdfs")
SETS = (
    # Without the PDFs: one of them answers a question that nothing in EDGAR's folder does.
    QuestionSet("xbrl", "xbrl", "questions/xbrl.jsonl", ("edgar",), bars=_EXACT),
    # Made from the filings' own tags by benchmarks/eval/generated.py, into the folder of the evaluation.
    QuestionSet(GENERATED, "xbrl", "generated.jsonl", ("edgar",), bars=_EXACT[:-1]),
    QuestionSet(
        "financebench-scoped",
        "financebench",
        _ANALYSTS,
        _ALL,
        scoped=True,
        bars=(Bar("numeric_right", "≥", 0.96), Bar("numeric_wrong", "≤", 0.04)),
    ),
    QuestionSet(
        "financebench",
        "financebench",
        _ANALYSTS,
        _ALL,
        bars=(Bar("numeric_right", "≥", 0.92), Bar("numeric_wrong", "≤", 0.04)),
    ),
    QuestionSet("search-scoped", "financebench", _ANALYSTS, _ALL, scoped=True, searched=True),
    QuestionSet("search", "financebench", _ANALYSTS, _ALL, searched=True),
)


def bars_of(questions: QuestionSet, figures: Figures) -> Iterator[Bar]:
    """The set's bars; for exact questions each kind of question has one as well."""
    yield from questions.bars
    if questions.kind == "xbrl":
        yield from (Bar(name, "≥", EACH_KIND) for name in figures if name not in OVERALL)


def shared_folder(named: Path | None) -> Path:
    """The folder of real filings and questions: as named, by the variable, or beside the project.

    Raises UsageError where it does not hold what is needed.
    """
    folder = named or Path(os.environ.get(VARIABLE) or ROOT.parent / "shared")
    absent = [name for name in NEEDED if not (folder / name).is_file()]
    if absent:
        raise UsageError(
            f"{folder}: no {', '.join(absent)} there; not checked: nothing was asked. "
            f"--shared DIR or {VARIABLE} names the folder of real filings and questions"
        )
    return folder
