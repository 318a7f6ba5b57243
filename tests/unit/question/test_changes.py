import pytest

from finchat_sec_qa.model.filing import Company
from finchat_sec_qa.question.read import read

NAME = "Acme Widgets, Inc."
ACME = Company("0000000042", "0000000042", NAME, ("ACME",), (NAME,), 1, None, None)


@pytest.mark.parametrize(
    "question",
    [
        "Did Acme's gross margin improve in fiscal 2023?",
        "Does Acme have an improving gross margin as of FY2023?",
        "Does Acme have an improving gross margin profile as of FY2023?",
        "Had Acme's gross margin declined in FY2023?",
        "Is Acme's gross margin improving in FY2023?",
    ],
)
def test_a_question_of_yes_or_no_is_answered_by_the_change_from_the_year_before(question: str) -> None:
    found = read(question, [ACME])
    assert (found.kind, found.label) == ("formula", "change in gross margin")


def test_a_profile_of_other_things_is_no_figure() -> None:
    assert read("Does Acme have an improving risk profile as of FY2023?", [ACME]).kind == "passages"
