"""Tables that hold, and changes to them, all of them found: of single fields, and such as fit together."""

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from finchat_sec_qa import Library
from finchat_sec_qa.errors import UsageError
from finchat_sec_qa.model.answer import VerifyReport
from finchat_sec_qa.model.figure_table import FigureTable
from finchat_sec_qa.tables import verify

Data = dict[str, Any]
Path = tuple[str | int, ...]
Make = Callable[[Library], FigureTable]
ACME, BOLT = "Acme Anvils, Inc.", "Bolt Corp"

TABLES: dict[str, Make] = {
    "series": lambda library: library.series("ACME", "revenue", years=3),
    "quarters": lambda library: library.series("ACME", "revenue", quarters=4),
    "concept": lambda library: library.series("ACME", "us-gaap:OtherExpenses", years=2),
    "margins": lambda library: library.compare(["ACME", "BOLT"], ["net-margin", "eps-diluted"], ["FY2024"]),
    "growth": lambda library: library.compare(["ACME"], ["revenue-growth", "eps-diluted-growth"], ["FY2024"]),
    "quarterly margin": lambda library: library.compare(["ACME"], ["gross-margin"], ["Q3FY2024", "H1FY2024"]),
    "income": lambda library: library.statement("ACME", "FY2023", "income"),
    "balance": lambda library: library.statement("ACME", "FY2024", "balance"),
    "cashflow": lambda library: library.statement("ACME", "FY2024", "cashflow"),
    "quarter": lambda library: library.statement("ACME", "Q3FY2024", "income"),
    "refused": lambda library: library.statement("BOLT", "FY2015", "cashflow"),
    "gaps": lambda library: library.series("BOLT", "eps-diluted", years=2),
}  # fmt: skip
FIELDS = 250  # changes to one table


@pytest.mark.parametrize("name", TABLES)
def test_a_table_holds(library: Library, name: str) -> None:
    table = TABLES[name](library)
    report = library.verify(table)
    assert report.holds, report
    assert report.answer_id == table.id
    assert len(report.citations) == len(table.citations)
    assert library.verify(FigureTable.model_validate_json(table.to_json())).holds


@pytest.mark.parametrize("name", TABLES)
def test_every_changed_field_is_found_and_its_citation_named(library: Library, name: str) -> None:
    table = TABLES[name](library)
    original = json.loads(table.to_json())
    fields = [(path, other) for path, value in leaves(original) for other in others(value)]
    chance = random.Random(f"the same every time: {name}")
    for path, other in fields if len(fields) < FIELDS else chance.sample(fields, FIELDS):
        report = checked(library, original, path, other)
        if report is not None:
            assert not report.holds, (path, other)
            wanted = cited_at(original, path)
            assert wanted is None or wanted in named(report), (path, other, report)


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every field of a table that holds no others, with its place."""
    if isinstance(value, dict | list) and value:
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(inner, (*path, key))
    else:
        yield path, value


def others(value: Any) -> Iterator[Any]:
    """Other values for a field: as near as may be, and none at all."""
    match value:
        case bool():
            yield not value
        case int():
            yield from (value + 1, value - 1)
        case str():
            yield value + "0"
            if value and value[-1].isdigit():
                yield value[:-1] + str((int(value[-1]) + 1) % 10)
            yield f"-{value}"
        case None:
            yield from ("1", 1, {"row": "a", "column": "b"})
        case []:
            yield from (["note"], [{"key": "a", "label": "a"}])
    if value is not None:
        yield None


def checked(library: Library, original: Data, path: Path, other: Any) -> VerifyReport | None:
    """The report on the table with a field changed; None where that is no table any more."""
    data = json.loads(json.dumps(original))
    place = data
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = other
    try:
        table = FigureTable.model_validate(data)
    except ValidationError:
        return None
    return None if table == FigureTable.model_validate(original) else library.verify(table)


def cited_at(data: Data, path: Path) -> int | None:
    """The citation that a field belongs to: its own, a reported cell's, an operand's, an alternate's."""
    match path:
        case ("citations", int(at), field, *_) if field != "id":
            return at + 1
        case ("rows", int(row), "cells", int(at), "number" | "unit" | "fact_value"):
            cell = data["rows"][row]["cells"][at]
            return cell["citation"] if cell["status"] == "reported" else None
        case ("rows", int(row), "cells", int(at), "calculation", "operands", int(number), "number" | "unit"):
            operand = data["rows"][row]["cells"][at]["calculation"]["operands"][number]
            return int(operand["citation"])
        case ("rows", int(row), "cells", int(at), "alternates", int(number), *_) if path[-1] != "citation":
            return int(data["rows"][row]["cells"][at]["alternates"][number]["citation"])
    return None


