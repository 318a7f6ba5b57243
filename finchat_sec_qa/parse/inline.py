"""Inline XBRL: the facts that are tagged in the text of a filing.

A fact's value is its transformed text times ten to its scale; its sign comes from the attribute alone.
What cannot be read becomes a warning, never a guess.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from finchat_sec_qa.model.fact import EXACT, Fact
from finchat_sec_qa.model.period import Period
from finchat_sec_qa.parse.contexts import Contexts
from finchat_sec_qa.parse.flow import Mark
from finchat_sec_qa.parse.markup import Attributes
from finchat_sec_qa.parse.numbers import shift
from finchat_sec_qa.parse.transforms import UnknownTransformError, transform

MAX_TEXT = 4_000  # characters of a text fact; longer ones are read by offset
MAX_PIECES = 10_000  # continuations of one fact
MAX_DIGITS = 100
MAX_WARNINGS = 40

_TAGS = frozenset(
    {"ix:nonFraction", "ix:nonNumeric", "ix:fraction", "ix:numerator", "ix:denominator", "ix:continuation"}
)


@dataclass(slots=True, eq=False)
class _Tag:
    """An ix element: its attributes, its text (None when it is too long or never wanted), its place."""

    kind: str
    attributes: dict[str, str]
    hidden: bool
    parts: list[str] | None
    count: int = 0
    start: Mark | None = None
    end: Mark | None = None
    inner: list["_Tag"] = field(default_factory=list)

    def get(self, name: str) -> str:
        return self.attributes.get(name, "")

    @property
    def nil(self) -> bool:
        return self.get("nil") in {"true", "1"}

    @property
    def text(self) -> str:
        return "".join(self.parts or ())


class Inline:
    """Collects ix elements while a document is walked; `facts` makes facts of them at the end."""

    def __init__(self) -> None:
        self.contexts = Contexts()
        self.open = False  # True while an ix element that takes text is open
        self._tags: list[_Tag] = []
        self._continuations: dict[str, _Tag] = {}
        self._stack: list[_Tag] = []
        self._excluded: list[int] = []
        self._waiting: list[_Tag] = []
        self._warnings: dict[str, int] = {}
        self._last: Mark | None = None

    def start(self, name: str, attributes: Attributes, *, hidden: bool) -> None:
        """An ix element begins; `hidden` when its text is not shown."""
        if name == "ix:exclude":
            self._excluded.append(len(self._stack))
        elif name == "ix:tuple":
            self._warn("tuples are not read")
        if name not in _TAGS:
            return
        plain = {_bare(key): value.strip() for key, value in attributes.items()}
        wanted = not (name == "ix:nonNumeric" and _is_block(plain))
        tag = _Tag(name, plain, hidden, [] if wanted else None)
        if name == "ix:continuation":
            self._continuations.setdefault(tag.get("id"), tag)
        elif name in {"ix:numerator", "ix:denominator"}:
            if self._stack and self._stack[-1].kind == "ix:fraction":
                self._stack[-1].inner.append(tag)
        else:
            self._tags.append(tag)
        self._stack.append(tag)
        if not hidden:
            self._waiting.append(tag)
        self.open = True

    def text(self, text: str) -> None:
        """Text inside open elements, shown or not."""
        first = self._excluded[-1] if self._excluded else 0
        for tag in self._stack[first:]:
            if tag.parts is not None:
                tag.parts.append(text)
                tag.count += len(text)
                if tag.count > 2 * MAX_TEXT:
                    tag.parts = None

    def gap(self) -> None:
        """A block or line begins or ends: words on both sides do not belong together."""
        for tag in self._stack:
            if tag.parts and tag.kind not in {"ix:nonFraction", "ix:numerator", "ix:denominator"}:
                tag.parts.append(" ")

    def placed(self, start: Mark, end: Mark) -> None:
        """The text just given stands here."""
        self._last = end
        if self._waiting:
            for tag in self._waiting:
                tag.start = start
            self._waiting.clear()

    def end(self, name: str) -> None:
        """An ix element ends."""
        if name == "ix:exclude":
            if self._excluded:
                self._excluded.pop()
        elif name in _TAGS and self._stack:
            tag = self._stack.pop()
            if tag.start is not None:
                tag.end = self._last
            elif not tag.hidden:
                tag.start = tag.end = self._last
                self._waiting = [waiting for waiting in self._waiting if waiting is not tag]
            self.open = bool(self._stack)

    def facts(self) -> Iterator[Fact]:
        """The facts in document order. Call when all marks have their offsets."""
        for tag in self._tags:
            try:
                yield self._fact(tag)
            except _BrokenFactError as broken:
                self._warn(f"{tag.get('name') or 'a fact without name'}: {broken}", tag.get("id"))

    @property
    def ids(self) -> frozenset[str]:
        """The ids of all facts that have one."""
        return frozenset(tag.get("id") for tag in self._tags if tag.get("id"))

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was wrong, each kind once, after `facts` has run."""
        found = [text if times == 1 else f"{text} ({times} times)" for text, times in self._warnings.items()]
        more = len(found) - MAX_WARNINGS
        return tuple(found[:MAX_WARNINGS]) + ((f"{more} more warnings about facts",) if more > 0 else ())

    def _warn(self, text: str, fact_id: str = "") -> None:
        text = f"fact {fact_id} {text}" if fact_id else text
        self._warnings[text] = self._warnings.get(text, 0) + 1

    def _fact(self, tag: _Tag) -> Fact:
        name = " ".join(tag.get("name").split())
        if ":" not in name:
            raise _BrokenFactError("has no concept")
        if tag.get("target"):
            raise _BrokenFactError(f"belongs to another report, {tag.get('target')!r}")
        period, dimensions = self._context(tag)
        start, end = _place(tag)
        numeric = tag.kind != "ix:nonNumeric"
        return Fact(
            concept=name,
            period=period,
            value=self._value(tag) if numeric and not tag.nil else None,
            text=None if numeric or tag.nil else self._text(tag, name),
            unit=self._unit(tag) if numeric else None,
            decimals=_decimals(tag) if numeric else None,
            scale=_scale(tag) if numeric else 0,
            dimensions=dimensions,
            context_id=tag.get("contextref"),
            fact_id=tag.get("id") or None,
            nil=tag.nil,
            document=0,
            start=start,
            end=end,
        )

    def _context(self, tag: _Tag) -> tuple[Period, tuple[tuple[str, str], ...]]:
        reference = tag.get("contextref")
        context = self.contexts.contexts.get(reference)
        if context is None:
            raise _BrokenFactError(f"there is no context {reference!r}")
        if context.period is None:
            raise _BrokenFactError(f"context {reference!r} has no period that can be read")
        return context.period, context.dimensions

    def _unit(self, tag: _Tag) -> str:
        unit = self.contexts.units.get(tag.get("unitref"))
        if unit is None:
            raise _BrokenFactError(f"there is no unit {tag.get('unitref')!r}")
        return unit

    def _value(self, tag: _Tag) -> Decimal:
        if tag.kind == "ix:nonFraction":
            return _number(tag)
        parts = {inner.kind: _number(inner) for inner in tag.inner}
        above, below = parts.get("ix:numerator"), parts.get("ix:denominator")
        if above is None or not below:
            raise _BrokenFactError("is a fraction without numerator or denominator")
        value = above / below
        if value * below != above:
            raise _BrokenFactError(f"is {above}/{below}, which no decimal number equals")
        return value

    def _text(self, tag: _Tag, name: str) -> str | None:
        """Its content with what continues it; None for text blocks and what is longer than MAX_TEXT."""
        if _is_block(tag.attributes):
            return None
        pieces = [piece.text if piece.parts is not None else None for piece in self._pieces(tag)]
        if None in pieces:
            return None
        text = " ".join("".join(piece or "" for piece in pieces).split())
        if len(text) > MAX_TEXT:
            return None
        rule = tag.get("format")
        try:
            return transform(rule, text) if rule else text
        except UnknownTransformError:
            self._warn(f"format {rule} is not known; texts in it are kept as printed")
        except ValueError as error:
            self._warn(f"{name}: {error} ({rule}); kept as printed", tag.get("id"))
        return text

    def _pieces(self, tag: _Tag) -> Iterator[_Tag]:
        yield tag
        seen: set[str] = set()
        following = tag.get("continuedat")
        while following:
            piece = self._continuations.get(following)
            if piece is None or following in seen or len(seen) > MAX_PIECES:
                raise _BrokenFactError(f"its continuation {following!r} is missing or runs in a circle")
            seen.add(following)
            yield piece
            following = piece.get("continuedat")


