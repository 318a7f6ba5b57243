import io
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rich.console import Console

from delivery.scan import report
from delivery.scan.errors import NotCheckedError
from delivery.scan.exceptions import Accepted, Book
from delivery.scan.model import Finding, Outcome, Scope, Severity
from delivery.scan.run import Report, scan
from tests.unit.delivery.scan.planted import scope

FAULT = Finding("first", "a.py", 3, "X1", "a fault [with] brackets", Severity.HIGH)


@dataclass(frozen=True)
class Scripted:
    """A check that answers what it was made with."""

    name: str
    outcome: Outcome | NotCheckedError
    needs: str = "nothing"

    def run(self, scope: Scope) -> Outcome:
        if isinstance(self.outcome, NotCheckedError):
            raise self.outcome
        return self.outcome


def scanned(tmp_path: Path, *checks: Scripted, entries: tuple[Accepted, ...] = ()) -> Report:
    book = Book("exceptions.toml", entries, frozenset({"first", "second"}), date(2026, 11, 23))
    return scan(checks, scope(tmp_path), book)


CLEAN = Scripted("second", Outcome(looked_at="2 files"))
BROKEN = Scripted("second", NotCheckedError("no program second"))
FAULTY = Scripted("first", Outcome((FAULT,), looked_at="1 file", sarif='{"runs": []}'))
ACCEPTED = Accepted(1, "first", "X1", "a.py", "known", date(2027, 1, 1))


def codes(found: Report) -> tuple[int, int]:
    return found.exit_code(strict=False), found.exit_code(strict=True)


def test_exit_codes(tmp_path: Path) -> None:
    assert codes(scanned(tmp_path, CLEAN)) == (0, 0)
    assert codes(scanned(tmp_path, BROKEN)) == (0, 4)
    assert codes(scanned(tmp_path, FAULTY, CLEAN)) == (1, 1)
    assert codes(scanned(tmp_path, FAULTY, BROKEN)) == (1, 1)
    assert codes(scanned(tmp_path, FAULTY, entries=(ACCEPTED,))) == (0, 0)
    assert codes(scanned(tmp_path, CLEAN, FAULTY, entries=(ACCEPTED, ACCEPTED))) == (0, 0)


def test_an_exception_that_is_a_fault_fails_the_scan(tmp_path: Path) -> None:
    needless = Accepted(1, "second", "X1", "a.py", "known", date(2027, 1, 1))
    found = scanned(tmp_path, CLEAN, entries=(needless,))
    assert codes(found) == (1, 1)
    assert [fault.id for fault in found.results[-1].outcome.findings] == ["matches-nothing"]


def test_what_was_not_checked_is_never_clean(tmp_path: Path) -> None:
    partly = Scripted("first", Outcome(not_checked=("image b: absent",), looked_at="image a"))
    found = scanned(tmp_path, partly, BROKEN)
    assert [result.state for result in found.results] == ["not checked", "not checked", "clean"]
    assert found.results[1].outcome.not_checked == ("no program second",)


def test_the_report_for_programs(tmp_path: Path) -> None:
    other = Finding("first", "b.py", 0, "X2", "accepted")
    entry = Accepted(1, "first", "X2", "b.py", "known", date(2027, 1, 1))
    check = Scripted("first", Outcome((FAULT, other), ("c.py",), "3 files"))
    values = report.as_json(scanned(tmp_path, check, entries=(entry,)), "c0ffee", strict=True)
    assert (values["schema"], values["commit"], values["exit_code"]) == (1, "c0ffee", 1)
    assert values["totals"] == {"findings": 1, "accepted": 1, "not_checked": 1}
    first = values["checks"][0]
    assert first["state"] == "findings"
    assert first["findings"] == [
        {
            "check": "first",
            "id": "X1",
            "severity": "high",
            "place": "a.py",
            "line": 3,
            "message": "a fault [with] brackets",
        }
    ]
    assert first["accepted"][0]["reason"] == "known"
    assert first["accepted"][0]["line"] is None
    assert json.loads(json.dumps(values)) == values


def test_reports_are_written_and_older_ones_go(tmp_path: Path) -> None:
    (tmp_path / "old.sarif").write_text("{}", "utf-8")
    found = scanned(tmp_path, FAULTY, CLEAN)
    summary = report.write(found, report.as_json(found, "c0ffee", strict=False), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["first.sarif", "summary.json"]
    assert json.loads(summary.read_text("utf-8"))["checks"][0]["sarif"] == "first.sarif"
    assert (tmp_path / "first.sarif").read_text("utf-8") == '{"runs": []}'


def test_the_table_names_every_check_and_every_reason(tmp_path: Path) -> None:
    stream = io.StringIO()
    report.show(scanned(tmp_path, FAULTY, BROKEN), Console(file=stream, width=160))
    text = stream.getvalue()
    assert "high     first X1  a.py:3" in text
    assert "a fault [with] brackets" in text
    assert "not checked: second: no program second" in text
    rows = [line.split() for line in text.splitlines()]
    assert ["first", "findings", "1", "0", "0.0", "1", "file"] in rows
    assert ["second", "not", "checked", "0", "0", "0.0", "nothing"] in rows
