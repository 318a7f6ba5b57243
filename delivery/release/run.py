"""One release-check from its first check to its verdict."""

import time
from collections.abc import Callable, Mapping, Sequence

from delivery.release.checks import CHECKS, Look, Release
from delivery.release.model import Check, Found, NotCheckedError, Verdict
from delivery.release.programs import now

Say = Callable[[Check], None]


def check(
    wanted: Release, say: Say, only: Sequence[str] = (), checks: Mapping[str, Look] = CHECKS
) -> Verdict:
    """Do the checks (`only` some makes the verdict partial), telling each as it ends.

    Whatever one comes to, the others are done: one look shows all that is wrong. Raises KeyError for an
    unknown check.
    """
    chosen = {name: checks[name] for name in (only or checks)}
    began, started = time.monotonic(), now()
    done = []
    for name, look in checks.items():
        if name in chosen:
            done.append(perform(name, look, wanted))
            say(done[-1])
    return Verdict(
        revision=wanted.revision,
        version=wanted.version,
        partial=set(chosen) != set(checks),
        checks=tuple(done),
        started=round(started, 1),
        seconds=round(time.monotonic() - began, 1),
        remarks=() if wanted.shared else ("without the tests that need the folder of real filings",),
    )


def perform(name: str, look: Look, wanted: Release) -> Check:
    """One check and how it ended."""
    began = time.monotonic()
    found = Found("")
    try:
        found = look(wanted)
    except NotCheckedError as error:
        return Check(name, "not checked", str(error), _since(began))
    except (OSError, ValueError, KeyError) as error:
        return Check(name, "failed", f"{type(error).__name__}: {error}", _since(began))
    if found.faults:
        return Check(name, "failed", "; ".join(found.faults), _since(began))
    return Check(name, "passed", found.detail, _since(began), found.manifests)


def _since(began: float) -> float:
    return round(time.monotonic() - began, 1)
