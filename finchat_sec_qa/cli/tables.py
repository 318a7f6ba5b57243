"""Tables of figures on standard output: for people, or as CSV, Markdown or JSON; and as a workbook."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypedDict, TypeVar, get_args

import click

from finchat_sec_qa.cli.output import note, on_terminal, print_json, print_table, say
from finchat_sec_qa.cli.plain import clean, one_line
from finchat_sec_qa.cli.session import Session
from finchat_sec_qa.errors import UsageError
from finchat_sec_qa.model.answer import Citation
from finchat_sec_qa.model.figure_table import FigureRow, FigureTable
from finchat_sec_qa.model.table_request import PartKind
from finchat_sec_qa.sheets.delimited import to_csv
from finchat_sec_qa.sheets.markdown import to_markdown
from finchat_sec_qa.sheets.text import number_text, own_citations, restated_lines

REFUSED = 3
LONGEST_QUOTE = 60  # characters of a source's quote; --json has all
LONGEST_ID = 40  # characters of a fact's id; some are hundreds long
MOST_GAPS = 20  # told one by one

F = TypeVar("F", bound=Callable[..., Any])


class TableOptions(TypedDict):
    """The values of `table_options`."""

    csv: bool
    markdown: bool
    xlsx: Path | None


def table_options(function: F) -> F:
    """Give a command the forms that a table can have."""
    for option in (
        click.option(
            "--xlsx",
            type=click.Path(dir_okay=False, path_type=Path),
            metavar="FILE",
            help="Also write an Excel workbook: numbers link to their sources, computed cells are formulas.",
        ),
        click.option("--markdown", is_flag=True, help="Print Markdown."),
        click.option("--csv", is_flag=True, help="Print CSV, a line a cell with its address."),
    ):
        function = option(function)
    return function


def by_option(lead: str) -> Callable[[F], F]:
    """The option for a row a part; `lead` begins its help."""
    kinds = click.Choice(get_args(PartKind))
    return click.option("--by", type=kinds, help=f"{lead} row for each, with the total and the sum of them.")


def show_table(session: Session, table: FigureTable, options: TableOptions) -> int:
    """Print the table in the form asked for; returns the exit code.

    Raises UsageError when several forms are asked for at once.
    """
    if session.json + options["csv"] + options["markdown"] > 1:
        raise UsageError("--json, --csv and --markdown are three forms of the same; choose one")
    if options["xlsx"] is not None:
        _write_workbook(table, options["xlsx"])
    if session.json:
        print_json(table.to_json())
    elif options["csv"]:
        click.echo(_for_output(to_csv(table)), nl=False)
    elif options["markdown"]:
        click.echo(_for_output(to_markdown(table)), nl=False)
    else:
        _show(table)
    if table.refusal is not None:
        note(f"refused: {table.refusal.message}")
    for one in table.absent:
        note(f"{one.company}: {one.message}")
    return REFUSED if table.refusal is not None or table.absent else 0


def _for_output(text: str) -> str:
    """Text as it is for programs; without control characters for a terminal."""
    return clean(text) if on_terminal() else text


def _show(table: FigureTable) -> None:
    """Rows and columns, then what each mark stands for; gaps and notes go to standard error."""
    rows = [_row(table, row) for row in table.rows]
    labels = [column.label for column in table.columns]
    lead = ("Line",) if table.kind == "statement" else ("Company", "Metric")
    print_table((*lead, *labels, "Unit"), rows, right=labels)
    if table.citations:
        say()
    for line in restated_lines(table):
        say(f"also: {one_line(line)}")
    for citation in table.citations:
        say(_source(citation))
    gaps = [
        f"{row.company}, {row.label}, {column.label}: {cell.gap.message}"
        for row in table.rows
        for column, cell in zip(table.columns, row.cells, strict=False)
        if cell.gap is not None
    ]
    for gap in gaps[:MOST_GAPS]:
        note(one_line(gap))
    if len(gaps) > MOST_GAPS:
        note(f"{len(gaps) - MOST_GAPS} more cells have no number; --json says why")
    for text in table.notes:
        note(one_line(text))


def _row(table: FigureTable, row: FigureRow) -> list[str]:
    units = dict.fromkeys(cell.unit for cell in row.cells if cell.unit)
    values = [
        " ".join(filter(None, (number_text(cell), "".join(f"[{n}]" for n in own_citations(cell)))))
        for cell in row.cells
    ] or [""] * len(table.columns)
    if table.kind == "statement":
        return ["  " * len(row.path) + row.label, *values, " ".join(units)]
    return [row.company, row.label, *values, " ".join(units)]


def _source(citation: Citation) -> str:
    """One line: mark, quote, filing, fact, and where to read it."""
    fact = " ".join((citation.concept or "", one_line(citation.fact_id or "", LONGEST_ID))).strip()
    period = f" for {citation.period_end}" if citation.period_end else ""
    parts = [f"{citation.form or 'filing'}{period} {citation.filing}", fact]
    parts.append(citation.url or f"characters {citation.start} to {citation.end}")
    where = " · ".join(one_line(part) for part in parts if part)
    return f"[{citation.id}] “{one_line(citation.quote, LONGEST_QUOTE)}” {where}"


def _write_workbook(table: FigureTable, path: Path) -> None:
    """Write the workbook under another name first, so that no half file is left."""
    from finchat_sec_qa.sheets.workbook import to_xlsx  # noqa: PLC0415 - only --xlsx pays for it

    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(to_xlsx(table))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    note(f"wrote {path}")
