"""The pre-production validation of what serves on a staging stack: read `validate` from top to bottom."""

import time
from collections.abc import Callable, Mapping, Sequence

from deploy.errors import SettingError
from deploy.staging import drill, loads, quality, questions, rehearsal, smoke
from deploy.staging.limits import Limits, is_standard
from deploy.staging.model import Check, Found, NotCheckedError, Report, perform
from deploy.staging.site import Site

Say = Callable[[str], None]
Look = Callable[[], Found]


def checks(site: Site, limits: Limits) -> Mapping[str, Look]:
    """The checks by name, in their order. Each counts on those before it."""
    return {
        "smoke": lambda: smoke.endpoints(site),
        "page": lambda: _page(site),
        "metrics": lambda: smoke.metrics(site),
        "deploy": lambda: rehearsal.rehearse(site, limits.deploy),
        "answers": lambda: quality.answers(site, questions.read()),
        "load": lambda: loads.load(site, limits.load),
        "soak": lambda: loads.soak(site, limits.soak),
        "drill": lambda: drill.drill(site, limits.drill),
    }


NAMES = ("smoke", "page", "metrics", "deploy", "answers", "load", "soak", "drill")


def validate(site: Site, limits: Limits, say: Say, only: Sequence[str] = ()) -> Report:
    """Do the checks (`only` some: then the report is of these, and no pass for production), and report.

    Where the first, smoke, fails there is nothing to try further: the others are "not checked". Raises
    SettingError for a check that there is not.
    """
    unknown = [each for each in only if each not in NAMES]
    if unknown:
        raise SettingError(f"no check {', '.join(unknown)}; there are {', '.join(NAMES)}")
    began, started = time.monotonic(), time.time()
    done: list[Check] = []
    for name, look in checks(site, limits).items():
        if only and name not in only:
            continue
        say(f"{name} …")
        broken = bool(done) and done[0].name == NAMES[0] and not done[0].passed
        done.append(perform(name, _skipped if broken else look))
        say(f"{done[-1].outcome:<12} {name}: {done[-1].detail} ({done[-1].seconds:.1f} s)")
    return Report(
        environment=site.host.settings.name,
        release=site.release,
        standard=is_standard(limits) and not only,
        checks=tuple(done),
        started=round(started, 1),
        seconds=round(time.monotonic() - began, 1),
    )


def _page(site: Site) -> Found:
    # Loaded only here: the browser's library takes longer to load than a rollback may take.
    from deploy.staging import browser  # noqa: PLC0415 - the line above

    return browser.page(site)


def _skipped() -> Found:
    raise NotCheckedError("the smoke check failed; mend that first")
