"""Printed statements against XBRL: python -m benchmarks.printed [--lines] [--json].

The iXBRL filings are read twice: their facts from the tags, and their primary statements from the HTML tables
alone, as those of a filing without XBRL are. Each printed value is compared with the facts tagged at its
place: value without sign (a tag's sign follows its concept, not the print), scale and period; for rows that
the lexicon names also the concept and its sign. With --lines the tables are first flattened into lines of
text, as a PDF prints them, and rebuilt; values are then found by amount and period. One line a filing, then
all. Three lines more tell of what stands outside the primary statements, from the HTML tables alone: the
statement of equity, parts of the company (segments, products, places), other notes; "named" there are values
whose row or column is named for a member, and "member right" those whose tag has a member of such a name.
Exits 1 below 99 % of values or periods.
"""

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from benchmarks.common import edgar_folder, parser, say
from finchat_sec_qa.errors import FinChatError
from finchat_sec_qa.facts.labels import concept_words, member_label
from finchat_sec_qa.facts.lexicon import entries
from finchat_sec_qa.facts.printed.notes import EQUITY_AXIS, note_facts
from finchat_sec_qa.facts.printed.read import primary_facts
from finchat_sec_qa.model.document import ParsedDocument
from finchat_sec_qa.model.fact import PRINTED, Fact
from finchat_sec_qa.model.filing import ParsedFiling, SourceFile, SourceFiling
from finchat_sec_qa.parse.filing import read_filing
from finchat_sec_qa.parse.limits import Limits
from finchat_sec_qa.parse.plain import Line
from finchat_sec_qa.parse.printed.tables import Pages

SMALLEST = 1_000_000  # bytes of a main document with statements; exhibits are smaller
ONE_DAY = 1
SPAN_DRIFT = 8  # days that a span printed as months differs from one of weeks
BAR = 0.99
_OF_ENTRIES = frozenset({"named", "concept right", "sign right"})
PERIODIC = ("10-K", "10-Q")

Tags = Mapping[int, Sequence[Fact]]


def filings(folder: Path) -> Iterator[ParsedFiling]:
    """The periodic reports under a folder, each read on its own."""
    for path in sorted(folder.rglob("*.htm")):
        if path.stat().st_size < SMALLEST:
            continue
        file = SourceFile(path.name, path.read_bytes())
        try:
            parsed = read_filing(SourceFiling(path.name, path.name, None, None, (file,)), Limits())
        except FinChatError as error:
            print(f"{path.name}: not checked: {error}", file=sys.stderr)
            continue
        if parsed.filing.form.startswith(PERIODIC) and parsed.facts:
            yield parsed


def compare(parsed: ParsedFiling, *, lines: bool) -> Counter[str]:
    """How the printed values of one filing agree with its tags; "unmatched" ones could not be compared."""
    document = flattened(parsed.documents[0]) if lines else parsed.documents[0]
    numbers = [fact for fact in parsed.facts if fact.value is not None and fact.document == 0]
    by_place: dict[int, list[Fact]] = defaultdict(list)
    by_end: dict[object, list[Fact]] = defaultdict(list)
    for fact in numbers:
        by_place[fact.start].append(fact)
        by_end[fact.period.end].append(fact)
    found: Counter[str] = Counter()
    for printed in primary_facts(document, 0, parsed.filing):
        near = _by_amount(printed, by_end) if lines else _at_place(printed, by_place)
        found.update(_agreement(printed, near))
    return found


def compare_notes(parsed: ParsedFiling) -> dict[str, Counter[str]]:
    """The same for what stands outside the primary statements, by kind."""
    document = parsed.documents[0]
    by_place: dict[int, list[Fact]] = defaultdict(list)
    for fact in parsed.facts:
        if fact.value is not None and fact.document == 0:
            by_place[fact.start].append(fact)
    found: dict[str, Counter[str]] = defaultdict(Counter)
    primary = list(primary_facts(document, 0, parsed.filing))
    for printed in note_facts(document, 0, parsed.filing, primary):
        near = _at_place(printed, by_place)
        agreed = [what for what in _agreement(printed, near) if what not in _OF_ENTRIES]
        found[_kind(printed)].update([*agreed, *_named(printed, near)])
    return found


def _kind(printed: Fact) -> str:
    axes = [axis for axis, _ in printed.dimensions]
    if any(axis.endswith(EQUITY_AXIS) for axis in axes):
        return "equity"
    return "parts" if axes else "other notes"


