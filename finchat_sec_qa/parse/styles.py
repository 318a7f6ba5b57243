"""Inline CSS and presentational tags to the few properties that say what text is.

Filings style every element in place; style sheets are not used on EDGAR, so that none is read.
"""

import re
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import NamedTuple

from finchat_sec_qa.parse.markup import Attributes

_UNIT_POINTS = {
    "pt": 1.0, "px": 0.75, "em": 10.0, "rem": 10.0, "ex": 5.0, "in": 72.0, "cm": 28.35, "mm": 2.835, "%": 5.0,
}  # fmt: skip
_LENGTH = re.compile(r"(-?\d{0,6}(?:\.\d{1,6})?)\s*(pt|px|r?em|ex|in|cm|mm|%)?", re.IGNORECASE)
_FONT_SIZES = {"1": 7.5, "2": 10.0, "3": 12.0, "4": 13.5, "5": 18.0, "6": 24.0, "7": 36.0}
_SIZE_WORDS = {"xx-small": 7.0, "x-small": 7.5, "small": 10.0, "medium": 12.0, "large": 13.5, "x-large": 18.0}
_BOLD_TAGS = frozenset({"b", "strong", "th", "h1", "h2", "h3", "h4", "h5", "h6"})
_BREAKS = frozenset({"always", "page", "left", "right"})


@dataclass(frozen=True, slots=True, eq=False)
class Style:
    """What is inherited; one object for each distinct setting.

    Sizes and lengths are in points; `left` is the distance from the edge of the cell or page.
    """

    hidden: bool = False
    bold: bool = False
    italic: bool = False
    underline: bool = False
    raised: bool = False
    centred: bool = False
    link: bool = False
    pre: bool = False
    size: float = 0.0
    left: float = 0.0


class Rule(NamedTuple):
    """What one style attribute says; None where it does not."""

    hidden: bool = False
    bold: bool | None = None
    italic: bool | None = None
    underline: bool = False
    raised: bool = False
    centred: bool | None = None
    size: float | None = None
    left: float = 0.0
    break_before: bool = False
    break_after: bool = False
    block: bool | None = None


NO_RULE = Rule()


PLAIN = Style()
_KEY = attrgetter(*(field.name for field in fields(Style)))
_SILENT = frozenset("head script style template textarea select noscript iframe object svg ix:header".split())


class Styles:
    """Resolves styles, each distinct combination once."""

    def __init__(self) -> None:
        self._rules: dict[str, Rule] = {}
        self._resolved: dict[tuple[Style, str, str | None, str], tuple[Style, Rule]] = {}
        self._known: dict[tuple[object, ...], Style] = {_KEY(PLAIN): PLAIN}

    def resolve(self, parent: Style, name: str, attributes: Attributes) -> tuple[Style, Rule]:
        """The style inside an element, and what its own style attribute says."""
        text, extra = None, ""
        if attributes:
            text = attributes.get("style")
            if len(attributes) > (text is not None):
                extra = _extra(name, attributes)
        key = (parent, name, text, extra)
        found = self._resolved.get(key)
        if found is None:
            rule = self._rule(text)
            style = _apply(parent, name, rule, extra)
            found = self._resolved[key] = (self._known.setdefault(_KEY(style), style), rule)
        return found

    def _rule(self, text: str | None) -> Rule:
        if not text:
            return NO_RULE
        found = self._rules.get(text)
        if found is None:
            found = self._rules[text] = read_rule(text)
        return found


def _extra(name: str, attributes: Attributes) -> str:
    """The presentational attribute that counts for this element."""
    if name == "font":
        return attributes.get("size") or ""
    if name == "a":
        return "href" if "href" in attributes else ""
    return (attributes.get("align") or "").lower()


def read_rule(text: str) -> Rule:
    """Parse one style attribute; what is not understood says nothing."""
    properties: dict[str, str] = {}
    for declaration in text[:4_000].lower().split(";"):
        name, colon, value = declaration.partition(":")
        if colon:
            properties[name.strip()] = value.replace("!important", "").strip()
    get = properties.get
    font = get("font", "")
    size = get("font-size")
    return Rule(
        hidden=get("display") == "none" or get("visibility") in {"hidden", "collapse"},
        bold=_is_bold(get("font-weight") or font),
        italic=_is_italic(get("font-style") or font),
        underline="underline" in (get("text-decoration") or get("text-decoration-line") or ""),
        raised=(get("vertical-align") or "") in {"super", "text-top"} or _raised_small(properties),
        centred=None if "text-align" not in properties else properties["text-align"] == "center",
        size=None if size is None else _SIZE_WORDS.get(size) or length(size) or None,
        left=length(get("margin-left")) + _padding_left(properties) + length(get("text-indent")),
        break_before=(get("page-break-before") or get("break-before") or "") in _BREAKS,
        break_after=(get("page-break-after") or get("break-after") or "") in _BREAKS,
        block={"block": True, "inline": False, "inline-block": None}.get(get("display", "")),
    )


def _raised_small(properties: dict[str, str]) -> bool:
    """Footnote marks are set at the top in a size below that of any text."""
    at_top = properties.get("vertical-align") == "top" or properties.get("position") == "relative"
    return at_top and "font-size" in properties and 0 < length(properties["font-size"]) < 6.6


def _is_bold(value: str) -> bool | None:
    if "bold" in value or re.search(r"\b[6-9]00\b", value):
        return True
    return False if re.search(r"\b(normal|[1-5]00|lighter)\b", value) else None


def _is_italic(value: str) -> bool | None:
    if "italic" in value or "oblique" in value:
        return True
    return False if value == "normal" else None


def _padding_left(properties: dict[str, str]) -> float:
    if "padding-left" in properties:
        return length(properties["padding-left"])
    sides = properties.get("padding", "").split()
    # top right bottom left; fewer values repeat
    side = sides[3] if len(sides) == 4 else sides[1] if len(sides) >= 2 else sides[0] if sides else "0"
    return length(side)


def length(value: str | None) -> float:
    """A CSS length in points, 0 where it is none."""
    found = _LENGTH.match(value.strip()) if value else None
    if found is None or not found.group(1).strip("-."):
        return 0.0
    return float(found.group(1)) * _UNIT_POINTS[(found.group(2) or "px").lower()]


def _apply(parent: Style, name: str, rule: Rule, extra: str) -> Style:
    centred = parent.centred if rule.centred is None else rule.centred
    if rule.centred is None and name not in {"font", "a"} and (extra or name == "center"):
        centred = extra == "center" or name == "center"
    size = rule.size or (_FONT_SIZES.get(extra, parent.size) if name == "font" else parent.size)
    cell = name in {"td", "th"}
    return Style(
        hidden=parent.hidden or rule.hidden or name in _SILENT,
        bold=(parent.bold or name in _BOLD_TAGS) if rule.bold is None else rule.bold,
        italic=(parent.italic or name in {"i", "em"}) if rule.italic is None else rule.italic,
        underline=(parent.underline and not cell) or rule.underline or name == "u",
        raised=(parent.raised and not cell) or name == "sup" or (rule.raised and not cell),
        centred=centred,
        link=parent.link or (name == "a" and extra == "href"),
        pre=parent.pre or name == "pre",
        size=size,
        left=rule.left if cell else parent.left + rule.left,
    )
