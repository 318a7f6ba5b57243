from pathlib import Path

import pytest

from benchmarks.eval.sets import NEEDED, SETS, VARIABLE, Bar, bars_of, shared_folder
from finchat_sec_qa.errors import UsageError


def test_a_bar_is_met_at_its_limit_and_never_without_a_figure() -> None:
    least, most = Bar("exact", "≥", 0.98), Bar("wrong", "≤", 0.01)
    assert [least.holds(value) for value in (0.99, 0.98, 0.9799, None)] == [True, True, False, False]
    assert [most.holds(value) for value in (0.0, 0.01, 0.0101, None)] == [True, True, False, False]


def test_each_kind_of_exact_question_has_a_bar() -> None:
    (xbrl,) = [one for one in SETS if one.name == "xbrl"]
    figures = {"questions": 3, "exact": 1.0, "right_filing_cited": 1.0, "lookup_flow": 0.9, "quarter_3m": 1.0}
    names = [bar.figure for bar in bars_of(xbrl, figures)]
    assert names[len(xbrl.bars) :] == ["lookup_flow", "quarter_3m"]


def test_without_the_folder_the_error_says_what_is_missing_and_what_to_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    with pytest.raises(UsageError, match=rf"{tmp_path}: no tools/score, .*not checked.*{VARIABLE}"):
        shared_folder(None)


def test_a_named_folder_wins_over_the_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NEEDED:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.setenv(VARIABLE, "/nowhere")
    assert shared_folder(tmp_path) == tmp_path
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    assert shared_folder(None) == tmp_path
