"""Words of a number question that no part of the company explains: the amount itself, or a refusal."""

from collections.abc import Iterator

import pytest

from finchat_sec_qa import Library
from finchat_sec_qa.answer.unexplained import tells
from finchat_sec_qa.config import Settings
from finchat_sec_qa.facts.lexicon import entries
from tests.unit.tagged import Number, Tagged

JAN23, DEC23 = "2023-01-01", "2023-12-31"
REVENUE, INCOME = entries()["revenue"], entries()["net_income"]


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """Acme, whose 797 pipe is in no number, and whose Gizmo stands in a table without tags."""
    folder = tmp_path_factory.mktemp("unexplained")
    numbers = [
        Number("100", DEC23, JAN23),
        Number("60", DEC23, JAN23, part=("segment", "acme:BrassPipeWorksSegmentMember")),
        Number("40", DEC23, JAN23, part=("segment", "acme:SteelMember")),
        Number("12", DEC23, JAN23, "us-gaap:NetIncomeLoss"),
    ]
    prose = (
        "<p>Revenue from the Widget line depends on the weather and on the price of brass in every year.</p>"
        "<p>Revenue of the Turbo line was $7 million in fiscal 2023, all of it in the fourth quarter.</p>"
        "<table><tr><td>Item</td><td>2023</td></tr><tr><td>Gizmo</td><td>1,234</td></tr></table>"
    )
    path = Tagged(DEC23, 2023, "FY", numbers).write(folder / "reports")
    path.write_text(path.read_text("utf-8").replace("</body>", prose + "</body>"), encoding="utf-8")
    with Library.open(Settings(store=folder / "store")) as library:
        assert len(library.ingest_paths([folder / "reports"], jobs=1).stored) == 1
        yield library


@pytest.mark.parametrize("name", ["Widget", "Rocket", "adjusted", "797"])
def test_what_is_only_spoken_of_is_refused(acme: Library, name: str) -> None:
    answer = acme.ask(f"What was Acme's {name} revenue in fiscal 2023?")
    assert answer.refusal is not None, answer.answer
    assert answer.refusal.reason == "not_disclosed"
    assert f"“{name.lower()}”" in answer.answer
    assert (
        "For FY2023 it is reported for the whole company, Brass Pipe Works segment and Steel."
        in answer.answer
    )
    assert len(answer.refusal.searched) == 1


@pytest.mark.parametrize(
    ("name", "quote"), [("Gizmo", "Gizmo | 1,234"), ("Turbo", "Revenue of the Turbo line")]
)
def test_rows_and_sentences_with_the_amount_are_quoted(acme: Library, name: str, quote: str) -> None:
    answer = acme.ask(f"What was Acme's {name} revenue in fiscal 2023?")
    assert answer.status == "answered"
    assert answer.value is None
    assert [citation.quote.startswith(quote) for citation in answer.citations] == [True]
    assert acme.verify(answer).holds


def test_initials_name_a_part(acme: Library) -> None:
    answer = acme.ask("What was Acme's BPW revenue in fiscal 2023?")
    assert answer.value is not None
    assert answer.value.number == "60000000"
    assert acme.verify(answer).holds


@pytest.mark.parametrize(
    ("text", "member", "wanted"),
    [
        ("Jordan Brand | 6,988 | 6,589 | 6%", ("jordan", "brand"), True),
        ("Total Jordan revenues | $ 512", ("jordan",), True),
        ("Red Hat | 10.7 | 10.8", ("red", "hat"), False),  # rates
        ("737 | 747 | 777", ("737",), False),  # a heading of models
        ("Concessions and other considerations to Jordan customers | 443", ("jordan",), False),
        ("Sales of Stelara were approximately $6.7 billion.", ("stelara",), True),
        ("Sales of Stelara accounted for 11.7% of sales.", ("stelara",), False),
        (
            "Costs rose $131 million due to the growth in advertising sales headcount.",
            ("advertising",),
            False,
        ),
        ("Revenue was $5 million, and much later somewhere far away we speak of Azure.", ("azure",), False),
        ("The increase in sales and marketing of Azure was $3 million.", ("azure",), False),
        ("LinkedIn revenue increased $1.3 billion.", ("linkedin",), True),
    ],
)
def test_what_tells_an_amount(text: str, member: tuple[str, ...], wanted: bool) -> None:
    assert tells(text, REVENUE, member) is wanted


def test_a_row_of_another_figure_must_name_it() -> None:
    assert not tells("Services | 21,213", INCOME, ("services",))
    assert tells("Net income from services | 21,213", INCOME, ("services",))
