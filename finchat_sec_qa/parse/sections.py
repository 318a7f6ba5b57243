"""Items of 10-K, 10-Q and 8-K filings: where each begins and ends, without the table of contents."""

import re
from collections.abc import Sequence

from finchat_sec_qa.model.document import ParsedDocument, Section
from finchat_sec_qa.parse.section_headings import Heading, find_headings, part_line_before
from finchat_sec_qa.parse.section_rules import ANNUAL, CURRENT, QUARTERLY, Rule

_NEAR = 250  # characters between two lines of one table of contents
_RUN = 4  # Items that make a table of contents
_FEW = 5  # fewer Items than that are no reading of a 10-K
_LATE = 0.75  # an index at the end of a report begins after this share of the text
_EVENT = re.compile(
    r"^[ |•]*(?:Section\s\d\s?[–—-]?\s?)?ITEM[ ]*(\d{1,2}(?:\.\d\d)?)(?!\d)[ .:|–—-]*([^\n]*)$",
    re.IGNORECASE | re.MULTILINE,
)
_SIGNATURES = re.compile(r"^[ |]*SIGNATURES?[ |:.]*$", re.IGNORECASE | re.MULTILINE)
_MAX_TITLE = 200


def find_sections(document: ParsedDocument, form: str) -> tuple[Section, ...]:
    """The Items of a document of that form ("10-K", "10-Q", "8-K", amendments too), in order.

    Empty for other forms, for XBRL instances, and where the report follows an order of its own with a
    cross-reference index. A section much shorter than its kind carries a warning.
    """
    if document.kind in ("xbrl", "companyfacts"):
        return ()
    if form.startswith("8-K"):
        return _events(document.text)
    rules = rules_of(form)
    if not rules:
        return ()
    headings = _without_contents(find_headings(document, rules))
    chain = _best_chain(headings, len(rules))
    sections = _between(document.text, chain, rules)
    return () if _is_index(document.text, sections, rules) else sections


def section_warnings(document: ParsedDocument, form: str, sections: Sequence[Section]) -> tuple[str, ...]:
    """A sentence where a report that should have Items has none."""
    if sections or document.kind in ("xbrl", "companyfacts") or not rules_of(form):
        return ()
    return ("No Items were found: the report follows an order of its own or is cut off.",)


def rules_of(form: str) -> tuple[Rule, ...]:
    """The Items of a form in order, () for a form that is not known by Items here."""
    if form.startswith("10-K"):
        return ANNUAL
    return QUARTERLY if form.startswith("10-Q") else ()


def _without_contents(headings: Sequence[Heading]) -> list[Heading]:
    """The headings without those of tables of contents and indexes.

    Lines with a page number give way to lines without one. A table is a run of lines close together and in
    order that often end with page numbers, or whose Items mostly come again further on.
    """
    plain = {rank for heading in headings if not heading.listed for rank in heading.ranks}
    left = [heading for heading in headings if not (heading.listed and plain.issuperset(heading.ranks))]
    last = {rank: at for at, heading in enumerate(left) for rank in heading.ranks}
    kept: list[Heading] = []
    begin = 0
    for at in range(1, len(left) + 1):
        if at == len(left) or _breaks(left[at - 1], left[at]):
            run = left[begin:at]
            again = sum(any(last[rank] >= at for rank in heading.ranks) for heading in run)
            if not _is_contents(run, again):
                kept.extend(run)
            begin = at
    return kept


def _breaks(before: Heading, heading: Heading) -> bool:
    return heading.start - before.end > _NEAR or heading.ranks[-1] <= before.ranks[0]


def _is_contents(run: Sequence[Heading], again: int) -> bool:
    """True for a table of contents, of whose headings `again` come once more further on."""
    listed = sum(heading.listed for heading in run)
    return len(run) >= _RUN and (3 * listed >= len(run) or 3 * again >= 2 * len(run))