def forged(library: Library, name: str, change: Callable[[Data], None]) -> VerifyReport:
    data = json.loads(TABLES[name](library).to_json())
    before = json.dumps(data)
    change(data)
    assert json.dumps(data) != before
    return library.verify(FigureTable.model_validate(data))


def named(report: VerifyReport) -> list[int]:
    assert not report.holds
    return [citation.id for citation in report.citations if not citation.holds]


def swap(cells: list[Any], one: int, other: int) -> None:
    cells[one], cells[other] = cells[other], cells[one]


@pytest.mark.parametrize("name", ["series", "quarters", "income", "balance"])
def test_cells_in_each_others_column(library: Library, name: str) -> None:
    def change(data: Data) -> None:
        row = next(row for row in data["rows"] if len(row["cells"]) > 1)
        swap(row["cells"], -1, -2)

    assert not forged(library, name, change).holds


def test_figures_of_one_company_under_the_name_of_another(library: Library) -> None:
    def rows(data: Data) -> None:
        swap(data["rows"], 0, 1)
        for row in data["rows"][:2]:
            row["company"] = BOLT if row["company"] == ACME else ACME

    assert named(forged(library, "margins", rows))

    def whole(data: Data) -> None:
        data["companies"], data["rows"][0]["company"] = [BOLT], BOLT
        data["title"] = data["title"].replace(ACME, BOLT)

    report = forged(library, "series", whole)
    assert named(report) == [cell.citation for cell in TABLES["series"](library).rows[0].cells]


@pytest.mark.parametrize("metric", ["net_income", "gross_profit", "assets", "net_margin", "OtherExpenses"])
def test_a_row_under_the_name_of_another_figure(library: Library, metric: str) -> None:
    told = library.series("ACME", metric if metric[0].islower() else f"us-gaap:{metric}", years=3)

    def change(data: Data) -> None:
        data["rows"][0].update(metric=told.rows[0].metric, label=told.rows[0].label)
        data["title"] = told.title

    assert not forged(library, "series", change).holds


def test_a_formula_that_is_not_the_figures(library: Library) -> None:
    """Another formula over the same operands, its result computed and rounded."""

    def change(data: Data) -> None:
        cell = data["rows"][0]["cells"][0]
        calculation = cell["calculation"]
        one, other = calculation["operands"]
        label = calculation["formula"].partition(" = ")[0]
        calculation["formula"] = f"{label} = ({one['name']} / {other['name']}) * 1"
        cell["number"] = "0.15"

    assert "is computed as" in forged(library, "margins", change).problems[0]


@pytest.mark.parametrize("name", ["income", "balance", "cashflow"])
def test_rows_of_a_statement_left_out_or_turned_round(library: Library, name: str) -> None:
    def left_out(data: Data) -> None:
        dropped = data["rows"].pop()
        gone = {cell["citation"] for cell in dropped["cells"]}
        data["citations"] = [one for one in data["citations"] if one["id"] not in gone]

    def turned(data: Data) -> None:
        swap(data["rows"], -1, -2)

    def captions_left_out(data: Data) -> None:
        data["rows"] = [row for row in data["rows"] if row["cells"]]

    assert not forged(library, name, left_out).holds
    assert not forged(library, name, turned).holds
    if name == "income":
        assert not forged(library, name, captions_left_out).holds


