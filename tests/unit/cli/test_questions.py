import pytest

from finchat_sec_qa.cli.questions import TRIED, example_questions, short_name
from finchat_sec_qa.model.answer import Answer
from finchat_sec_qa.model.request import ScopeRequest
from finchat_sec_qa.model.views import FilingView
from tests.unit.cli.small_library import SmallLibrary, answered, refused, view


@pytest.mark.parametrize(
    ("company", "name"),
    [
        ("Apple Inc.", "Apple"),
        ("NIKE, Inc.", "NIKE"),
        ("COCA COLA CO", "COCA COLA"),
        ("NVIDIA CORP", "NVIDIA"),
        ("Johnson & Johnson", "Johnson & Johnson"),
        ("AMAZON COM INC", "AMAZON COM"),
        ("Company", "Company"),
        ("3M CO", "3M"),
        ("BERKSHIRE HATHAWAY INC /DE/", "BERKSHIRE HATHAWAY"),
    ],
)
def test_companies_are_called_as_people_do(company: str, name: str) -> None:
    assert short_name(company) == name


class Asked(SmallLibrary):
    """Answers what the function says it answers."""

    def __init__(self, filings: list[FilingView], words: tuple[str, ...]) -> None:
        super().__init__()
        self.stored = filings
        self.words = words

    def ask(self, question: str, scope: ScopeRequest = ScopeRequest(), on_stage: object = None) -> Answer:
        self.asked.append((question, scope))
        return answered(question) if any(word in question for word in self.words) else refused(question)


FILINGS = [
    view(f"{name}-{form}", form).model_copy(update={"company": name})
    for name in ("Acme Inc.", "Bees, Inc.")
    for form in ("10-K", "10-Q")
]


def examples(words: tuple[str, ...], filings: list[FilingView] = FILINGS) -> tuple[list[str], Asked]:
    library = Asked(filings, words)
    return example_questions(library.open(None, True, None)), library


def test_three_kinds_of_question_on_several_companies() -> None:
    found, library = examples(("",))
    assert found == [
        "What was Acme's revenue in fiscal 2023?",
        "What was Bees' diluted earnings per share in Q2 of fiscal 2023?",
        "What are Acme's main supply risks?",
    ]
    assert [question for question, _ in library.asked] == found


def test_only_what_was_answered_is_shown() -> None:
    found, _ = examples(("total assets", "net income"))
    assert len(found) == 3
    assert all("total assets" in question or "net income" in question for question in found)
    assert len(set(found)) == 3


def test_a_store_that_answers_nothing_is_not_asked_for_ever() -> None:
    found, library = examples(
        ("never",), [one.model_copy(update={"company": f"C{n}"}) for n in range(100) for one in FILINGS]
    )
    assert found == []
    assert len(library.asked) == TRIED


def test_an_empty_store_gives_none() -> None:
    assert examples(("",), [])[0] == []
