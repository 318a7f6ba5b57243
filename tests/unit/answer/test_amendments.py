"""An amended annual report: the latest figures are the amended ones, a named year's those first reported."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from finchat_sec_qa import Library
from finchat_sec_qa.config import Settings
from finchat_sec_qa.model.answer import Answer
from tests.unit.report import Report

FIRST, AMENDED = "0000000042-24-000001", "0000000042-24-000009"


def amendment(folder: Path) -> Path:
    """The same report as 10-K/A, with revenue of 104 in place of 100."""
    report = Report(flows={"Revenues": (104, 80), "CostOfRevenue": (60, 50), "NetIncomeLoss": (12, -3)})
    home = folder / "edgar" / "data" / "42" / AMENDED.replace("-", "")
    home.mkdir(parents=True)
    html = report.html().replace(">10-K<", ">10-K/A<")
    (home / "acme-20231231a.htm").write_text(html, "utf-8")
    return folder


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("amended")
    Report().write(folder)
    with Library.open(Settings(store=tmp_path_factory.mktemp("amended") / "store")) as opened:
        stored = opened.ingest_paths([amendment(folder)], jobs=1)
        assert len(stored.stored) == 2, stored
        yield opened


def test_the_latest_figure_is_the_amended_one(library: Library) -> None:
    answer = library.ask("What is Acme's latest revenue?")
    assert answer.value is not None
    assert (answer.value.number, answer.citations[0].filing) == ("104000000", AMENDED)
    (before,) = answer.alternates
    assert (before.value.number, answer.citations[1].filing) == ("100000000", FIRST)
    assert before.label == "as reported before it was amended, in 10-K for the period ended 2023-12-31"
    assert library.verify(answer).holds, library.verify(answer)


def test_a_named_year_is_given_as_first_reported(library: Library) -> None:
    answer = library.ask("What was Acme's revenue in fiscal 2023?")
    assert answer.value is not None
    assert (answer.value.number, answer.citations[0].filing) == ("100000000", FIRST)
    (after,) = answer.alternates
    assert after.label == "as reported later, in 10-K/A for the period ended 2023-12-31"
    assert library.verify(answer).holds, library.verify(answer)


def test_what_was_not_amended_stays(library: Library) -> None:
    answer = library.ask("What is Acme's latest net income?")
    assert answer.citations[0].filing == FIRST
    assert not answer.alternates


def test_an_alternate_called_otherwise_is_found(library: Library) -> None:
    data = library.ask("What is Acme's latest revenue?").model_dump(mode="json")
    data["alternates"][0]["label"] = "as reported later, in 10-K for the period ended 2023-12-31"
    assert not library.verify(Answer.model_validate(data)).holds
