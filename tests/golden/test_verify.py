"""Seeded tampering with answers over the sample filings, and with the filings: all of it is found."""

import random
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from finchat_sec_qa import Library
from finchat_sec_qa.config import Settings
from finchat_sec_qa.model.answer import Answer

QUESTIONS = (
    "What was Apple's revenue in fiscal 2023?",
    "What was NVIDIA's diluted EPS in fiscal 2024?",
    "What was Apple's iPhone revenue in fiscal 2024?",
    "What was Apple's gross margin in fiscal 2024?",
    "What was Nike's inventory turnover in fiscal 2025?",
    "Which company had higher revenue in fiscal 2024, Apple or NVIDIA?",
    "What are NVIDIA's main supply risks?",
)
SEEDS = range(14)  # for each question

Data = dict[str, Any]
Tampering = Callable[[random.Random, Data], int | None]


def other_digit(chance: random.Random, text: str) -> str:
    """The text with one of its digits another one."""
    place = chance.choice([match.start() for match in re.finditer(r"\d", text)])
    digit = chance.choice([digit for digit in "0123456789" if digit != text[place]])
    return text[:place] + digit + text[place + 1 :]


def other_letter(chance: random.Random, text: str) -> str:
    """The text with one of its characters another letter."""
    place = chance.randrange(len(text))
    letter = chance.choice([letter for letter in "abcdefghij" if letter != text[place]])
    return text[:place] + letter + text[place + 1 :]


def in_the_text(chance: random.Random, data: Data) -> None:
    change = other_digit if re.search(r"\d", data["answer"]) else other_letter
    data["answer"] = change(chance, data["answer"])


def in_the_value(chance: random.Random, data: Data) -> None:
    value = data["value"]
    if value is None:
        data["value"] = {"number": "1", "unit": "USD", "period": data["scope"]["period"]}
    elif chance.random() < 0.5:
        value["number"] = other_digit(chance, value["number"])
    else:
        value["unit"] = chance.choice(
            [unit for unit in ("EUR", "shares", "pure", "days") if unit != value["unit"]]
        )


def in_the_period(chance: random.Random, data: Data) -> None:
    period = data["value"]["period"] if data["value"] else data["scope"]["period"]
    field = chance.choice(("end", "fiscal_year", "fiscal_period"))
    changed = {"end": "1999-12-31", "fiscal_year": 1999, "fiscal_period": "Q2"}
    period[field] = changed[field]


def in_an_operand(chance: random.Random, data: Data) -> None:
    if data["calculation"] is None:
        data["calculation"] = {"formula": "a = 1", "operands": [], "rounding": "none"}
        return
    operands = data["calculation"]["operands"]
    operand = chance.choice(operands)
    field = chance.choice(("number", "unit", "name", "citation"))
    if field == "citation":
        operand["citation"] = operand["citation"] % len(operands) + 1
    else:
        operand[field] = other_digit(chance, operand[field]) if field == "number" else "pure"


def in_the_formula(chance: random.Random, data: Data) -> None:
    if data["calculation"] is None:
        in_the_text(chance, data)
    elif chance.random() < 0.5:
        data["calculation"]["formula"] = data["calculation"]["formula"].replace(" = ", " = 2 * ")
    else:
        data["calculation"]["rounding"] = "half up to 9 decimals"


def in_the_question(chance: random.Random, data: Data) -> None:
    data["question"] = other_letter(chance, data["question"])


def in_the_id(chance: random.Random, data: Data) -> None:
    place = chance.choice([at for at, char in enumerate(data["id"]) if char != "-"])
    digit = chance.choice([digit for digit in "0123456789abcdef" if digit != data["id"][place]])
    data["id"] = data["id"][:place] + digit + data["id"][place + 1 :]


def in_the_scope(chance: random.Random, data: Data) -> None:
    field = chance.choice(("companies", "filings"))
    data["scope"][field] = [*data["scope"][field][1:], "another"]


def in_an_alternate(chance: random.Random, data: Data) -> None:
    if not data["alternates"]:
        period = data["scope"]["period"]
        value = {"number": "5", "unit": "USD", "period": period}
        data["alternates"] = [{"label": "rumour", "value": value, "citation": 1}]
        return
    alternate = chance.choice(data["alternates"])
    if chance.random() < 0.5:
        alternate["label"] = other_letter(chance, alternate["label"])
    else:
        alternate["value"]["number"] = other_digit(chance, alternate["value"]["number"])


