"""Seeded tampering with answers over the sample filings, and with the filings: all of it is found."""

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from finchat_sec_qa import Library
from finchat_sec_qa.config import Settings
from finchat_sec_qa.model.answer import Answer
from tests.golden.tampering import FORGERIES, TAMPERINGS, reissued

QUESTIONS = (
    "What was Apple's revenue in fiscal 2023?",
    "What was NVIDIA's diluted EPS in fiscal 2024?",
    "What was Apple's iPhone revenue in fiscal 2024?",
    "What was Apple's gross margin in fiscal 2024?",
    "What was Nike's inventory turnover in fiscal 2025?",
    "Which company had higher revenue in fiscal 2024, Apple or NVIDIA?",
    "Which company had higher diluted EPS in fiscal 2024, Apple or NVIDIA?",
    "What was Apple's revenue in the fourth quarter of fiscal 2024?",
    "Which of Apple's products had the largest revenue in fiscal 2024?",
    "What are NVIDIA's main supply risks?",
)
SEEDS = range(14)  # for each question


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


@pytest.mark.parametrize("question", QUESTIONS)
def test_forgeries_are_found_and_the_citation_is_named(library: Library, question: str) -> None:
    answer, made = library.ask(question), 0
    for name, forge in FORGERIES.items():
        data = answer.model_dump(mode="json")
        numbers = forge(random.Random(f"{question} {name}"), data, library)
        if numbers is None:
            continue
        made += 1
        forged = reissued(data)
        assert forged != answer, name
        report = library.verify(forged)
        assert not report.holds, (name, data)
        named = {citation.id for citation in report.citations if not citation.holds}
        assert set(numbers) <= named, (name, report)
    assert made >= 2


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


def test_a_difference_is_not_rounded(library: Library) -> None:
    data = library.ask("Which company had higher diluted EPS in fiscal 2024, Apple or NVIDIA?").model_dump()
    assert data["calculation"]["rounding"] == "none"
    data["calculation"]["rounding"] = "half up to 9 decimals"
    assert not library.verify(reissued(data)).holds
