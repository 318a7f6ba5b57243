"""Bytes of an HTML or XHTML file to a stream of start, text and end events, within limits.

Nothing is ever loaded or expanded: declared entities are refused, the DOCTYPE is cut off, and no tree is
built, so that memory stays near the size of the file. Well-formed XHTML (all inline XBRL) is read as XML;
what is not well-formed is read again as HTML, which closes what was left open.
"""

import codecs
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from html.entities import html5
from typing import Any, Protocol, TypeVar

from lxml import etree

from finchat_sec_qa.errors import LimitExceededError, MalformedError
from finchat_sec_qa.model.filing import SourceFile
from finchat_sec_qa.parse.limits import Deadline, Limits

CHUNK = 1 << 18  # characters given to the parser between looks at the clock
LOOK_EVERY = 2_048  # elements between looks at the clock
HEAD = 4_096  # where an encoding may be declared

_PREFIXES = {
    "http://www.w3.org/1999/xhtml": "",
    "http://www.xbrl.org/2013/inlineXBRL": "ix:",
    "http://www.xbrl.org/2008/inlineXBRL": "ix:",
    "http://www.xbrl.org/2003/instance": "xbrli:",
    "http://xbrl.org/2006/xbrldi": "xbrldi:",
}
_ENCODING = re.compile(rb"""(?:encoding|charset)\s*=\s*["']?\s*([A-Za-z0-9._:-]{2,40})""", re.IGNORECASE)
_DOCTYPE = re.compile(r"<!DOCTYPE[^<>\[]*>", re.IGNORECASE)
_DECLARED = re.compile(r"<!ENTITY\b|<!DOCTYPE[^<>\[]*\[", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"\A\s*<\?xml\b[^>]*\?>")
_NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_XHTML = re.compile(r"<html\b[^>]{0,20000}\bxmlns\s*=", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_JUNK_SHARE = 0.02  # control characters beyond this share mean that the file is no text
_MAGIC = {b"%PDF-": "a PDF", b"PK\x03\x04": "a zip archive", b"\x1f\x8b": "gzip data", b"\x89PNG": "an image"}

Attributes = Mapping[str, str]


class Handler(ABC):
    """Takes the events of one file. Names are lower-case for HTML, "ix:nonFraction" and so on for XBRL."""

    @abstractmethod
    def start(self, name: str, attributes: Attributes) -> None:
        """An element begins."""

    @abstractmethod
    def text(self, text: str) -> None:
        """Text inside the innermost open element; may come in pieces."""

    @abstractmethod
    def end(self, name: str) -> None:
        """The innermost open element ends."""


AnyHandler = TypeVar("AnyHandler", bound=Handler)


def read_markup(
    file: SourceFile, limits: Limits, make: Callable[[Deadline], AnyHandler]
) -> tuple[AnyHandler, tuple[str, ...]]:
    """Run the file's events through a handler of `make`; returns it, and warnings about the file.

    `make` gets the deadline to look at in its own loops; it is called again when the file turns out not to
    be well-formed. Raises LimitExceededError,
    MalformedError.
    """
    deadline = Deadline(file.name, limits.max_seconds)
    text, warnings = decode(file, limits)
    if _XHTML.search(text[:100_000]):
        handler = make(deadline)
        try:
            _feed(_xml_parser(_Target(handler, file.name, limits, deadline)), text, deadline)
        except etree.XMLSyntaxError as error:
            warnings.append(f"not well-formed XHTML, read as HTML: {_short(error)}")
        else:
            return handler, tuple(warnings)
    handler = make(deadline)
    parser = _html_parser(_Target(handler, file.name, limits, deadline))
    try:
        _feed(parser, text, deadline)
    except etree.LxmlError as error:
        raise MalformedError(file.name, f"cannot be read as HTML: {_short(error)}") from error
    return handler, tuple(warnings)


class _Parser(Protocol):
    """What is used of lxml's parsers."""

    def feed(self, data: str) -> None: ...
    def close(self) -> object: ...


def _xml_parser(target: Any) -> _Parser:
    # huge_tree lifts libxml2's own limits; ours (size, depth, elements, time) hold instead
    return etree.XMLParser(
        target=target, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True
    )


def _html_parser(target: Any) -> _Parser:
    return etree.HTMLParser(target=target, no_network=True, huge_tree=True)


def decode(file: SourceFile, limits: Limits) -> tuple[str, list[str]]:
    """The file as text without XML declaration and DOCTYPE, and warnings.

    Raises LimitExceededError for a large file, MalformedError for one that is empty, binary, or declares
    entities.
    """
    content = file.content
    if len(content) > limits.max_bytes:
        allowed = f"{limits.max_bytes / 1_048_576:g} MB are allowed (FINCHAT_MAX_FILE_MB)"
        raise LimitExceededError(file.name, f"has {len(content) / 1_048_576:.4g} MB; {allowed}")
    for magic, kind in _MAGIC.items():
        if content.startswith(magic):
            raise MalformedError(file.name, f"is {kind}, not HTML")
    text, warnings = _to_text(content)
    controls = sum(len(found.group()) for found in _CONTROL.finditer(text[:1_000_000]))
    if controls > _JUNK_SHARE * min(len(text), 1_000_000) or "<" not in text:
        raise MalformedError(file.name, "holds no HTML" if text.strip() else "is empty")
    if controls:
        text = _CONTROL.sub("", text)
    text = _XML_DECLARATION.sub("", text)
    if _DECLARED.search(text):
        raise MalformedError(file.name, "declares entities in its DOCTYPE; such files are refused")
    text = _DOCTYPE.sub("", text, count=1)
    return _NAMED.sub(_character, text), warnings


def _to_text(content: bytes) -> tuple[str, list[str]]:
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            return content.decode(encoding, "replace"), []
    try:
        return content.decode("utf-8"), []  # ASCII too, whatever it declares
    except UnicodeDecodeError:
        pass
    declared = _ENCODING.search(content[:HEAD])
    name = declared.group(1).decode("ascii").lower() if declared else "windows-1252"
    try:
        codec = codecs.lookup(name).name
        # EDGAR's Latin-1 is Windows-1252 in practice, as browsers read it too
        codec = "cp1252" if codec in {"iso8859-1", "ascii"} else codec
        if codec != "utf-8":
            return content.decode(codec), []
    except (LookupError, UnicodeError):
        pass
    return content.decode("cp1252", "replace"), [f"declares {name} but is not; read as windows-1252"]


def _character(found: re.Match[str]) -> str:
    name = found.group(1)
    if name in _XML_NAMES:
        return found.group()
    return html5.get(name + ";", found.group())


def _short(error: Exception) -> str:
    return str(error).split("\n", 1)[0][:200]


def _feed(parser: _Parser, text: str, deadline: Deadline) -> None:
    for start in range(0, len(text), CHUNK):
        parser.feed(text[start : start + CHUNK])
        deadline.check()
    parser.close()


# old filings leave these open by the thousand; they nest without harm, since no tree is built
_RUNS = frozenset("a b big em font i p s small span strong sub sup u".split())


class _Target:
    """lxml's parser target: counts, names elements plainly, and passes on."""

    def __init__(self, handler: Handler, name: str, limits: Limits, deadline: Deadline) -> None:
        self._start = handler.start
        self._end = handler.end
        self.data = handler.text
        self._name = name
        self._limits = limits
        self._deadline = deadline
        self._depth = 0
        self._elements = 0
        self._names: dict[str, str] = {}

    def start(self, tag: str, attributes: Attributes) -> None:
        self._elements += 1
        if not self._elements % LOOK_EVERY:
            self._look()
        name = self._names.get(tag)
        if name is None:
            name = self._names[tag] = _plain_name(tag)
        if name not in _RUNS:
            self._depth += 1
            if self._depth > self._limits.max_depth:
                raise LimitExceededError(self._name, f"nests elements deeper than {self._limits.max_depth}")
        self._start(name, attributes)

    def end(self, tag: str) -> None:
        name = self._names.get(tag) or _plain_name(tag)
        if name not in _RUNS:
            self._depth -= 1
        self._end(name)

    def comment(self, text: str) -> None:
        """Comments say nothing to a reader."""

    def pi(self, target: str, data: str | None = None) -> None:
        """Processing instructions neither."""

    def close(self) -> None:
        """End of the file."""

    def _look(self) -> None:
        self._deadline.check()
        if self._elements > self._limits.max_elements:
            raise LimitExceededError(self._name, f"has more than {self._limits.max_elements} elements")


_CAMEL = {
    name.lower(): name
    for name in (
        "ix:nonFraction", "ix:nonNumeric", "xbrldi:explicitMember", "xbrldi:typedMember", "xbrli:startDate",
        "xbrli:endDate", "xbrli:unitNumerator", "xbrli:unitDenominator",
    )
}  # fmt: skip


def _plain_name(tag: str) -> str:
    """From "{…inlineXBRL}nonFraction" or "ix:nonfraction" to "ix:nonFraction"; HTML names in lower case."""
    if tag.startswith("{"):
        namespace, _, local = tag[1:].partition("}")
        prefix = _PREFIXES.get(namespace, "?:")
        return prefix + local if prefix else local.lower()
    lowered = tag.lower()
    return _CAMEL.get(lowered, lowered)
