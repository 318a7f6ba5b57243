"""200 changes to answers over real filings, and some to the filings: all are found, the citation named."""

import hashlib
import random
import re
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from finchat_sec_qa import Library
from finchat_sec_qa.config import Settings
from finchat_sec_qa.model.answer import Answer
from tests.golden.tampering import FORGERIES, TAMPERINGS, Data, other_digit, reissued

pytestmark = pytest.mark.shared

CHANGES = 200
SEED = 20_241_123
FOLDERS = ("320193", "1045810")  # Apple, NVIDIA
PRINTED = "ADOBE_2022_10K.pdf"  # a report without XBRL
KINDS = {  # of the questions with exact truth, and how many answers of each
    "lookup_flow": 2, "lookup_balance": 2, "quarter_3m": 2, "quarter_ytd": 1, "dimensional_revenue": 2,
    "derived_op_margin": 1, "derived_fcf": 1, "derived_tax_rate": 1, "derived_inv_turnover": 1,
    "derived_working_capital": 1,
}  # fmt: skip
OTHERS = (
    "Which company had higher revenue in fiscal 2024, Apple or NVIDIA?",
    "Which company had higher diluted EPS in fiscal 2024, Apple or NVIDIA?",
    "What was Adobe's total revenue in fiscal 2022?",
    "What was Adobe's net income in fiscal 2021?",
    "What was Adobe's net profit margin in fiscal 2022?",
    "What was Adobe's fixed asset turnover in fiscal 2022? Round to two decimals.",
    "What was Adobe's Digital Media segment revenue in fiscal 2022?",
    "Which of Adobe's segments had the largest revenue in fiscal 2022?",
    "What was Apple's net income in Q4 2023?",
    "Which of Apple's segments had the largest operating income in fiscal 2023?",
    "Did Apple's gross margin improve in fiscal 2023?",
    "Which had the higher operating margin in fiscal 2023, Apple or NVIDIA?",
    "What was Apple's revenue in fiscal 2022 and 2023?",
    "What supply risks does NVIDIA face?",
    "What does Apple say about competition in its markets?",
    "What legal proceedings does Adobe describe?",
)


def is_report(path: Path) -> bool:
    """An inline XBRL report: no exhibit, no press release, no index page."""
    with path.open("rb") as file:
        return path.stat().st_size > 200_000 and b"inlineXBRL" in file.read(5_000)


@pytest.fixture(scope="module")
def reports(edgar: Path) -> list[Path]:
    folders = [edgar / "Archives/edgar/data" / cik for cik in FOLDERS]
    return [path for folder in folders for path in sorted(folder.glob("*/*.htm")) if is_report(path)]


