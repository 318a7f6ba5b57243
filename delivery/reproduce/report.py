"""Outcomes in words, and as one JSON document."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from delivery.reproduce.compare import Difference
from delivery.reproduce.proof import Outcome

MOST = 20  # differences that are told of one image, where not all are asked for
_LONGEST = 100  # code points of a step or value in a line


def lines(outcome: Outcome, names: tuple[str, str], most: int = MOST) -> Iterator[str]:
    """The outcome for a reader; `names` are what the two builds are called (`published`, `rebuilt`)."""
    word = "equal" if outcome.is_equal else "DIFFERENT"
    took = ", ".join(f"{each.steps} steps in {each.seconds:.0f} s" for each in outcome.rounds)
    yield f"{outcome.name}: {word}{f' ({took})' if took else ''}"
    for thing in sorted(outcome.first.keys() | outcome.second.keys()):
        digests = [each.get(thing, "absent") for each in (outcome.first, outcome.second)]
        if digests[0] == digests[1]:
            yield f"  {thing}  {digests[0]}"
        else:
            yield from (f"  {thing}  {name}: {digest}" for name, digest in zip(names, digests, strict=True))
    yield from (f"  {_line(each, names)}" for each in outcome.differences[:most])
    if left := outcome.differences[most:]:
        counts = ", ".join(
            f"{count} of {what}" for what, count in Counter(each.what for each in left).items()
        )
        yield f"  … and {len(left)} more ({counts}); --all tells them"


def document(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """All of it, for programs; `seconds` per build."""
    return {
        "equal": all(each.is_equal for each in outcomes),
        "proofs": [{**asdict(each), "equal": each.is_equal} for each in outcomes],
    }


def _line(found: Difference, names: tuple[str, str]) -> str:
    step = f" [layer {found.layer}: {' '.join(found.step.split()):.{_LONGEST}}]" if found.layer >= 0 else ""
    if found.what in {"extra", "missing"}:
        return f"{found.what:<10} {found.where}: only in {names[found.what == 'extra']}{step}"
    values = f"{names[0]} {found.first:.{_LONGEST}}, {names[1]} {found.second:.{_LONGEST}}"
    return f"{found.what:<10} {found.where}: {values}{step}"
