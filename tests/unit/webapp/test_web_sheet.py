from tests.unit.webapp.fake_filings import FILING, Draft, Filing, acme, window_of
from webapp.marks import Mark
from webapp.sheet import SheetCell, lay_out


def words(row: tuple[SheetCell, ...]) -> list[str]:
    return ["".join(piece.text for piece in cell.pieces) for cell in row]


def test_a_table_keeps_its_rows_headers_and_numbers():
    draft = acme()
    filing = Filing.made(FILING, "Acme", draft)
    start, end = draft.find("7,403")
    sheet = lay_out(window_of(filing, start, 1), [Mark(start, end, "1", current=True)])
    table = sheet.blocks[0].table
    assert table is not None
    assert [words(row) for row in table.head] == [["Years ended December 31,", "2023", "2022", "2021"]]
    assert {cell.heading for cell in table.head[0]} == {"col"}
    caption, products, _, total, *_ = table.body
    assert words(caption) == ["Net sales:"]
    assert caption[0].span == 4
    assert words(products) == ["Products", "$6,120", "$5,480", "$5,033"]
    assert [cell.heading for cell in products] == ["row", "", "", ""]
    assert [cell.numeric for cell in products] == [False, True, True, True]
    assert total[1].pieces[0].mark is not None
    assert total[2].pieces[0].mark is None
    assert sheet.marked


def test_gaps_in_rows_are_filled_so_that_columns_stay_in_line():
    draft = Draft()
    draft.table(("", "2023", "2022"), (("Bonds", "", "12"), ("Cash", "3", "")))
    table = lay_out(window_of(Filing.made(FILING, "Acme", draft), 0, 9)).blocks[0].table
    assert table is not None
    assert [words(row) for row in table.head] == [["", "2023", "2022"]]
    assert [words(row) for row in table.body] == [["Bonds", "", "12"], ["Cash", "3", ""]]


def test_a_header_spans_the_columns_whose_path_names_it():
    draft = Draft()
    draft.table(("Year", "", ""), (("Cash", "3", "4"),))
    block = draft.blocks[0]
    assert block.table is not None
    wide = block.table.model_copy(
        update={
            "cells": (block.table.cells[0].model_copy(update={"column": 1}), *block.table.cells[1:]),
            "column_headers": ((), ("Year",), ("Year",)),
        }
    )
    draft.blocks[0] = block.model_copy(update={"table": wide})
    table = lay_out(window_of(Filing.made(FILING, "Acme", draft), 0, 9)).blocks[0].table
    assert table is not None
    assert [(words((cell,))[0], cell.span) for cell in table.head[0]] == [("", 1), ("Year", 2)]


def test_pages_are_named_once_and_windows_know_their_neighbours():
    filing = Filing.made(FILING, "Acme", acme())
    first = lay_out(window_of(filing, 0, 60))
    pages = [block.page for block in first.blocks if block.page is not None]
    assert pages == sorted(set(pages))
    assert pages[0] == 1
    assert first.previous is None
    assert first.percent == 0
    assert first.next == first.end + 1
    assert not first.marked


def test_an_empty_window_is_no_error():
    filing = Filing.made(FILING, "Acme", acme())
    sheet = lay_out(window_of(filing, 10**8, 60))
    assert sheet.blocks == ()
    assert not sheet.marked
