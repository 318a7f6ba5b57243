"""Whole evaluations of a small folder of filings, with the real scorer."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from benchmarks.eval.__main__ import keep, run
from benchmarks.eval.compare import Changes
from benchmarks.eval.ledger import read
from benchmarks.eval.report import Report, as_json, as_text
from benchmarks.eval.run import Outcome, agree
from benchmarks.eval.sets import SETS
from benchmarks.eval.verdict import Verdict
from finchat_sec_qa.errors import FinChatError, StoreLockedError
from tests.unit import report as reports
from tests.unit.benchmarks.eval.making import INCOME, REVENUE, line, make_shared

NAMES = {one.name: one for one in SETS}
XBRL = (NAMES["xbrl"],)


@pytest.fixture
def folder(shared: Path, tmp_path: Path) -> Path:
    return make_shared(tmp_path / "shared", shared)


def evaluated(folder: Path, into: Path, sets: Any = SETS, *, accept: bool = False) -> Report:
    return run(into, folder, tuple(sets), accept=accept, jobs=1)


@pytest.mark.shared
def test_every_question_of_every_set_is_a_line_with_its_verdict(folder: Path, tmp_path: Path) -> None:
    report = evaluated(folder, tmp_path / "eval")
    found = {each.key: each for each in read(tmp_path / "eval/ledger.jsonl")}
    made = [each for (name, _), each in found.items() if name == "generated"]
    assert {each.verdict for each in made} <= {Verdict.RIGHT, Verdict.REFUSED}
    assert {key: each.verdict for key, each in found.items() if key[0] != "generated"} == {
        ("xbrl", "revenue"): Verdict.RIGHT,
        ("xbrl", "income"): Verdict.RIGHT,
        ("xbrl", "absent"): Verdict.REFUSED,
        ("financebench-scoped", "fb-1"): Verdict.CITED,
        ("financebench", "fb-1"): Verdict.CITED,
        ("search-scoped", "fb-1"): Verdict.FOUND,
        ("search", "fb-1"): Verdict.FOUND,
    }
    revenue = found["xbrl", "revenue"]
    assert (revenue.company, revenue.gold, revenue.value) == ("ACME", "100000000.0 USD", "100000000 USD")
    assert revenue.sources[0]["fact_id"] == "f-Revenues-d0"
    assert (revenue.cited, revenue.verified, revenue.why) == (True, True, "")
    assert found["xbrl", "absent"].gold == "no answer"
    assert found["search", "fb-1"].gold == "BOLT_2023_10K p. 2"
    told = as_json(report)
    assert (told["answers"], told["verified"], told["compared"]) == (5 + len(made), 5 + len(made), False)
    assert told["figures"]["xbrl"]["exact"] == 1.0
    # no question of this small set has a number to compute from a PDF: that bar is not met, but not checked
    assert not told["holds"]
    assert {name for name, bar in report.missed} == {"financebench", "financebench-scoped"}
    assert "not checked" in "\n".join(as_text(report))


@pytest.mark.shared
def test_a_question_that_got_worse_is_named_until_it_is_accepted(folder: Path, tmp_path: Path) -> None:
    into = tmp_path / "eval"
    assert evaluated(folder, into, XBRL).holds
    changed = reports.Report(
        flows={"Revenues": (90, 80), "CostOfRevenue": (60, 50), "NetIncomeLoss": (12, -3)}
    )
    changed.write(folder / "edgar/Archives")
    for _ in range(2):
        report = evaluated(folder, into, XBRL)
        (worse,) = report.changes.worse
        assert (worse.id, worse.how) == ("revenue", ("right → wrong",))
        assert not report.holds
        told = "\n".join(as_text(report))
        assert "WORSE: xbrl revenue (ACME): right → wrong" in told
        assert "90000000 USD is not 100000000.0 USD" in told
        assert read(into / "ledger.jsonl")[0].verdict is Verdict.WRONG
    assert evaluated(folder, into, XBRL, accept=True).changes.worse
    assert not evaluated(folder, into, XBRL).changes.worse


@pytest.mark.shared
def test_the_command_prints_one_json_object_and_fails_below_a_bar(
    folder: Path, tmp_path: Path, repo: Path
) -> None:
    wrong = REVENUE | {"answer_value": 99_000_000.0}
    rows = "".join(json.dumps(row) + "\n" for row in (wrong, INCOME))
    (folder / "questions/xbrl.jsonl").write_text(rows, encoding="utf-8")
    command = [sys.executable, "-m", "benchmarks.eval", "--shared", folder, "--folder", tmp_path / "eval"]
    done = subprocess.run(
        [*command, "--set", "xbrl", "--json"], cwd=repo, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    told = json.loads(done.stdout)
    assert told["verdicts"] == {"xbrl": {"right": 1, "wrong": 1}}
    missed = [bar["figure"] for bar in told["bars"] if not bar["met"]]
    assert missed == ["exact", "wrong", "negatives_refused", "lookup_flow"]


def test_without_data_the_command_says_so_and_exits_2(tmp_path: Path, repo: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.eval", "--shared", tmp_path, "--folder", tmp_path / "eval"]
    done = subprocess.run(command, cwd=repo, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "not checked" in done.stderr
    assert not (tmp_path / "eval").exists()


@pytest.mark.shared
def test_two_evaluations_do_not_share_a_folder(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "eval").mkdir()
    with FileLock(tmp_path / "eval/lock"), pytest.raises(StoreLockedError, match="another evaluation"):
        evaluated(folder, tmp_path / "eval", XBRL)


def test_a_set_that_was_not_asked_keeps_its_baseline(tmp_path: Path) -> None:
    keep(tmp_path, SETS, Outcome((line(), line(set="search", verdict=Verdict.FOUND)), {}), accept=False)
    keep(tmp_path, XBRL, Outcome((line(value="another"),), {}), accept=False)
    kept = {each.key: each for each in read(tmp_path / "baseline.jsonl")}
    assert kept["search", "q-1"].verdict is Verdict.FOUND
    assert kept["xbrl", "q-1"].value == "another"


@pytest.mark.parametrize(
    "broken",
    [{"verified": False, "why": "the quote is another"}, {"verdict": Verdict.ERROR, "verified": None}],
)
def test_a_run_with_an_unverified_answer_or_an_error_does_not_hold(
    tmp_path: Path, broken: dict[str, Any]
) -> None:
    none = Changes((), (), 0, ())
    sets = (NAMES["search"],)
    bad = Report(
        sets, Outcome((line(set="search", **broken),), {"search": {}}), none, first=False, ledger=tmp_path
    )
    good = Report(sets, Outcome((line(set="search"),), {"search": {}}), none, first=False, ledger=tmp_path)
    assert (bad.holds, good.holds) == (False, True)
    assert "search q-1 (ACME)" in "\n".join(as_text(bad))


def test_verdicts_that_do_not_add_up_to_the_figures_are_an_error() -> None:
    lines = [line(), line(id="q-2", verdict=Verdict.WRONG), line(id="q-3", verdict=Verdict.REFUSED)]
    figures = {"exact": 0.5, "wrong": 0.5, "false_refusal": 0.0, "negatives_refused": 1.0}
    agree(XBRL[0], lines, figures)
    with pytest.raises(FinChatError, match=r"by the verdicts wrong is 0\.5, by the scorer 0\.0"):
        agree(XBRL[0], lines, figures | {"wrong": 0.0})
