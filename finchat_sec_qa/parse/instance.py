"""XBRL instances: XML files that hold a filing's facts without its prose.

Their text is made from the facts, always the same way: per concept a heading with its name in words, then
one line per fact ("us-gaap:NetIncomeLoss | 2021-09-26 to 2022-09-24 | USD | 99803000000"). Text blocks
follow their heading as the paragraphs and tables that their HTML prints.
"""

import hashlib
import re
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from finchat_sec_qa.errors import ParseError
from finchat_sec_qa.model.document import Block, ParsedDocument, Table
from finchat_sec_qa.model.fact import EXACT, Fact
from finchat_sec_qa.model.filing import SourceFile
from finchat_sec_qa.model.period import Period
from finchat_sec_qa.parse.contexts import Context
from finchat_sec_qa.parse.html import parse_html
from finchat_sec_qa.parse.instance_events import RawFact, read_instance
from finchat_sec_qa.parse.limits import Deadline, Limits
from finchat_sec_qa.parse.parsed import ParsedFile
from finchat_sec_qa.parse.shift import shift_block, shift_table

MAX_TEXT_FACT = 2_000  # characters of a text fact that are kept as its value
_MAX_DIGITS = 60  # of a number; more cannot be meant
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z]+|[a-z]+|\d+(?:\.\d+)?")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,2})?")


def parse_instance(file: SourceFile, limits: Limits) -> ParsedFile:
    """The facts of an XBRL instance, and a text that holds each of them at its offsets.

    Of duplicates the most exact one is kept. Raises MalformedError, LimitExceededError.
    """
    deadline = Deadline(file.name, limits.max_seconds)
    instance = read_instance(file, limits, deadline)
    writer = _Writer(file.name, limits)
    by_concept: dict[str, list[RawFact]] = {}
    for raw in _without_duplicates(instance.facts):
        by_concept.setdefault(raw.concept, []).append(raw)
    unknown = 0
    for concept, group in by_concept.items():
        deadline.check()
        known = [(raw, instance.contexts.get(raw.context)) for raw in group]
        usable = [(raw, context, context.period) for raw, context in known if context and context.period]
        unknown += len(group) - len(usable)
        if usable:
            writer.heading(concept_words(concept))
        for raw, context, period in usable:
            deadline.check()
            writer.fact(raw, context, period, instance.units.get(raw.unit))
        writer.end_group()
    warnings = [*instance.warnings, *writer.warnings]
    if unknown:
        warnings.append(f"{unknown} facts name no readable context and were left out.")
    document = ParsedDocument(
        name=file.name,
        kind="xbrl",
        role=file.role,
        sha256=hashlib.sha256(file.content).hexdigest(),
        size=len(file.content),
        text="".join(writer.parts),
        blocks=tuple(writer.blocks),
        tables=tuple(writer.tables),
        warnings=tuple(warnings),
    )
    return ParsedFile(document, tuple(writer.facts))


def concept_words(concept: str) -> str:
    """The name in words: us-gaap:NetIncomeLoss is "Net Income Loss"."""
    return " ".join(_WORD.findall(concept.rsplit(":", 1)[-1])) or concept


def _without_duplicates(facts: list[RawFact]) -> list[RawFact]:
    kept: dict[tuple[str, str, str, str], RawFact] = {}
    for fact in facts:
        key = (fact.concept, fact.context, fact.unit, fact.language)
        before = kept.get(key)
        if before is None or before.nil or _exactness(fact) > _exactness(before):
            kept[key] = fact
    return list(kept.values())


def _exactness(fact: RawFact) -> int:
    decimals = _decimals(fact.decimals)
    return -EXACT if decimals is None else decimals


def _decimals(text: str) -> int | None:
    if text == "INF":
        return EXACT
    return int(text) if re.fullmatch(r"-?\d{1,3}", text) else None