def _best_chain(headings: Sequence[Heading], ranks: int) -> list[tuple[Heading, int]]:
    """The headings, each with its rank, that follow the form's order and look most like headings together.

    Of equal chains the one that begins its Items earliest wins. O(headings × ranks).
    """
    best: list[tuple[int, list[tuple[Heading, int]]]] = [(0, []) for _ in range(ranks)]
    for heading in headings:
        before = [max(best[:rank], key=lambda one: one[0], default=(0, [])) for rank in heading.ranks]
        for rank, (score, chain) in zip(heading.ranks, before, strict=True):
            if score + heading.score > best[rank][0]:
                best[rank] = (score + heading.score, [*chain, (heading, rank)])
    return max(best, key=lambda one: one[0])[1]


def _between(text: str, chain: Sequence[tuple[Heading, int]], rules: Sequence[Rule]) -> tuple[Section, ...]:
    """A section from each heading to the next; the last takes in statements after the signatures."""
    sections = []
    statements = False
    for at, (heading, rank) in enumerate(chain):
        rule = rules[rank]
        if at + 1 < len(chain):
            end = max(heading.end, part_line_before(text, chain[at + 1][0].start))
        else:
            end = _last_end(text, heading.end) if statements or rules is QUARTERLY else len(text)
        length = len(text[heading.start : end].rstrip())
        statements = statements or (rule.number == "8" and length >= rule.usual)
        sections.append(
            Section(
                part=rule.part,
                item=f"Items {rule.number} and {heading.joint}" if heading.joint else rule.item,
                title=_title(heading, rule),
                start=heading.start,
                end=heading.start + length,
                warning=_warning(length, rule),
            )
        )
    return tuple(sections)


def _title(heading: Heading, rule: Rule) -> str:
    """The Item's usual name, except where the form has given its number to something else."""
    if heading.joint:
        return " ".join(heading.title.split())[:_MAX_TITLE].title()
    words = heading.title.lower()
    if "reserved" in words or "removed" in words:
        return "Reserved"
    if rule.number == "4" and words.startswith("submission"):
        return "Submission of Matters to a Vote of Security Holders"
    return rule.title


def _warning(length: int, rule: Rule) -> str:
    if length >= rule.usual:
        return ""
    return f"only {length:,} characters: its content may be incorporated by reference or stand elsewhere"


def _last_end(text: str, start: int) -> int:
    """The end of the last Item: the signatures, or the end of the text where there are none."""
    found = _SIGNATURES.search(text, start)
    return found.start() if found else len(text)


def _is_index(text: str, sections: Sequence[Section], rules: Sequence[Rule]) -> bool:
    """True when the Items found are a mere index of places elsewhere in the report."""
    if rules is not ANNUAL or not sections:
        return False
    if len(sections) < _FEW or sections[0].start > _LATE * len(text):
        return True
    main = [section for section in sections if section.item in ("Item 1", "Item 1A", "Item 7", "Item 8")]
    return len(main) > 2 and all(section.warning for section in main)


def _events(text: str) -> tuple[Section, ...]:
    """The Items of an 8-K, each once, where it is first named at the beginning of a line."""
    found: dict[str, re.Match[str]] = {}
    for heading in _EVENT.finditer(text):
        title = heading.group(2).strip()
        if heading.group(1) not in found and not title[:1].islower() and title[:1] not in ",;”)":
            found[heading.group(1)] = heading
    headings = list(found.items())
    if not headings:
        return ()
    bounds = [heading.start() for _, heading in headings[1:]] + [_last_end(text, headings[-1][1].end())]
    return tuple(
        Section(
            part="",
            item=f"Item {number}",
            title=CURRENT.get(number) or " ".join(heading.group(2).strip(" |.").split())[:_MAX_TITLE],
            start=heading.start(),
            end=heading.start() + len(text[heading.start() : bound].rstrip()),
        )
        for (number, heading), bound in zip(headings, bounds, strict=True)
    )