def _named(printed: Fact, near: Sequence[Fact]) -> Iterator[str]:
    """Whether a tag has a member that is named as the printed row or column is."""
    if not printed.dimensions or not near:
        return
    yield "named"
    wanted = _words(printed.dimensions[0][1])
    members = [member for fact in near for _, member in fact.dimensions]
    initials = {"".join(word[0] for word in concept_words(member)).lower() for member in members}
    if any(wanted & _words(member) for member in members) or wanted & initials:
        yield "member right"


def _words(member: str) -> set[str]:
    """The words of a member's label, and of a printed one, without endings of the plural."""
    return {word.lower().removesuffix("s") for word in concept_words(member_label(member))}


def flattened(document: ParsedDocument) -> ParsedDocument:
    """The document as a PDF would print it: lines of text, whose tables are rebuilt from them."""
    pages, written, at = Pages(), [], 0
    bounds = [(page.start, page.end) for page in document.pages] or [(0, len(document.text))]
    for start, end in bounds:
        lines = []
        for row in document.text[start:end].split("\n"):
            text = " ".join(row.replace(" | ", " ").split())
            if text:
                lines.append(Line(text, at))
                written.append(f"{text}\n")
                at += len(text) + 1
        pages.add(lines)
    return replace(document, kind="pdf", text="".join(written), tables=pages.tables(), pages=(), blocks=())


def _at_place(printed: Fact, by_place: Tags) -> list[Fact]:
    """Facts tagged inside the printed cell; the tag may begin behind its currency sign or bracket."""
    return [fact for at in range(printed.start - 2, printed.end) for fact in by_place.get(at, ())]


def _by_amount(printed: Fact, by_end: Mapping[object, Sequence[Fact]]) -> list[Fact]:
    """Facts of the same amount and kind that end within three days."""
    days = [printed.period.end + timedelta(days=off) for off in range(-3, 4)]
    return [
        fact
        for day in days
        for fact in by_end.get(day, ())
        if _size(fact) == _size(printed) and fact.period.is_instant == printed.period.is_instant
    ]


def _agreement(printed: Fact, near: Sequence[Fact]) -> Iterator[str]:
    if not near:
        yield "unmatched"
        return
    yield "values"
    if any(_size(fact) == _size(printed) for fact in near):
        yield "value right"
    if any(_same_period(printed, fact) for fact in near):
        yield "period right"
    prefix, _, key = printed.concept.partition(":")
    if prefix == PRINTED:
        yield "named"
        named = [fact for fact in near if entries()[key].place(fact.concept) is not None]
        if named:
            yield "concept right"
        if any(fact.value == printed.value for fact in named):
            yield "sign right"


def _size(fact: Fact) -> object:
    """The value without sign; XBRL gives percents as shares of one."""
    if fact.value is None:
        return None
    return abs(fact.value) / (100 if fact.unit == "percent" else 1)


def _same_period(one: Fact, other: Fact) -> bool:
    if abs((one.period.end - other.period.end).days) > ONE_DAY:
        return False
    return one.period.is_instant == other.period.is_instant and (
        abs(one.period.days - other.period.days) <= SPAN_DRIFT
    )


def main() -> int:
    """Compare all filings and print; 1 when a bar is missed."""
    options = parser(__doc__ or "")
    options.add_argument("--lines", action="store_true", help="flatten tables into lines first, as PDFs have")
    options.add_argument("--json", action="store_true", help="one JSON object a filing, then one for all")
    arguments = options.parse_args()
    total: Counter[str] = Counter()
    notes: dict[str, Counter[str]] = defaultdict(Counter)
    for parsed in filings(edgar_folder(arguments.shared)):
        found = compare(parsed, lines=arguments.lines)
        total.update(found)
        _report(parsed.filing.id, found, as_json=arguments.json)
        for kind, counts in compare_notes(parsed).items() if not arguments.lines else ():
            notes[kind].update(counts)
    _report("all", total, as_json=arguments.json)
    for kind, counts in sorted(notes.items()):
        _report(f"all: {kind}", counts, as_json=arguments.json)
    right = min(total["value right"], total["period right"])
    share = right / total["values"] if total["values"] else 0.0
    if not arguments.json:
        say("printed values right in value and period", f"{share:.4f}", f">= {BAR}")
    return 0 if share >= BAR else 1


def _report(name: str, found: Counter[str], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"filing": name, **dict(sorted(found.items()))}))
    else:
        print(f"{name:28} " + ", ".join(f"{what} {count}" for what, count in sorted(found.items())))


if __name__ == "__main__":
    sys.exit(main())