@pytest.fixture(scope="module")
def library(reports: list[Path], shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    settings = Settings(store=tmp_path_factory.mktemp("mutations") / "store", jobs=2)
    with Library.open(settings) as opened:
        assert not opened.ingest_paths([*reports, shared / "financebench" / "pdfs" / PRINTED]).failed
        yield opened


@pytest.fixture(scope="module")
def answers(library: Library, questions: Sequence[dict[str, Any]]) -> list[Answer]:
    """Answers of every kind, all of which hold."""
    left = dict(KINDS)
    found: list[Answer] = []
    for question in questions:
        if set(question["tickers"]) <= {"AAPL", "NVDA"} and left.get(question["kind"], 0):
            answer = library.ask(question["question"])
            if answer.status == "answered":
                left[question["kind"]] -= 1
                found.append(answer)
    found += [library.ask(question) for question in OTHERS]
    assert len(found) >= 18, left
    assert all(answer.status == "answered" for answer in found)
    assert all(library.verify(answer).holds for answer in found)
    return found


def test_every_change_to_an_answer_is_found_and_named(library: Library, answers: list[Answer]) -> None:
    """Fields changed one by one as an accident would, and forgeries whose other parts were made to agree."""
    pairs = [(at, name) for at in range(len(answers)) for name in (*TAMPERINGS, *FORGERIES)]
    chance = random.Random(SEED)
    chance.shuffle(pairs)
    made = 0
    for at, name in sorted(pairs[: 2 * CHANGES]):
        data = answers[at].model_dump(mode="json")
        numbers = change(library, name, random.Random(f"{SEED} {at} {name}"), data)
        if numbers is None or made == CHANGES:
            continue
        made += 1
        changed = reissued(data) if name in FORGERIES else Answer.model_validate(data)
        assert changed != answers[at], name
        report = library.verify(changed)
        assert not report.holds, (name, answers[at].question, data)
        named = {citation.id for citation in report.citations if not citation.holds}
        assert set(numbers) <= named, (name, answers[at].question, report)
    assert made == CHANGES


def change(library: Library, name: str, chance: random.Random, data: Data) -> list[int] | None:
    """Make one change; the citations that it makes wrong, None where the answer has nothing of the kind."""
    if name in FORGERIES:
        return FORGERIES[name](chance, data, library)
    number = TAMPERINGS[name](chance, data)
    return [] if number is None else [number]


def test_a_digit_of_a_filing_is_found_and_all_that_it_touches_is_named(
    library: Library, answers: list[Answer]
) -> None:
    """The stored bytes of each cited document in turn, changed where a person would read it."""
    chance = random.Random(SEED)
    store = Path(library.info().path)
    for answer in answers[::3]:
        sha256 = chance.choice(answer.citations).sha256
        (original,) = [path for path in (store / "originals").rglob("*") if path.stem == sha256]
        content = original.read_bytes()
        at = chance.choice([match.start() for match in re.finditer(rb"\d", content)] or [len(content) // 2])
        original.chmod(0o644)
        original.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        report = library.verify(answer)
        original.write_bytes(content)
        touched = [citation.id for citation in answer.citations if citation.sha256 == sha256]
        assert [citation.id for citation in report.citations if not citation.holds] == touched
        assert library.verify(answer).holds


def test_a_filing_that_was_changed_before_it_was_stored(
    library: Library, answers: list[Answer], reports: list[Path], tmp_path: Path
) -> None:
    """Another digit at the cited place, hashed, parsed and stored anew, the hash in the answer with it."""
    paths = {hashlib.sha256(path.read_bytes()).hexdigest(): path for path in reports}
    tagged = [answer for answer in answers if {one.sha256 for one in answer.citations} <= paths.keys()]
    reported = [answer for answer in tagged if answer.value is not None and answer.calculation is None]
    chosen = [answer for answer in reported if len({one.sha256 for one in answer.citations}) == 1][:4]
    assert len(chosen) == 4
    for number, answer in enumerate(chosen):
        citation = answer.citations[0]
        path = paths[citation.sha256]
        home = tmp_path / str(number) / path.relative_to(path.parents[3])
        home.parent.mkdir(parents=True)
        page = path.read_text(encoding="utf-8")
        tag = re.compile(rf'(<ix:nonFraction[^>]*\bid="{citation.fact_id}"[^>]*>)([^<]*)')
        again = tag.sub(partial(_another_number, random.Random(f"{SEED} {number}")), page, count=1)
        assert again != page
        home.write_text(again, encoding="utf-8")
        with Library.open(Settings(store=tmp_path / f"store{number}", jobs=1)) as other:
            (stored,) = other.ingest_paths([tmp_path / str(number)]).stored
            data = answer.model_dump(mode="json")
            for one in data["citations"]:
                one["sha256"] = hashlib.sha256(again.encode()).hexdigest()
            report = other.verify(Answer.model_validate(data))
            assert stored == citation.filing
            assert 1 in [one.id for one in report.citations if not one.holds]
            assert any("quote" in problem for problem in report.citations[0].problems)


def _another_number(chance: random.Random, match: re.Match[str]) -> str:
    return match[1] + other_digit(chance, match[2])
