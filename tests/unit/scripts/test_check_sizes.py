from pathlib import Path

import pytest

from scripts import check_sizes
from scripts.check_sizes import Piece, functions, modules, percentile, too_large


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "small.py").write_text(
        "def f():\n    return 1\n\nasync def g():\n    pass\n", "utf-8"
    )
    return tmp_path


def test_lines_and_places_are_counted(tree: Path) -> None:
    assert list(modules(tree, ("api",))) == [Piece(5, "api/small.py")]
    assert sorted(functions(tree, ("api",))) == [Piece(2, "api/small.py:1 f"), Piece(2, "api/small.py:4 g")]


def test_a_small_tree_passes_and_prints_its_figures(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert too_large(tree) == []
    assert "p95 2" in capsys.readouterr().out


def test_a_long_module_is_named(tree: Path) -> None:
    (tree / "tests").mkdir()
    (tree / "tests" / "test_long.py").write_text("\n" * (check_sizes.MODULE_LINES + 1), "utf-8")
    assert too_large(tree) == ["tests/test_long.py: 501 lines, more than 500"]


def test_long_functions_are_named_when_they_are_many(tree: Path) -> None:
    body = "def long():\n" + "    pass\n" * check_sizes.FUNCTION_LINES_P95
    (tree / "api" / "long.py").write_text(body, "utf-8")
    found = too_large(tree)
    assert "up to 41 lines, over 40" in found[0]
    assert found[1].strip() == "41 api/long.py:1 long"


def test_the_share_that_a_length_covers() -> None:
    pieces = [Piece(lines, "") for lines in range(1, 101)]
    assert (percentile(pieces, 0.95), percentile(pieces, 0.5), percentile(pieces, 1.0)) == (95, 50, 100)
