"""Quarters that no report gives, over the sample filings, as the companies' press releases gave them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from finchat_sec_qa import Library
from finchat_sec_qa.config import Settings


@pytest.fixture(scope="module")
def library(sample_store: Path) -> Iterator[Library]:
    with Library.open(Settings(store=sample_store), read_only=True) as opened:
        yield opened


@pytest.mark.parametrize(
    ("question", "millions"),
    [
        ("What was Apple's revenue in Q4 2024?", 94_930),
        ("What was Apple's net income in the fourth quarter of fiscal 2024?", 14_736),
        ("What was Apple's iPhone revenue in Q4 2024?", 46_222),
        ("What was Apple's revenue for the three months ended September 28, 2024?", 94_930),
        ("What was Apple's net income in Q4 2023?", 22_956),
        # 130,497 for fiscal 2025, 44,062 and 46,743 less 26,044 and 30,040 for the first two quarters
        ("What was NVIDIA's trailing twelve month revenue as of July 2025?", 165_218),
    ],
)
def test_derived_amounts_are_those_of_the_press_releases(
    library: Library, question: str, millions: int
) -> None:
    answer = library.ask(question)
    assert answer.value is not None, answer.answer
    assert answer.calculation is not None
    assert answer.value.number == f"{millions}000000"
    assert library.verify(answer).holds


@pytest.mark.parametrize(
    ("question", "first", "count"),
    [
        ("Which segment of Apple had the largest revenue in fiscal 2024?", "Americas", 5),
        ("Which of Apple's products had the largest sales in fiscal 2024?", "iPhone", 5),
        ("Which segment of NVIDIA had the highest operating income in fiscal 2025?", "Compute and", 2),
        ("What is Nike's largest product line by revenue in fiscal 2025?", "Footwear", 4),
        ("Which segment of Coca-Cola had the largest revenue in 2024?", "North America", 6),
    ],
)
def test_the_largest_parts(library: Library, question: str, first: str, count: int) -> None:
    answer = library.ask(question)
    assert answer.value is not None, answer.answer
    assert f"of the {count} " in answer.answer
    assert f" compared, {first}" in answer.answer
    ranked = [alternate for alternate in answer.alternates if alternate.label.startswith("no. ")]
    assert len(ranked) == count - 1
    assert library.verify(answer).holds
