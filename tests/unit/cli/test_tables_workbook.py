"""--xlsx: a workbook beside the table, whole or not at all."""

from pathlib import Path

from tests.unit.cli.conftest import Finchat

COMPARE = ("compare", "ACME", "--metrics", "revenue,rd", "--periods", "FY2022:FY2023")


def test_a_workbook_that_cannot_be_written_leaves_nothing(finchat: Finchat, tmp_path: Path) -> None:
    result = finchat(*COMPARE, "--xlsx", tmp_path / "nowhere" / "table.xlsx")
    assert (result.code, result.out) == (1, "")
    assert "nowhere" in result.err
    assert list(tmp_path.iterdir()) == []


def test_a_workbook_is_written_beside_the_table(finchat: Finchat, tmp_path: Path) -> None:
    path = tmp_path / "table.xlsx"
    result = finchat(*COMPARE, "--xlsx", path)
    assert result.code == 0
    assert path.read_bytes()[:2] == b"PK"
    assert f"wrote {path}" in result.err
    assert [each.name for each in tmp_path.iterdir()] == ["table.xlsx"]
