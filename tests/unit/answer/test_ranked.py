"""The largest and smallest part of a company: answered with all others, verified, and forged in vain."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from finchat_sec_qa import Library
from finchat_sec_qa.config import Settings
from tests.unit.answer.forging import forged, named, passed_off
from tests.unit.tagged import Number, Tagged

JAN23, DEC23 = "2023-01-01", "2023-12-31"
INCOME = "us-gaap:OperatingIncomeLoss"
PARTS = [
    Number("100", DEC23, JAN23),
    Number("30", DEC23, JAN23, part=("segment", "acme:BrassMember")),
    Number("50", DEC23, JAN23, part=("segment", "acme:SteelMember")),
    Number("20", DEC23, JAN23, part=("segment", "acme:TinMember")),
    Number("80", DEC23, JAN23, part=("product", "us-gaap:ProductMember")),
    Number("45", DEC23, JAN23, part=("product", "acme:PipesMember")),
    Number("35", DEC23, JAN23, part=("product", "acme:ValvesMember")),
    Number("20", DEC23, JAN23, part=("product", "us-gaap:ServiceMember")),
    Number("60", DEC23, JAN23, part=("place", "country:US")),
    Number("25", DEC23, JAN23, part=("place", "country:DE")),
    Number("15", DEC23, JAN23, part=("place", "acme:OtherCountriesMember")),
    Number("12", DEC23, JAN23, INCOME),
    Number("-3", DEC23, JAN23, INCOME, part=("segment", "acme:BrassMember")),
    Number("14", DEC23, JAN23, INCOME, part=("segment", "acme:SteelMember")),
    Number("1", DEC23, JAN23, INCOME, part=("segment", "acme:TinMember")),
    Number("21", DEC23, JAN23, part=("segment", "acme:BrassMember"), beside=("place", "country:US")),
    Number("19", DEC23, JAN23, part=("segment", "acme:SteelMember"), beside=("place", "country:US")),
    Number("20", DEC23, JAN23, part=("segment", "acme:TinMember"), beside=("place", "country:US")),
    Number("90", "2022-12-31", "2022-01-01"),
    Number("70", "2022-12-31", "2022-01-01", part=("segment", "acme:BrassMember")),
    Number("20", "2022-12-31", "2022-01-01", part=("segment", "acme:SteelMember")),
]
LARGEST = "Which segment of Acme had the largest revenue in fiscal 2023?"


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("parts")
    Tagged(DEC23, 2023, "FY", PARTS).write(folder / "reports")
    with Library.open(Settings(store=folder / "store")) as library:
        assert len(library.ingest_paths([folder / "reports"], jobs=1).stored) == 1
        yield library


@pytest.mark.parametrize(
    ("question", "number", "others"),
    [
        (LARGEST, "50000000", ["no. 2: Brass", "no. 3: Tin"]),
        ("What was Acme's top segment by sales in 2023?", "50000000", ["no. 2: Brass", "no. 3: Tin"]),
        ("Acme's smallest business segment by revenue, FY2023", "20000000", ["no. 2: Brass", "no. 3: Steel"]),
        (
            "Acme's segment with the lowest operating income, 2023",
            "-3000000",
            ["no. 2: Tin", "no. 3: Steel"],
        ),
        (
            "Acme's segment with the largest operating loss, 2023",
            "-3000000",
            ["no. 2: Tin", "no. 3: Steel"],
        ),
        ("Which segment contributed the most revenue to Acme in fiscal 2022?", "70000000", ["no. 2: Steel"]),
        (
            "Which of Acme's product lines brought in the most sales in fiscal 2023?",
            "45000000",
            ["no. 2: Valves", "no. 3: Service", "not ranked, the sum of Pipes and Valves: Product"],
        ),
        (
            "What is the largest country by revenue for Acme?",
            "60000000",
            ["no. 2: Germany", "not ranked, no single country: other Countries"],
        ),
        ("What is Acme's largest segment?", "50000000", ["no. 2: Brass", "no. 3: Tin"]),
    ],
)
def test_the_first_of_the_parts_and_all_others(
    parts: Library, question: str, number: str, others: list[str]
) -> None:
    answer = parts.ask(question)
    assert answer.value is not None, answer.answer
    assert answer.value.number == number
    assert [alternate.label for alternate in answer.alternates] == others
    assert [alternate.citation for alternate in answer.alternates] == list(range(2, len(others) + 2))
    assert len(answer.citations) == len(others) + 1
    report = parts.verify(answer)
    assert report.holds, report


def test_the_sentence_says_how_many_are_compared(parts: Library) -> None:
    assert parts.ask(LARGEST).answer == (
        "Acme Widgets, Inc.: of the 3 segments compared, Steel had the largest total revenue for fiscal 2023 "
        "(year ended December 31, 2023), $50 million [1]; then Brass ($30 million [2]) and Tin ($20 "
        "million [3])."
    )
    products = parts.ask("Which of Acme's products had the largest sales in fiscal 2023?").answer
    assert products.endswith("Not ranked: Product ($80 million [4]), the sum of Pipes and Valves.")


@pytest.mark.parametrize(
    "question",
    [
        "Which segment of Acme had the largest revenue growth in fiscal 2023?",  # not what is ranked
        "What drove the largest segment of Acme in fiscal 2023?",
        "What was Acme's segment revenue in the most recent year?",
        "Which segment of Acme had the largest revenue in fiscal 2019?",
        "Which segment of Acme had the largest assets in fiscal 2023?",  # given for no segment
    ],
)
def test_what_is_not_ranked(parts: Library, question: str) -> None:
    answer = parts.ask(question)
    assert answer.value is None
    assert not any(alternate.label.startswith("no. ") for alternate in answer.alternates)


def _swapped(data: dict[str, Any]) -> None:
    """Brass before Steel, and everything said accordingly."""
    first, second, third = data["citations"]
    data["citations"] = [{**second, "id": 1}, {**first, "id": 2}, third]
    steel, brass = data["value"], data["alternates"][0]["value"]
    data["value"] = brass
    data["alternates"][0] = {"label": "no. 2: Steel", "value": steel, "citation": 2}
    data["answer"] = (
        "Acme Widgets, Inc.: of the 3 segments compared, Brass had the largest total revenue for fiscal 2023 "
        "(year ended December 31, 2023), $30 million [1]; then Steel ($50 million [2]) and Tin ($20 "
        "million [3])."
    )


def _left_out(data: dict[str, Any]) -> None:
    """The largest is not told of."""
    data["citations"] = [{**citation, "id": at} for at, citation in enumerate(data["citations"][1:], start=1)]
    data["value"] = data["alternates"][0]["value"]
    data["alternates"] = [{**data["alternates"][1], "label": "no. 2: Tin", "citation": 2}]
    data["answer"] = (
        "Acme Widgets, Inc.: of the 2 segments compared, Brass had the largest total revenue for fiscal 2023 "
        "(year ended December 31, 2023), $30 million [1]; then Tin ($20 million [2])."
    )


def _last_left_out(data: dict[str, Any]) -> None:
    data["citations"].pop()
    data["alternates"].pop()
    data["answer"] = (
        data["answer"].replace("3 segments", "2 segments").replace(" and Tin ($20 million [3])", "")
    )


def _alone(data: dict[str, Any]) -> None:
    data["citations"], data["alternates"] = data["citations"][:1], []
    data["answer"] = (
        "Acme Widgets, Inc. reported total revenue from Steel of $50 million for fiscal 2023 (year ended "
        "December 31, 2023) [1]."
    )


def _number(data: dict[str, Any]) -> None:
    data["alternates"][1]["value"]["number"] = "21000000"
    data["answer"] = data["answer"].replace("$20", "$21")


def _label(data: dict[str, Any]) -> None:
    data["alternates"][0]["label"] = "no. 2: Gold"


def _plain_label(data: dict[str, Any]) -> None:
    for alternate in data["alternates"]:
        alternate["label"] = "as reported later, in 10-K for the period ended 2023-12-31"


def _period(data: dict[str, Any]) -> None:
    data["alternates"][0]["value"]["period"]["fiscal_year"] = 2022


def _words(data: dict[str, Any]) -> None:
    data["answer"] = data["answer"].replace("largest", "smallest")


@pytest.mark.parametrize(
    "change", [_swapped, _left_out, _last_left_out, _alone, _number, _label, _plain_label, _period, _words]
)
def test_a_changed_ranking_does_not_hold(parts: Library, change: Callable[[dict[str, Any]], None]) -> None:
    report = forged(parts, LARGEST, change)
    assert not report.holds
    assert named(report)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (LARGEST, "Which segment of Acme had the largest revenue in fiscal 2022?"),
        (LARGEST, "Which of Acme's products had the largest revenue in fiscal 2023?"),
        (LARGEST, "Which segment of Acme had the smallest revenue in fiscal 2023?"),
        (LARGEST, "Which segment of Acme had the largest operating income in fiscal 2023?"),
        (LARGEST, "What was Acme's revenue in fiscal 2023?"),
        ("What was Acme's Steel revenue in fiscal 2023?", LARGEST),
        ("What was Acme's revenue in fiscal 2023?", LARGEST),
    ],
)
def test_a_ranking_is_no_answer_to_another_question(parts: Library, asked: str, told: str) -> None:
    assert not passed_off(parts, asked, told).holds


def test_parts_within_another_part_are_ranked(parts: Library) -> None:
    """Steel leads in all, Brass in the United States; 21 + 20 + 19 are all that is sold there."""
    within = parts.ask("Which segment of Acme had the largest revenue in the United States in fiscal 2023?")
    assert within.answer.startswith(
        "Acme Widgets, Inc.: of the 3 segments compared, Brass had the largest total revenue from United "
        "States for fiscal 2023 (year ended December 31, 2023), $21 million [1]; then Tin ($20 million [2]) "
        "and Steel ($19 million [3])."
    )
    assert parts.verify(within).holds
    whole = parts.ask(LARGEST)
    assert whole.value is not None
    assert whole.value.number == "50000000"
    assert not passed_off(
        parts, LARGEST, "Which segment of Acme had the largest revenue in the United States in fiscal 2023?"
    ).holds


def test_a_part_that_is_not_divided_that_way_is_refused_with_the_parts_there_are(parts: Library) -> None:
    answer = parts.ask("Which product of Acme had the largest revenue in Germany in fiscal 2023?")
    assert answer.refusal is not None, answer.answer
    assert answer.refusal.reason == "not_disclosed"
    assert "do not divide total revenue from “germany” among products" in answer.answer
    assert "Brass in United States" in answer.answer
