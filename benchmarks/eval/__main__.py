"""Ask all questions with known truth, and compare with the last good run: python -m benchmarks.eval.

The filings beside the project are ingested into a store, which is kept while they and the code that makes it
stay as they are. Every question is asked, scored by the scorer beside the questions, and verified. The
ledger (build/eval/ledger.jsonl) has one line a question; it is compared with the baseline, the last run in
which nothing got worse. A run that is worse does not become the baseline unless --accept is given.

Examples (make eval runs the first):
  python -m benchmarks.eval
  python -m benchmarks.eval --set xbrl --json
  python -m benchmarks.eval --accept            what got worse was meant to

Exit codes: 0 nothing worse, bars met, all answers verified; 1 otherwise; 2 wrong usage or no data.
"""

import argparse
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from filelock import FileLock, Timeout

from benchmarks.common import ROOT, edgar_folder
from benchmarks.eval.compare import compare
from benchmarks.eval.generated import write_questions
from benchmarks.eval.ledger import merged, read, write
from benchmarks.eval.report import Report, as_json, as_text
from benchmarks.eval.run import Outcome, evaluate
from benchmarks.eval.sets import GENERATED, SETS, VARIABLE, Folder, QuestionSet, shared_folder
from benchmarks.eval.store import clear, filled
from finchat_sec_qa.errors import FinChatError, StoreLockedError, UsageError


def main() -> int:
    """Run, report, keep; the exit code."""
    given = _options().parse_args()
    sets = tuple(one for one in SETS if not given.sets or one.name in given.sets)
    try:
        report = run(given.folder, given.shared, sets, accept=given.accept, jobs=given.jobs)
    except FinChatError as error:
        print(f"eval: {error}", file=sys.stderr)
        return error.exit_code
    if given.json:
        print(json.dumps(as_json(report), ensure_ascii=False))
    else:
        print("\n".join(as_text(report)))
    return 0 if report.holds else 1


def run(
    folder: Path, shared: Path | None, sets: tuple[QuestionSet, ...], *, accept: bool, jobs: int
) -> Report:
    """Evaluate into `folder`. Raises FinChatError when it cannot be done, and leaves the ledgers then."""
    found = shared_folder(shared)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / "lock", timeout=0):
            stores = _stores(folder, found, sets, jobs)
            sets = tuple(_made(folder, found, one) for one in sets)
            return keep(folder, sets, evaluate(stores, found, sets, folder / "answers"), accept=accept)
    except Timeout as error:
        raise StoreLockedError(f"{folder}: another evaluation is running there") from error


def keep(folder: Path, sets: tuple[QuestionSet, ...], outcome: Outcome, *, accept: bool) -> Report:
    """Compare with the baseline, write the ledger; the new baseline too where nothing got worse."""
    ledger, baseline = folder / "ledger.jsonl", folder / "baseline.jsonl"
    earlier = read(baseline)
    changes = compare(earlier, outcome.lines)
    write(ledger, outcome.lines)
    if accept or not changes.worse:
        write(baseline, merged(earlier, outcome.lines))
    return Report(sets, outcome, changes, not earlier, ledger)


def _stores(
    folder: Path, shared: Path, sets: tuple[QuestionSet, ...], jobs: int
) -> dict[tuple[Folder, ...], Path]:
    """The stores that the sets need. Stores of earlier inputs are removed when all sets are asked."""
    places: dict[Folder, Path] = {"edgar": _edgar(shared), "pdfs": shared / "financebench" / "pdfs"}
    stores = {
        folders: filled(folder, [places[name] for name in folders], jobs)
        for folders in dict.fromkeys(one.folders for one in sets)
    }
    if len(sets) == len(SETS):
        clear(folder, stores.values())
    return stores


def _made(folder: Path, shared: Path, questions: QuestionSet) -> QuestionSet:
    """The set; generated questions are written into the folder and read from there."""
    if questions.name != GENERATED:
        return questions
    path = folder.resolve() / questions.path
    write_questions(_edgar(shared), path)
    return replace(questions, path=str(path))


def _edgar(shared: Path) -> Path:
    try:
        return edgar_folder(shared)
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", "") or ""
        raise UsageError(f"{shared / 'tools' / 'unpack'}: {error}; {said.strip()}") from error


def _options() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python -m benchmarks.eval",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument(
        "--shared", type=Path, help=f"folder of real filings and questions [{VARIABLE}, ../shared]"
    )
    made.add_argument("--folder", type=Path, default=ROOT / "build" / "eval", help="for store and ledgers")
    made.add_argument(
        "--set", dest="sets", action="append", choices=[one.name for one in SETS], help="only this one"
    )
    made.add_argument(
        "--jobs", type=int, default=2, choices=range(1, 257), metavar="N", help="processes that parse [2]"
    )
    made.add_argument("--accept", action="store_true", help="make this run the baseline though it is worse")
    made.add_argument("--json", action="store_true", help="one JSON object instead of lines")
    return made


if __name__ == "__main__":
    sys.exit(main())
