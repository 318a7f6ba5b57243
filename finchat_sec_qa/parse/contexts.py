"""XBRL contexts and units: when, of what part of the company, and in what unit a fact is reported."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from finchat_sec_qa.model.period import Period

MAX_TEXT = 4_000  # characters kept of a typed member


@dataclass(frozen=True, slots=True)
class Context:
    """A context. `period` is None where the file gives none that can be read (such as "forever")."""

    id: str
    period: Period | None
    dimensions: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class _Open:
    id: str
    start: str = ""
    end: str = ""
    instant: str = ""
    dimensions: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class _OpenUnit:
    id: str
    numerators: list[str] = field(default_factory=list)
    denominators: list[str] = field(default_factory=list)
    below: bool = False


class Contexts:
    """Collects contexts and units from element events, in any order with the facts that use them."""

    def __init__(self) -> None:
        self.contexts: dict[str, Context] = {}
        self.units: dict[str, str] = {}
        self._context: _Open | None = None
        self._unit: _OpenUnit | None = None
        self._typed: str | None = None
        self._text: list[str] | None = None
        self._explicit = ""

    @property
    def wants_text(self) -> bool:
        """True while text belongs to a value of a context or unit."""
        return self._text is not None

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Take the start of an element with prefix xbrli or xbrldi, or of any inside a typed member."""
        if name == "xbrli:context":
            self._context = _Open(attributes.get("id", ""))
        elif name == "xbrli:unit":
            self._unit = _OpenUnit(attributes.get("id", ""))
        elif name == "xbrli:unitDenominator" and self._unit:
            self._unit.below = True
        elif name == "xbrldi:explicitMember":
            self._explicit = attributes.get("dimension", "").strip()
            self._text = []
        elif name == "xbrldi:typedMember":
            self._typed = attributes.get("dimension", "").strip()
            self._text = []
        elif name in _LEAVES and (self._context or self._unit):
            self._text = []

    def text(self, text: str) -> None:
        """Take text while `wants_text`."""
        if self._text is not None:
            self._text.append(text)

    def end(self, name: str) -> None:
        """Take the end of an element."""
        if name == "xbrli:context":
            self._close_context()
        elif name == "xbrli:unit":
            self._close_unit()
        elif name == "xbrli:unitDenominator" and self._unit:
            self._unit.below = False
        elif self._text is not None and (name in _LEAVES or name.startswith("xbrldi:")):
            self._value(name, " ".join("".join(self._text).split())[:MAX_TEXT])
            self._text = None

    def _value(self, name: str, value: str) -> None:
        context = self._context
        if name == "xbrli:measure":
            if self._unit:
                (self._unit.denominators if self._unit.below else self._unit.numerators).append(_local(value))
        elif context is None:
            return
        elif name == "xbrldi:explicitMember":
            context.dimensions.append((self._explicit, value))
        elif name == "xbrldi:typedMember":
            context.dimensions.append((self._typed or "", value))
        elif name == "xbrli:startDate":
            context.start = value
        elif name == "xbrli:endDate":
            context.end = value
        elif name == "xbrli:instant":
            context.instant = value

    def _close_context(self) -> None:
        found, self._context = self._context, None
        if found and found.id:
            period = read_period(found.start, found.end, found.instant)
            self.contexts[found.id] = Context(found.id, period, tuple(sorted(found.dimensions)))

    def _close_unit(self) -> None:
        found, self._unit = self._unit, None
        if found and found.id and found.numerators:
            parts = ["*".join(names) for names in (found.numerators, found.denominators) if names]
            self.units[found.id] = "/".join(parts)


_LEAVES = frozenset({"xbrli:startDate", "xbrli:endDate", "xbrli:instant", "xbrli:measure"})


def _local(measure: str) -> str:
    """Cut the prefix off, "iso4217:USD" to "USD"; custom prefixes are dropped too, as companyfacts does."""
    return measure.rsplit(":", 1)[-1]


def read_period(start: str, end: str, instant: str) -> Period | None:
    """The period between XBRL dates, None where they cannot be read or end before they start.

    A time T00:00:00 at the end means the day before, as XBRL has it.
    """
    try:
        if instant:
            return Period(None, _last_day(instant))
        return Period(date.fromisoformat(start[:10]), _last_day(end))
    except (ValueError, OverflowError):
        return None


def _last_day(text: str) -> date:
    day = date.fromisoformat(text[:10])
    return day - timedelta(days=1) if text[10:].startswith("T00:00:00") else day