class _Writer:
    """Writes facts into a text and remembers where each stands."""

    def __init__(self, name: str, limits: Limits) -> None:
        self._name = name
        self._limits = limits
        self._offset = 0
        self._group: int | None = None  # where the paragraph of fact lines began
        self.parts: list[str] = []
        self.blocks: list[Block] = []
        self.tables: list[Table] = []
        self.facts: list[Fact] = []
        self.warnings: list[str] = []

    def heading(self, words: str) -> None:
        start = self._line(words)
        self.blocks.append(Block("heading", start, self._offset - 1, 4))

    def end_group(self) -> None:
        """Close the paragraph of fact lines, if one is open."""
        if self._group is not None:
            self.blocks.append(Block("paragraph", self._group, self._offset - 1))
            self._group = None

    def fact(self, raw: RawFact, context: Context, period: Period, unit: str | None) -> None:
        """Write one fact on a line of its own, or as the blocks of its HTML."""
        value: Decimal | None = None
        if raw.unit and not raw.nil:
            value = _number(raw.text)
            if value is None:
                self.warnings.append(f"{raw.concept} in context {raw.context} is no number and was left out.")
                return
        is_block = not raw.unit and not raw.nil and ("<" in raw.text or len(raw.text) > MAX_TEXT_FACT)
        start, end = self._text_block(raw.text) if is_block else self._fact_line(raw, context, period, unit)
        is_text = not raw.unit and not raw.nil and not is_block
        self.facts.append(
            Fact(
                concept=raw.concept,
                period=period,
                value=value,
                text=" ".join(raw.text.split()) if is_text else None,
                unit=unit if raw.unit else None,
                decimals=_decimals(raw.decimals) if raw.unit else None,
                scale=0,
                dimensions=context.dimensions,
                context_id=raw.context,
                fact_id=raw.id or None,
                nil=raw.nil,
                document=0,
                start=start,
                end=end,
            )
        )

    def _fact_line(self, raw: RawFact, context: Context, period: Period, unit: str | None) -> tuple[int, int]:
        span = f"as of {period.end}" if period.start is None else f"{period.start} to {period.end}"
        before = " | ".join([raw.concept, span, *([unit or raw.unit] if raw.unit else [])]) + " | "
        value = "nil" if raw.nil else " ".join(raw.text.split())
        after = "".join(f" | {axis}={member}" for axis, member in context.dimensions)
        if self._group is None:
            self._group = self._offset
        start = self._line(before + value + after) + len(before)
        return start, start + len(value)

    def _text_block(self, content: str) -> tuple[int, int]:
        """The printed text of a text block, with its own paragraphs and tables."""
        self.end_group()
        start = self._offset
        if "<" not in content:
            self._line(" ".join(content.split()))
            self.blocks.append(Block("paragraph", start, self._offset - 1))
            return start, self._offset - 1
        html = f"<html><body>{content}</body></html>".encode()
        try:
            inner = parse_html(SourceFile(self._name, html), self._limits).document
        except ParseError as error:
            self.warnings.append(f"A text block could not be read: {error.reason}.")
            return start, start
        if not inner.text:
            return start, start
        first_table = len(self.tables)
        self.tables.extend(shift_table(table, start) for table in inner.tables)
        self.blocks.extend(
            replace(
                shift_block(block, start),
                table=None if block.table is None else block.table + first_table,
            )
            for block in inner.blocks
        )
        self.parts.append(inner.text)
        self._offset += len(inner.text)
        if not inner.text.endswith("\n"):
            self._line("")
        return start, self._offset - 1

    def _line(self, text: str) -> int:
        start = self._offset
        self.parts.append(text + "\n")
        self._offset += len(text) + 1
        return start


def _number(text: str) -> Decimal | None:
    digits = text.strip()
    if len(digits) > _MAX_DIGITS or not _NUMBER.fullmatch(digits):
        return None
    try:
        return Decimal(digits)
    except InvalidOperation:
        return None