def of_the_citations(chance: random.Random, data: Data) -> int:
    """Their ids swapped, one doubled, or one of them dropped; returns a citation that is no longer right."""
    citations = data["citations"]
    if len(citations) > 1 and chance.random() < 0.7:
        citations[0]["id"], citations[1]["id"] = citations[1]["id"], citations[0]["id"]
        return int(citations[0]["id"])
    citations.append({**citations[0], "id": len(citations) + 1})
    if data["value"] is None:
        citations[-1]["id"] += 1
    return int(citations[-1]["id"])


FIELDS: dict[str, Callable[[random.Random, Any], Any]] = {
    "quote": lambda chance, quote: (other_digit if re.search(r"\d", quote) else other_letter)(chance, quote),
    "start": lambda chance, start: start + chance.choice((-7, -1, 1)),
    "end": lambda chance, end: end + chance.choice((-1, 1, 9)),
    "sha256": other_digit,
    "url": other_digit,
    "section": other_letter,
    "page": lambda chance, page: (page or 0) + chance.choice((1, -1, 40)),
    "table": lambda chance, table: {"row": "Total", "column": "2001"},
    "fact_id": lambda chance, fact_id: other_digit(chance, fact_id or "f-1"),
    "concept": lambda chance, concept: other_letter(chance, concept or "us-gaap:Revenues"),
    "filing": other_digit,
    "accession": other_digit,
    "company": other_letter,
    "cik": other_digit,
    "form": lambda chance, form: "10-K/A",
    "period_end": lambda chance, day: "1999-12-31",
}


def of_a_citation(field: str) -> Tampering:
    def change(chance: random.Random, data: Data) -> int:
        citation = chance.choice(data["citations"])
        citation[field] = FIELDS[field](chance, citation[field])
        return int(citation["id"])

    return change


TAMPERINGS: dict[str, Tampering] = {
    "text": in_the_text,
    "value": in_the_value,
    "period": in_the_period,
    "operand": in_an_operand,
    "formula": in_the_formula,
    "question": in_the_question,
    "id": in_the_id,
    "scope": in_the_scope,
    "alternate": in_an_alternate,
    "citations": of_the_citations,
    **{f"citation.{field}": of_a_citation(field) for field in FIELDS},
}


@pytest.fixture(scope="module")
def library(sample_store: Path) -> Iterator[Library]:
    with Library.open(Settings(store=sample_store), read_only=True) as opened:
        yield opened


@pytest.mark.parametrize("question", QUESTIONS)
def test_tampering_is_found_and_the_citation_is_named(library: Library, question: str) -> None:
    answer = library.ask(question)
    assert library.verify(answer).holds
    for name, change in TAMPERINGS.items():
        for seed in range(2):
            data = answer.model_dump(mode="json")
            number = change(random.Random(f"{question} {name} {seed}"), data)
            tampered = Answer.model_validate(data)
            assert tampered != answer, name
            report = library.verify(tampered)
            assert not report.holds, (name, seed, data)
            if number is not None:
                (named,) = [citation for citation in report.citations if citation.id == number]
                assert not named.holds, (name, seed, report)
                assert named.problems


def test_several_changes_at_once_are_found(library: Library) -> None:
    chance = random.Random(2024)
    for question in QUESTIONS:
        answer = library.ask(question)
        for _ in SEEDS:
            data = answer.model_dump(mode="json")
            for name in chance.sample(sorted(TAMPERINGS), 3):
                TAMPERINGS[name](chance, data)
            assert not library.verify(Answer.model_validate(data)).holds, data


def test_a_refusal_with_a_number_slipped_in_is_found(library: Library) -> None:
    answer = library.ask("What was Apple's revenue in fiscal 2010?")
    assert library.verify(answer).holds
    told = library.ask("What was Apple's revenue in fiscal 2023?")
    for field in ("value", "citations", "answer", "scope"):
        changed = answer.model_copy(update={field: getattr(told, field)})
        assert not library.verify(changed).holds, field


def test_one_flipped_byte_of_a_stored_filing_is_found(sample_store: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    shutil.copytree(sample_store, store)
    chance = random.Random(7)
    with Library.open(Settings(store=store), read_only=True) as library:
        answer = library.ask("What was Nike's inventory turnover in fiscal 2025?")
        assert library.verify(answer).holds
        sha256 = answer.citations[0].sha256
        (original,) = [path for path in (store / "originals").rglob("*") if path.stem == sha256]
        content = original.read_bytes()
        original.chmod(0o644)
        for _ in range(5):
            flipped = bytearray(content)
            flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
            original.write_bytes(flipped)
            report = library.verify(answer)
            touched = [citation.id for citation in answer.citations if citation.sha256 == sha256]
            assert [citation.id for citation in report.citations if not citation.holds] == touched
        original.unlink()
        assert not library.verify(answer).holds
        original.write_bytes(content)
        assert library.verify(answer).holds
