"""Deploy after deploy under load: failed requests, the worst gap, the time of each."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.deploy.shop import shop
from benchmarks.deploy.stack import ROOT, Stack, done, stack
from benchmarks.deploy.users import users

ROLLBACKS = 10


def deploys(count: int, rate: float, requests: int, say: Any) -> dict[str, Any]:
    """`count` deploys, evenly spread over the time that `requests` take; rollbacks by hand at the end."""
    took: list[float] = []
    lost: list[float] = []
    share = requests / rate / count  # seconds from one deploy's begin to the next
    with shop({}) as sold, stack(lambda _: None, shop=sold) as made:
        with users(made.api, made.web, rate) as running:
            time.sleep(2)
            for number in range(count):
                started, stolen = time.monotonic(), _stolen()
                done(made.apply(sold.revision, sold.revision))
                took.append(time.monotonic() - started)
                lost.append((_stolen() - stolen) / took[-1])
                say(f"deploy {number + 1} of {count}: {took[-1]:.1f} s; {lost[-1]:.2f} processors stolen")
                time.sleep(max(1.0, share - took[-1]))
            back = [_rollback(made) for _ in range(ROLLBACKS)]
            time.sleep(2)
        return {
            "deploys": count,
            "deploy_median_s": round(median(took), 2),
            "deploy_worst_s": round(max(took), 2),
            "deploys_s": [round(each, 2) for each in took],
            "processors_stolen": [round(each, 2) for each in lost],
            "rollback_median_s": round(median(back), 2),
            "rollback_worst_s": round(max(back), 2),
            **running.figures,
        }


def _stolen() -> float:
    """Seconds of processor time that the machine wanted and its host gave to others (proc_stat(5))."""
    first = Path("/proc/stat").read_text(encoding="ascii").splitlines()[0].split()
    return int(first[8]) / os.sysconf("SC_CLK_TCK")


def _rollback(made: Stack) -> float:
    """Seconds of a rollback by hand, from the start of the command that a person types.

    They end when no new request goes to the colour that is left: `at` is taken after the proxies said so.
    """
    command = [sys.executable, "-m", "deploy", "rollback", str(made.settings_file), "--json"]
    started = time.time()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return float(json.loads(done.stdout)[0]["at"]) - started
