"""Makes the ledger's lines from truth, results, verdicts and reports."""

from collections.abc import Mapping
from typing import Any

from benchmarks.eval.asking import Result, objections
from benchmarks.eval.ledger import Line, Source
from benchmarks.eval.scorer import Row, Scorer, identity
from benchmarks.eval.sets import QuestionSet
from benchmarks.eval.verdict import Verdict
from finchat_sec_qa.model.answer import Answer, VerifyReport

SHOWN = ("filing", "page", "fact_id", "concept")
NO_ANSWER = "no answer"


def line(
    scorer: Scorer, questions: QuestionSet, truth: Row, result: Result, report: VerifyReport | None
) -> Line:
    """One question's line; `report` is None where there is no answer."""
    verdict = Verdict.ERROR if result.error else scorer.verdict(questions, truth, result.raw)
    cited = None if result.error else scorer.cited(questions, truth, result.raw)
    gold = _pages(scorer, truth) if questions.searched else _gold(truth)
    value = _value(result.answer)
    whys = (_why(scorer, questions, truth, result, verdict), objections(report) if report else "")
    sources = _sources(result.raw)
    return Line(
        set=questions.name,
        id=identity(truth),
        company=str(truth.get("company") or " ".join(truth["tickers"])),
        question=truth["question"],
        gold=gold,
        answer=_answer(result, sources),
        value=value,
        sources=sources,
        verdict=verdict,
        why="; ".join(filter(None, whys)),
        cited=cited,
        verified=None if report is None else report.holds,
    )


def _gold(truth: Row) -> str:
    if "answer" in truth:
        return str(truth["answer"])
    return NO_ANSWER if truth["answer_value"] is None else f"{truth['answer_value']} {truth['unit']}"


def _pages(scorer: Scorer, truth: Row) -> str:
    return ", ".join(scorer.pages(truth))


def _value(answer: Answer | None) -> str:
    return f"{answer.value.number} {answer.value.unit}" if answer and answer.value else ""


def _answer(result: Result, sources: tuple[Source, ...]) -> str:
    if result.answer is None:
        return result.error or ", ".join(f"{each['filing']} p. {each.get('page', '-')}" for each in sources)
    return result.answer.refusal.message if result.answer.refusal else result.answer.answer


def _sources(raw: Mapping[str, Any]) -> tuple[Source, ...]:
    places = raw.get("citations") or raw.get("hits") or ()
    return tuple({name: each[name] for name in SHOWN if each.get(name) is not None} for each in places)


def _why(scorer: Scorer, questions: QuestionSet, truth: Row, result: Result, verdict: Verdict) -> str:
    """Why a question is not as it should be; "" where it is."""
    if verdict.badness == 0:
        return ""
    if verdict is Verdict.ERROR:
        return result.error
    if verdict is Verdict.WRONG:
        return f"{_value(result.answer) or 'a text without a number'} is not {_gold(truth)}"
    if verdict is Verdict.UNDUE:
        return (
            f"answered {_value(result.answer) or 'with a text'}, but nothing in the store supports an answer"
        )
    if verdict is Verdict.FALSE_REFUSAL and result.answer and result.answer.refusal:
        return f"{result.answer.refusal.reason}: {result.answer.refusal.message}"
    done = "found" if questions.searched else "cited"
    return f"none of {_pages(scorer, truth)} is among the first five {done}"