def test_a_statement_called_another_ones(library: Library) -> None:
    for title in (
        f"{ACME}: balance sheet, FY2023",
        f"{ACME}: income statement, FY2022",
        f"{ACME}: income statement, FY 2023",
        f"{ACME}: income statement, FY2040",
        f"{BOLT}: income statement, FY2023",
        "Nobody: income statement, FY2023",
        f"{ACME}: income, FY2023",
        "",
    ):

        def change(data: Data, title: str = title) -> None:
            data["title"] = title

        assert not forged(library, "income", change).holds, title


def test_a_refused_table_with_a_number_slipped_in(library: Library) -> None:
    told = json.loads(TABLES["income"](library).to_json())
    for fields in (("rows", "columns", "citations"), ("rows", "columns"), ("notes",), ("citations",)):

        def change(data: Data, fields: tuple[str, ...] = fields) -> None:
            data.update({field: told[field] for field in fields})

        assert not forged(library, "refused", change).holds, fields


def test_an_id_that_is_none(library: Library) -> None:
    def change(data: Data) -> None:
        data["id"] = "1234"

    assert "the id '1234' is none of a table" in forged(library, "series", change).problems


@pytest.mark.parametrize("name", ["series", "margins", "income", "refused"])
def test_the_id_follows_from_the_request(library: Library, name: str) -> None:
    def other_years(data: Data) -> None:
        data["request"]["as_of"] = "2031-01-01"

    assert "the id does not belong" in forged(library, name, other_years).problems[0]


@pytest.mark.parametrize("name", ["series", "margins", "income", "refused"])
def test_a_table_without_its_request_is_told_to_be_unchecked(library: Library, name: str) -> None:
    def drop(data: Data) -> None:
        data["request"] = None

    report = forged(library, name, drop)
    assert report.holds
    assert "were not checked" in report.notes[0]


def test_what_is_left_out_beside_a_number_is_found_at_its_citation(library: Library) -> None:
    def hide(data: Data) -> None:
        cells = [cell for row in data["rows"] for cell in row["cells"]]
        restated = next(cell for cell in cells if cell["alternates"])
        gone = restated["alternates"][0]["citation"]
        restated["alternates"] = []
        data["notes"] = []  # one says that there are restated values
        data["citations"] = [one for one in data["citations"] if one["id"] != gone]
        for holder, field in (
            *((one, "id") for one in data["citations"]),
            *((one, "citation") for one in cells),
        ):
            if holder[field] is not None and holder[field] > gone:
                holder[field] -= 1

    report = forged(library, "series", hide)
    (problem,) = [problem for one in report.citations for problem in one.problems]
    assert "leaves out what is as reported later" in problem


def test_why_a_cell_is_empty_is_proven(library: Library) -> None:
    def other_reason(data: Data) -> None:
        gaps = [cell["gap"] for row in data["rows"] for cell in row["cells"] if cell["gap"]]
        gaps[0]["message"] = "They forgot."

    with_gaps = [name for name, make in TABLES.items() if '"gap":{' in make(library).to_json()]
    assert with_gaps
    for name in with_gaps:
        assert not forged(library, name, other_reason).holds


def test_one_changed_byte_of_a_stored_filing(library: Library) -> None:
    """Every cell that rests on it is named, the others hold."""
    table = TABLES["series"](library)
    sha256 = table.citations[1].sha256
    store = library.settings.store
    (original,) = [path for path in (store / "originals").rglob("*") if path.stem == sha256]
    content = original.read_bytes()
    original.chmod(0o644)
    original.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    try:
        touched = [citation.id for citation in table.citations if citation.sha256 == sha256]
        assert named(library.verify(table)) == touched
        assert not library.verify(TABLES["income"](library)).holds
    finally:
        original.write_bytes(content)
    assert library.verify(table).holds


def test_tables_beyond_the_limits_are_wrong_usage(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    table = TABLES["margins"](library)
    for limit, what in (("MAX_CITATIONS", "citations"), ("MAX_DOCUMENTS", "cited documents")):
        with monkeypatch.context() as patch:
            patch.setattr(verify, limit, 1)
            with pytest.raises(UsageError, match=what):
                library.verify(table)