class _BrokenFactError(Exception):
    """Why one fact cannot be read."""


@lru_cache(maxsize=1_024)
def _bare(key: str) -> str:
    """An attribute's name without namespace or prefix, in lower case, whichever parser gave it."""
    return key.rsplit("}", 1)[-1].rsplit(":", 1)[-1].lower()


def _is_block(attributes: dict[str, str]) -> bool:
    return attributes.get("escape", "").strip() in {"true", "1"} or attributes.get(
        "name", ""
    ).strip().endswith("TextBlock")


def _place(tag: _Tag) -> tuple[int, int]:
    """Where it is printed; hidden facts have an empty place at the start of the document."""
    start = tag.start.offset() if tag.start else None
    end = tag.end.offset() if tag.end else None
    if tag.hidden or start is None or end is None or end < start:
        return 0, 0
    return start, end


def _number(tag: _Tag) -> Decimal:
    text = " ".join(tag.text.split())
    rule = tag.get("format")
    try:
        lexical = transform(rule, text) if rule else text.strip()
        if len(lexical) > MAX_DIGITS or not lexical.replace(".", "", 1).isdecimal() or not lexical.isascii():
            raise _BrokenFactError(f"{lexical[:40]!r} is no number")
        value = shift(Decimal(lexical), _scale(tag))
    except UnknownTransformError as error:
        raise _BrokenFactError(f"format {rule} is not known, so that its number cannot be read") from error
    except (ValueError, InvalidOperation) as error:
        raise _BrokenFactError(str(error)) from error
    return -value if tag.get("sign") == "-" and value else value


def _scale(tag: _Tag) -> int:
    return _whole(tag, "scale", 0) or 0


def _decimals(tag: _Tag) -> int | None:
    return EXACT if tag.get("decimals") == "INF" else _whole(tag, "decimals", None)


def _whole(tag: _Tag, name: str, default: int | None) -> int | None:
    text = tag.get(name)
    if not text:
        return default
    if not text.lstrip("+-").isdecimal() or len(text) > 4:
        raise _BrokenFactError(f"{name} is {text[:40]!r}, not a whole number")
    return int(text)
