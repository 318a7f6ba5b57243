import re
import sys

import pytest

from finchat_sec_qa.cli.progress import EVERY, LineMeter, describe, meter


def test_a_line_tells_count_rate_and_what_is_left() -> None:
    assert (
        describe("filings", 12, 40, 6.0, "AAPL\n10-K") == "12 of 40 filings, 2.0/s, 0:00:14 left: AAPL 10-K"
    )


def test_without_a_total_nothing_is_said_of_what_is_left() -> None:
    assert describe("filings", 3, None, 2.0, "x") == "3 filings, 1.5/s: x"


def test_before_the_first_step_no_rate_is_made_up() -> None:
    assert describe("filings", 0, 5, 0.0, "x") == "0 of 5 filings, 0.0/s: x"


def test_lines_come_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    now = 100.0
    shown = LineMeter("filings", lambda: now)
    with shown:
        for done in range(1, 41):
            now += 1
            shown.step(done, 40, f"f{done}")
    out, err = capsys.readouterr()
    assert out == ""
    assert [int(line.split()[0]) for line in err.splitlines()] == [10, 20, 30, 40]
    assert EVERY == 10


def test_notes_are_cleaned(capsys: pytest.CaptureFixture[str]) -> None:
    with meter("filings") as shown:
        shown.note("bad\x1b[31m file")
    assert capsys.readouterr().err == "bad[31m file\n"


def test_on_a_terminal_it_is_a_bar(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    with meter("filings") as shown:
        shown.step(1, 4, "[bold]a\x1b[2J")
        shown.note("a note")
        print("data")  # noqa: T201 - what a command writes to standard output meanwhile
        shown.step(2, 4, "b")
    out, err = capsys.readouterr()
    assert out == "data\n"
    assert "a note" in err
    assert re.search(r"2/4", err)
    assert "\x1b[2J" not in err
