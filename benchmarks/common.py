"""What the benchmarks share: where the data is, questions, figures, memory."""

import argparse
import json
import math
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from finchat_sec_qa.model.request import ScopeRequest

ROOT = Path(__file__).resolve().parent.parent
FINCHAT = (sys.executable, "-m", "finchat_sec_qa.cli")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Question:
    """One line of a question set; `scope` is empty where the whole store may be used.

    `numeric` where a number is asked for: the questions with exact truth, and those made from metrics.
    """

    id: str
    text: str
    scope: ScopeRequest
    numeric: bool


@dataclass(frozen=True, slots=True)
class Run:
    """One finished command: seconds of wall and of processor time, MB of all its processes at once."""

    seconds: float
    cpu_seconds: float
    peak_mb: float
    output: str


def parser(purpose: str) -> argparse.ArgumentParser:
    """Options that all benchmarks have."""
    made = argparse.ArgumentParser(description=purpose)
    made.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="folder of real filings")
    made.add_argument("--store", type=Path, help="a store that is filled already; otherwise one is made")
    return made


def edgar_folder(shared: Path) -> Path:
    """The real iXBRL filings in EDGAR's layout, unpacked when they are not yet."""
    done = subprocess.run([shared / "tools" / "unpack"], capture_output=True, text=True, check=True)
    return Path(done.stdout.strip()) / "Archives"


def questions(shared: Path) -> list[Question]:
    """All questions at hand: exact facts, then analysts' ones, the latter with and without their filing."""
    sets = (
        ("xbrl", shared / "questions" / "xbrl.jsonl", ()),
        ("financebench", shared / "financebench" / "questions.jsonl", ("--scoped",)),
        ("financebench", shared / "financebench" / "questions.jsonl", ()),
    )
    found = []
    for kind, path, options in sets:
        command = [sys.executable, shared / "tools" / "score", "inputs", kind, path, *options]
        lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
        numeric = _numeric(path)
        found += [_question(json.loads(line), numeric) for line in lines]
    return found


def _numeric(path: Path) -> set[str]:
    """Ids of a set's questions that ask for a number."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return {
        str(line.get("id") or line.get("financebench_id"))
        for line in lines
        if line.get("question_type", "metrics-generated") == "metrics-generated"
    }


def _question(line: dict[str, object], numeric: set[str]) -> Question:
    scope = ScopeRequest.model_validate(line.get("scope") or {})
    name = str(line["id"])
    return Question(name, str(line["question"]), scope, name in numeric)


def free_port() -> int:
    """A port of loopback that nobody has, until somebody takes it."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of the values does not exceed (nearest rank)."""
    return sorted(values)[math.ceil(share * len(values)) - 1]


def run_measured(*command: str | Path) -> Run:
    """Run a command to its end in a process group of its own and watch the group's memory.

    Raises CalledProcessError. Memory is the sum over processes, so pages they share count several times.
    """
    started, before = time.perf_counter(), _children_cpu()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    peak = 0
    ended = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not ended.wait(0.05):
            peak = max(peak, _group_memory(process.pid))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    output, _ = process.communicate()
    seconds = time.perf_counter() - started
    ended.set()
    watcher.join()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, output)
    return Run(seconds, _children_cpu() - before, peak / 1_000_000, output)


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _group_memory(group: int) -> int:
    """Resident bytes of all processes of a group (Linux: read from /proc)."""
    total = 0
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            # "pid (name) state ppid pgrp …"; a name may hold spaces and brackets
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            if int(fields[2]) == group:
                total += int((entry / "statm").read_text().split()[1]) * PAGE_BYTES
        except (OSError, IndexError):
            continue  # ended while we looked
    return total


@contextmanager
def stopped_at_end(process: "subprocess.Popen[bytes]") -> Iterator[None]:
    """Stop a server, and what it started, when the block ends."""
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=20)


def say(name: str, figure: str, bar: str) -> None:
    """One line of a benchmark's result."""
    print(f"{name:44} {figure:>34}   bar: {bar}", flush=True)
