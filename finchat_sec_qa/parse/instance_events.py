"""The XML of an XBRL instance to raw facts, contexts and units, without building a tree."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from finchat_sec_qa.errors import LimitExceededError, MalformedError
from finchat_sec_qa.model.filing import SourceFile
from finchat_sec_qa.parse.contexts import Context, Contexts
from finchat_sec_qa.parse.limits import Deadline, Limits
from finchat_sec_qa.parse.markup import decode

_CHUNK = 1 << 18  # characters between looks at the clock
_LOOK_EVERY = 2_048  # elements between looks at the clock
_MAX_WARNINGS = 20
_INSTANCE = "http://www.xbrl.org/2003/instance"
_PREFIXES = {_INSTANCE: "xbrli:", "http://xbrl.org/2006/xbrldi": "xbrldi:"}
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True, slots=True)
class RawFact:
    """A fact as the XML has it; `unit` is "" for a text fact."""

    concept: str
    context: str
    unit: str
    decimals: str
    id: str
    language: str
    nil: bool
    text: str


@dataclass(frozen=True, slots=True)
class Instance:
    """What an instance holds, in the order of the file."""

    facts: list[RawFact]
    contexts: Mapping[str, Context]
    units: Mapping[str, str]
    warnings: list[str] = field(default_factory=list)


def read_instance(file: SourceFile, limits: Limits, deadline: Deadline) -> Instance:
    """Read all facts. Raises MalformedError (no XBRL instance, not well-formed), LimitExceededError."""
    text, warnings = decode(file, limits)
    target = _Target(file.name, limits, deadline)
    taken: Any = target  # the stubs do not know targets that take namespaces
    # huge_tree lifts libxml2's own limits; ours (size, depth, elements, time) hold instead
    parser = etree.XMLParser(
        target=taken, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True
    )
    try:
        for start in range(0, len(text), _CHUNK):
            parser.feed(text[start : start + _CHUNK])
            deadline.check()
        parser.close()
    except etree.XMLSyntaxError as error:
        short = str(error).split("\n", 1)[0][:200]
        raise MalformedError(file.name, f"not well-formed XML: {short}") from error
    if not target.is_instance:
        raise MalformedError(file.name, "an XML file, but no XBRL instance")
    collected = target.collected
    return Instance(target.facts, collected.contexts, collected.units, warnings[:_MAX_WARNINGS])


class _Target:
    """lxml's parser target: facts stand right below the root, contexts and units beside them."""

    def __init__(self, name: str, limits: Limits, deadline: Deadline) -> None:
        self.collected = Contexts()
        self.facts: list[RawFact] = []
        self.is_instance = False
        self._name = name
        self._limits = limits
        self._deadline = deadline
        self._depth = 0
        self._elements = 0
        self._prefixes: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._open: Mapping[str, str] | None = None
        self._text: list[str] = []

    def start(self, tag: str, attributes: Mapping[str, str], namespaces: Mapping[str | None, str]) -> None:
        self._count()
        for prefix, namespace in namespaces.items():
            self._prefixes.setdefault(namespace, prefix or "")
        if self._depth == 1:
            self.is_instance = tag == f"{{{_INSTANCE}}}xbrl"
        elif self._depth == 2 and "contextRef" in attributes:
            self._open = dict(attributes)
            self._text = []
        elif self._open is None:
            self.collected.start(self._plain(tag), attributes)

    def data(self, text: str) -> None:
        if self._open is not None:
            self._text.append(text)
        elif self.collected.wants_text:
            self.collected.text(text)

    def end(self, tag: str) -> None:
        if self._open is None:
            self.collected.end(self._plain(tag))
        elif self._depth == 2:
            self.facts.append(self._fact(tag, self._open))
            self._open = None
        self._depth -= 1

    def comment(self, text: str) -> None:
        """Comments say nothing."""

    def pi(self, target: str, data: str | None = None) -> None:
        """Processing instructions neither."""

    def close(self) -> None:
        """End of the file."""

    def _fact(self, tag: str, attributes: Mapping[str, str]) -> RawFact:
        namespace, _, local = tag[1:].partition("}") if tag.startswith("{") else ("", "", tag)
        prefix = self._prefixes.get(namespace, "")
        nil = attributes.get(_NIL, "").strip() in ("true", "1")
        return RawFact(
            concept=f"{prefix}:{local}" if prefix else local,
            context=attributes["contextRef"].strip(),
            unit=attributes.get("unitRef", "").strip(),
            decimals=attributes.get("decimals", "").strip(),
            id=attributes.get("id", "").strip(),
            language=attributes.get(_LANGUAGE, ""),
            nil=nil,
            text="" if nil else "".join(self._text).strip(),
        )

    def _plain(self, tag: str) -> str:
        name = self._names.get(tag)
        if name is None:
            namespace, _, local = tag[1:].partition("}") if tag.startswith("{") else ("", "", tag)
            name = self._names[tag] = _PREFIXES.get(namespace, "?:") + local
        return name

    def _count(self) -> None:
        self._depth += 1
        self._elements += 1
        if self._depth > self._limits.max_depth:
            raise LimitExceededError(self._name, f"nests elements deeper than {self._limits.max_depth}")
        if self._elements > self._limits.max_elements:
            raise LimitExceededError(self._name, f"has more than {self._limits.max_elements:,} elements")
        if not self._elements % _LOOK_EVERY:
            self._deadline.check()
