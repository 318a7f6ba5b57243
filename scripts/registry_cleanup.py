"""Removes old images from a registry, and proves that what is left still pulls. A dry run unless --apply.

Stays: the newest images, releases, `latest`, everything in use, everything that these lead to, and their
signatures. Images are deleted by digest. Credentials: REGISTRY_USERNAME and REGISTRY_PASSWORD, or docker
login.
"""

import argparse
import json
import os
import re
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import zip_longest
from pathlib import Path

# Run as a file, too, the tools beside scripts/ are to be found.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from delivery.registry.cleanup import NEWEST, Plan, Rules, make_plan
from delivery.registry.client import Registry
from delivery.registry.connect import connect
from delivery.registry.errors import ReferenceFormError, RegistryError
from delivery.registry.protected import Use, demand_met, parse_use, protect, read_uses
from delivery.registry.reference import Reference, parse_reference
from delivery.registry.removal import Removal, carry_out
from delivery.registry.report import plan_object, plan_table, removal_text
from delivery.registry.survey import Survey, survey

EXAMPLES = """examples:
  python -m scripts.registry_cleanup ghcr.example/team/finchat-sec-qa-api
  python -m scripts.registry_cleanup localhost:5000/finchat-sec-qa-api localhost:5000/finchat-sec-qa-webapp \\
      --deployed deployed.txt --min-age 7d --apply
  python -m scripts.registry_cleanup localhost:5000/finchat-sec-qa-api --keep 0.1.0-rc1 --json

exit status: 0 done, and with --apply what is left pulls; 1 it does not, or something failed; 2 wrong usage"""
UNITS = {"d": "days", "h": "hours", "m": "minutes"}


@dataclass(frozen=True, slots=True)
class Planned:
    """One repository with what was found in it and what is to be done."""

    repository: Reference
    registry: Registry
    found: Survey
    plan: Plan


@dataclass(frozen=True, slots=True)
class Done:
    """What was carried out, in the order of the plans, and the error that ended it before all was; or ""."""

    removals: tuple[Removal, ...] = ()
    error: str = ""


def main(arguments: list[str] | None = None) -> int:
    """Plan, print, and with --apply carry out; returns the exit status."""
    given = parser().parse_args(arguments)
    try:
        uses = [use for path in given.deployed for use in read_uses(path)]
        uses += [parse_use(text, "--keep", "named by --keep") for text in given.keep]
        with ExitStack() as stack:
            plans = plan_all(given, uses, stack)
            if not given.json:
                print("\n\n".join(plan_table(planned.plan, str(planned.repository)) for planned in plans))
            done = apply_all(plans, given) if given.apply else Done()
    except ReferenceFormError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except RegistryError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    _conclude(plans, done, given)
    return 1 if done.error or any(removal.proof.faults for removal in done.removals) else 0


def parser() -> argparse.ArgumentParser:
    """The options."""
    found = argparse.ArgumentParser(
        prog="registry_cleanup",
        description=(__doc__ or "").strip(),
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = found.add_argument
    add("repositories", nargs="+", metavar="REPOSITORY", type=_repository, help="HOST[:PORT]/NAME")
    add("--newest", type=_count, default=NEWEST, metavar="N", help=f"images to keep (default {NEWEST})")
    add("--min-age", type=_age, default=timedelta(0), metavar="AGE", help="keep younger ones: 7d, 12h or 30m")
    add(
        "--deployed",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="references in use, by line",
    )
    add("--keep", action="append", default=[], metavar="REF", help="a tag, digest or reference to keep")
    add("--apply", action="store_true", help="delete; without it nothing is changed")
    add("--read-layers", action="store_true", help="hash all layers afterwards, not only ask for their sizes")
    add("--insecure", action="store_true", help="http to a registry that is not on this machine")
    add("--json", action="store_true", help="one JSON object on stdout")
    return found


def plan_all(given: argparse.Namespace, uses: list[Use], stack: ExitStack) -> list[Planned]:
    """The plan of every repository, before any is changed. Raises RegistryError."""
    surveys = []
    for repository in given.repositories:
        channel = stack.enter_context(connect(repository, os.environ, insecure=given.insecure))
        registry = Registry(channel)
        found = survey(registry, repository.remote_path)
        surveys.append((repository, registry, found, protect(registry, repository, found, uses)))
    demand_met(uses, [protected for *_, protected in surveys])
    now = datetime.now(UTC)
    return [
        Planned(
            repository,
            registry,
            found,
            make_plan(found, Rules(now, given.newest, given.min_age, protected.tags, protected.digests)),
        )
        for repository, registry, found, protected in surveys
    ]


def apply_all(plans: list[Planned], given: argparse.Namespace) -> Done:
    """Carry the plans out one by one; the first that fails ends it."""
    removals: list[Removal] = []
    for planned in plans:
        try:
            done = carry_out(planned.registry, planned.found, planned.plan, read=given.read_layers)
        except RegistryError as error:
            return Done(tuple(removals), str(error))
        removals.append(done)
    return Done(tuple(removals))


def _conclude(plans: list[Planned], done: Done, given: argparse.Namespace) -> None:
    pairs = list(zip_longest(plans, done.removals))
    if given.json:
        objects = [plan_object(planned.plan, str(planned.repository), removal) for planned, removal in pairs]
        print(json.dumps({"applied": given.apply, "error": done.error, "repositories": objects}, indent=2))
    elif not given.apply:
        print("\ndry run: nothing was deleted (--apply does); whether what stays pulls: not checked")
    else:
        texts = [f"{planned.repository}: {removal_text(removal)}" for planned, removal in pairs if removal]
        print("\n" + "\n".join(texts))
    if done.error:
        sys.stderr.write(f"{done.error}\n")


def _repository(text: str) -> Reference:
    try:
        found = parse_reference(text)
    except ReferenceFormError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    if found.tag or found.digest or not found.host:
        raise argparse.ArgumentTypeError(f"{text!r}: name a repository with its host, without tag or digest")
    return found


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no number of images; 0 or more is")
    return int(text)


def _age(text: str) -> timedelta:
    parts = re.fullmatch(r"(\d{1,5})([dhm])", text)
    if not parts:
        raise argparse.ArgumentTypeError(f"{text!r} is no age; write 7d, 12h or 30m")
    return timedelta(**{UNITS[parts[2]]: int(parts[1])})


if __name__ == "__main__":
    sys.exit(main())
