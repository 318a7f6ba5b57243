"""The scorer that lies beside the questions: its figures of a set, and its verdict on one question.

Every verdict is the scorer's own figure of that one question, so nothing here decides what is right.
"""

import json
import runpy
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.eval.sets import Figures, QuestionSet
from benchmarks.eval.verdict import Verdict
from finchat_sec_qa.errors import UsageError

FUNCTIONS = ("score_xbrl_answers", "score_financebench_answers", "score_hits", "gold_pages")

Row = Mapping[str, Any]


class Scorer:
    """Loads the scorer from its file. Raises UsageError when it is not one that we know how to call."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._has: dict[str, Any] = runpy.run_path(str(path))
        absent = [name for name in FUNCTIONS if not callable(self._has.get(name))]
        if absent:
            raise UsageError(f"{path}: has no {', '.join(absent)}; not checked: another scorer than expected")

    def inputs(self, shared: Path, questions: QuestionSet) -> list[Row]:
        """{"id", "question", "scope"?} of each question that can be asked."""
        options = ("--scoped",) if questions.scoped else ()
        command = [sys.executable, self._path, "inputs", questions.kind, shared / questions.path, *options]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def figures(self, questions: QuestionSet, truth: Sequence[Row], results: Mapping[str, Row]) -> Figures:
        """The strict score of a set, as the scorer's command prints it; results by the questions' ids."""
        name = "score_hits" if questions.searched else f"score_{questions.kind}_answers"
        figures: Figures = self._has[name](truth, results, False)
        return figures

    def verdict(self, questions: QuestionSet, truth: Row, result: Row) -> Verdict:
        """The verdict on one question, from the figures of it alone."""
        alone = self.figures(questions, [truth], {identity(truth): result})
        if questions.searched:
            return Verdict.FOUND if alone["any@5"] else Verdict.MISSED
        if questions.kind == "xbrl":
            return _exact(alone)
        return _analysts(alone)

    def cited(self, questions: QuestionSet, truth: Row, result: Row) -> bool | None:
        """Whether the citations are those that prove the gold answer; None where nothing is to be cited."""
        if questions.searched:
            return None
        alone = self.figures(questions, [truth], {identity(truth): result})
        share = alone["right_facts_cited" if questions.kind == "xbrl" else "cited_gold_page@5"]
        return None if share is None else bool(share)

    def pages(self, truth: Row) -> list[str]:
        """The pages that prove a gold answer, "FILING p. 12", in order."""
        return [f"{filing} p. {page}" for filing, page in sorted(self._has["gold_pages"](truth))]


def identity(truth: Row) -> str:
    """The id of a question of either kind."""
    return str(truth.get("financebench_id") or truth["id"])


def _exact(alone: Figures) -> Verdict:
    if alone["exact"] is None:
        return Verdict.REFUSED if alone["negatives_refused"] else Verdict.UNDUE
    if alone["exact"]:
        return Verdict.RIGHT
    return Verdict.FALSE_REFUSAL if alone["false_refusal"] else Verdict.WRONG


def _analysts(alone: Figures) -> Verdict:
    if alone["refused"]:
        return Verdict.FALSE_REFUSAL
    if alone["numeric_right"] is None:
        return Verdict.CITED if alone["cited_gold_page@5"] else Verdict.UNCITED
    return Verdict.RIGHT if alone["numeric_right"] else Verdict.WRONG
