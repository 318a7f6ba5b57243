"""One evaluation, from the filings to lines and figures."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.eval.asking import Result, asked, verified
from benchmarks.eval.ledger import Key, Line, put
from benchmarks.eval.lines import line
from benchmarks.eval.scorer import Row, Scorer, identity
from benchmarks.eval.sets import Figures, Folder, QuestionSet
from benchmarks.eval.verdict import Verdict
from finchat_sec_qa import Library
from finchat_sec_qa.config import Settings
from finchat_sec_qa.errors import FinChatError
from finchat_sec_qa.model.answer import Answer, VerifyReport

Results = dict[str, dict[str, Result]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run found: a line for each question, and the scorer's figures of each set."""

    lines: tuple[Line, ...]
    figures: dict[str, Figures]


def evaluate(
    stores: Mapping[tuple[Folder, ...], Path], shared: Path, sets: Sequence[QuestionSet], answers: Path
) -> Outcome:
    """Ask all, verify all, score all; `stores` by the folders of filings that they hold.

    The results are left under `answers`, a file for each set, as the scorer's command reads them.
    """
    scorer = Scorer(shared / "tools" / "score")
    results: Results = {}
    reports: dict[Key, VerifyReport] = {}
    for folders, store in stores.items():
        over = [one for one in sets if one.folders == folders]
        with Library.open(Settings(store=store), read_only=True) as library:
            told_of = {one.name: asked(library, one, scorer.inputs(shared, one)) for one in over}
            reports |= verified(library, _answers(told_of))
        results |= told_of
    lines: list[Line] = []
    figures: dict[str, Figures] = {}
    for one in sets:
        told = results[one.name]
        truth = truths(shared / one.path, told)
        _leave(answers / f"{one.name}.jsonl", told)
        figures[one.name] = scorer.figures(one, truth, {key: found.raw for key, found in told.items()})
        lines += [
            line(scorer, one, each, told[identity(each)], reports.get((one.name, identity(each))))
            for each in truth
        ]
        agree(one, lines, figures[one.name])
    return Outcome(tuple(lines), figures)


def _answers(results: Results) -> dict[Key, Answer]:
    return {
        (name, key): found.answer
        for name, told in results.items()
        for key, found in told.items()
        if found.answer
    }


def truths(path: Path, told: dict[str, Result]) -> list[Row]:
    """The questions that were asked, with their gold answers."""
    rows = [json.loads(text) for text in path.read_text(encoding="utf-8").splitlines() if text.strip()]
    return [row for row in rows if identity(row) in told]


def agree(questions: QuestionSet, lines: Sequence[Line], figures: Figures) -> None:
    """Hold the verdicts against the set's figures. Raises FinChatError where they tell another story."""
    counts = Counter(each.verdict for each in lines if each.set == questions.name)
    for name, part, whole in _shares(questions, counts):
        share = round(part / whole, 4) if whole else None
        if share != figures[name]:
            raise FinChatError(
                f"{questions.name}: by the verdicts {name} is {share}, by the scorer {figures[name]}; "
                "benchmarks/eval/scorer.py does not understand this scorer"
            )


def _shares(questions: QuestionSet, counts: Counter[Verdict]) -> list[tuple[str, int, int]]:
    """(figure, part, whole) of the figures that follow from verdicts alone."""
    every = counts.total()
    if questions.searched:
        return [("any@5", counts[Verdict.FOUND], every)]
    if questions.kind == "xbrl":
        # an error is none of these, but a question of one of the two kinds: not told apart by the verdict
        if counts[Verdict.ERROR]:
            return []
        negative = counts[Verdict.REFUSED] + counts[Verdict.UNDUE]
        return [
            ("exact", counts[Verdict.RIGHT], every - negative),
            ("wrong", counts[Verdict.WRONG], every - negative),
            ("false_refusal", counts[Verdict.FALSE_REFUSAL], every - negative),
            ("negatives_refused", counts[Verdict.REFUSED], negative),
        ]
    return [("refused", counts[Verdict.FALSE_REFUSAL], every)]


def _leave(path: Path, told: dict[str, Result]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    put(path, "".join(json.dumps(found.raw, ensure_ascii=False) + "\n" for found in told.values()))
