"""Deploys under load, with their bars: python -m benchmarks.deploy.

Needs the images of `docker buildx bake` and a machine that is quiet otherwise. Exit code 1: over a bar.
"""

import argparse
import json
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.deploy.bad import bad
from benchmarks.deploy.deploys import deploys
from benchmarks.deploy.kills import kills
from benchmarks.deploy.starved import starved
from benchmarks.deploy.strategies import recreate, rolling

MOST_LOST = {"worker of the pages": 0, "active container": 2, "proxy": 2}
WORST_GAP, WORST_ROLLBACK, WORST_DEPLOY = 0.25, 1.0, 15.0  # seconds


def main() -> int:
    """Run what was asked for; prints tables, writes the figures as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.deploy", description=__doc__)
    parser.add_argument(
        "what", nargs="*", default=["deploys", "bad", "kills"], help="deploys, bad, kills, beside, starved"
    )
    parser.add_argument("--count", type=int, default=50, help="deploys in one run")
    parser.add_argument("--rate", type=float, default=60, help="requests a second")
    parser.add_argument("--requests", type=int, default=100_000, help="at least so many over all deploys")
    parser.add_argument("--out", type=Path, help="file for the figures")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that nothing stays behind then either
    found: dict[str, Any] = {}
    over: list[str] = []
    runs: dict[str, Callable[[], None]] = {
        "deploys": lambda: _deploys(asked, found, over),
        "bad": lambda: _bad(asked, found, over),
        "kills": lambda: _kills(asked, found, over),
        "beside": lambda: _beside(asked, found),
        "starved": lambda: _starved(found, over),
    }
    for name in asked.what:
        runs[name]()
    if asked.out:
        asked.out.write_text(json.dumps(found, indent=1), encoding="utf-8")
    print("\n".join(f"over its bar: {each}" for each in over) or "all within their bars")
    return bool(over)


def _deploys(asked: argparse.Namespace, found: dict[str, Any], over: list[str]) -> None:
    told = found["deploys"] = deploys(asked.count, asked.rate, asked.requests, _say)
    _row("two colours, watched", told)
    median, worst = told["deploy_median_s"], told["deploy_worst_s"]
    back, slowest = told["rollback_median_s"], told["rollback_worst_s"]
    print(f"  a deploy: median {median} s, worst {worst} s; a rollback: median {back} s, worst {slowest} s")
    over += [f"{told['failed']} requests failed"] if told["failed"] else []
    over += [f"gap of {told['worst_gap']:.2f} s"] if told["worst_gap"] > WORST_GAP else []
    over += [f"rollback in {slowest} s"] if slowest > WORST_ROLLBACK else []
    over += [f"deploy in {worst} s"] if worst > WORST_DEPLOY else []


def _bad(asked: argparse.Namespace, found: dict[str, Any], over: list[str]) -> None:
    found["bad"] = bad(asked.rate, _say)
    over += [f"bad deploy: {case['name']}" for case in found["bad"] if not case["fine"]]


def _kills(asked: argparse.Namespace, found: dict[str, Any], over: list[str]) -> None:
    found["kills"] = kills(asked.rate, _say)
    for name, told in found["kills"].items():
        _row(f"kill -9, {name} ×{told['kills']}", told)
        over += [f"kill -9, {name}: {told['failed']} failed"] if told["failed"] > MOST_LOST[name] else []


def _beside(asked: argparse.Namespace, found: dict[str, Any]) -> None:
    for name, run in (("compose up --force-recreate", recreate), ("rolling, two replicas", rolling)):
        found[name] = run(5, asked.rate, _say)
        _row(f"{name} ×5", found[name])


def _starved(found: dict[str, Any], over: list[str]) -> None:
    told = found["starved"] = starved(3, _say)
    _row(f"{told['taken']:.0%} of the processors taken ×3", told)
    over += [f"starved: {told['failed']} requests failed"] if told["failed"] else []


def _row(name: str, told: dict[str, Any]) -> None:
    why = f"  {told['why']}" if told["why"] else ""
    gap, own = f"{told['worst_gap']:.2f} s", f"{told['worst_own_gap']:.2f} s"
    still, all_still = f"{told['worst_standstill']:.2f} s", f"{told['stood_still']:.1f} s"
    print(f"{name:<36} {told['failed']} / {told['requests']} failed, worst gap {gap}{why}")
    print(f"  the machine stood still for {still} at most, {all_still} in all; worst gap without that: {own}")


def _say(text: str) -> None:
    sys.stderr.write(f"  {text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
