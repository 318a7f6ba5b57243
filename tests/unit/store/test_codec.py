"""Layouts as they are packed: one line a value, made when it is asked for."""

import json
import zlib
from decimal import Decimal

import pytest

from finchat_sec_qa.errors import StoreCorruptError
from finchat_sec_qa.model.document import Block, Cell, ParsedDocument, Placed, Table, last_from
from finchat_sec_qa.store.codec import Lazy, layout_bodies, layout_from

BLOCKS = (
    Block("heading", 0, 9, 1),
    Block("table", 10, 19, table=0),
    Block("paragraph", 20, 29),
)
TABLES = tuple(
    Table(
        start=10 * number,
        end=10 * number + 9,
        title="In “millions”\nof dollars",
        scale=6,
        unit="USD",
        row_headers=(("Net sales", "Total"),),
        column_headers=((), ("2024",)),
        cells=(Cell(0, 1, 12, 15, Decimal(1234000000), "USD"), Cell(0, 0, 10, 11, None, None)),
    )
    for number in range(3)
)
DOCUMENT = ParsedDocument(
    name="a.htm", kind="html", role="10-K", sha256="0" * 64, size=30, text="x" * 30,
    blocks=BLOCKS, tables=TABLES, sections=(), pages=(), anchors=(), warnings=("careful",),
)  # fmt: skip


def test_what_goes_in_comes_out() -> None:
    bodies = dict(layout_bodies(DOCUMENT))
    assert tuple(layout_from("blocks", bodies["blocks"])) == BLOCKS
    assert tuple(layout_from("tables", bodies["tables"])) == TABLES
    assert layout_from("warnings", bodies["warnings"]) == ("careful",)
    assert layout_from("tables", None) == ()


def test_values_are_had_one_by_one_and_in_slices() -> None:
    blocks = layout_from("blocks", dict(layout_bodies(DOCUMENT))["blocks"])
    assert (len(blocks), blocks[1], blocks[-1]) == (3, BLOCKS[1], BLOCKS[2])
    assert blocks[1:] == BLOCKS[1:]
    with pytest.raises(IndexError):
        blocks[3]


def test_a_table_is_found_before_it_is_made() -> None:
    tables = layout_from("tables", dict(layout_bodies(DOCUMENT))["tables"])
    assert isinstance(tables, Placed)
    assert list(tables.starts) == [0, 10, 20]
    for offset in range(-1, 30):
        assert last_from(tables, offset) == last_from(TABLES, offset) == offset // 10


def test_the_first_stores_hold_one_list_of_all_values() -> None:
    for part, values in (("blocks", BLOCKS), ("tables", TABLES)):
        text = zlib.decompress(dict(layout_bodies(DOCUMENT))[part]).decode()
        old = json.dumps([json.loads(line) for line in text.split("\n")], separators=(",", ":"))
        assert tuple(layout_from(part, zlib.compress(old.encode()))) == values


@pytest.mark.parametrize("line", ["", "{", "[1]", "7", '["heading",0]x'])
def test_a_damaged_line_is_named(line: str) -> None:
    found = layout_from("tables", zlib.compress(f"{line}\n{line}".encode()))
    assert isinstance(found, Lazy)
    with pytest.raises(StoreCorruptError, match="tables cannot be read"):
        tuple(found)
    if "," not in line:
        with pytest.raises(StoreCorruptError, match="tables cannot be read"):
            last_from(found, 3)
