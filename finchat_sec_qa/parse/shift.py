"""Blocks and tables moved to another place: a text that became part of a longer one."""

from dataclasses import replace

from finchat_sec_qa.model.document import Block, Table


def shift_block(block: Block, by: int) -> Block:
    """The same block, `by` characters further on."""
    return replace(block, start=block.start + by, end=block.end + by)


def shift_table(table: Table, by: int) -> Table:
    """The same table with all its cells, `by` characters further on."""
    cells = tuple(replace(cell, start=cell.start + by, end=cell.end + by) for cell in table.cells)
    return replace(table, start=table.start + by, end=table.end + by, cells=cells)
