import pytest

from finchat_sec_qa.model.filing import Company
from finchat_sec_qa.question.clauses import split_clauses
from finchat_sec_qa.question.read import read

NAME = "Acme Widgets, Inc."
ACME = Company("0000000042", "0000000042", NAME, ("ACME",), (NAME,), 1, None, None)
CONTINGENCIES = [
    "If the quick ratio is not something that an analyst would ask about, then state that and explain why.",
    "If it isn't disclosed, say so.",
]


@pytest.mark.parametrize("contingency", CONTINGENCIES)
def test_what_to_say_without_an_answer_asks_nothing(contingency: str) -> None:
    question = "Did Acme's quick ratio improve between fiscal 2022 and fiscal 2023?"
    assert split_clauses(f"{question} {contingency}") == split_clauses(question)
    asked, alone = (read(text, [ACME]) for text in (f"{question} {contingency}", question))
    assert asked == alone
    assert alone.kind == "formula"


@pytest.mark.parametrize("contingency", CONTINGENCIES)
def test_nor_is_it_looked_for_in_passages(contingency: str) -> None:
    question = "Why did Acme's margin change?"
    asked = read(f"{question} {contingency}", [ACME])
    assert (asked.kind, asked.words) == ("passages", read(question, [ACME]).words)
