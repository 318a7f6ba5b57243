"""A question's sentences by what they do: ask, define a figure, or say how and from where to answer."""

import re
from dataclasses import dataclass

from finchat_sec_qa.retrieve.query import without_contingencies

_ASKING = (
    r"(?:what|which|how\s+(?:much|many)|by\s+(?:what|how)|did|does|do|is|was|were|are|has|have|who|when|where"
    r"|why)\b"
)
_END = re.compile(
    r"(?<=[.?!])(?<!\bInc\.)(?<!\bCorp\.)(?<!\bCo\.)(?<!\bLtd\.)(?<!\bU\.S\.)(?<!\bvs\.)\s+(?=(?-i:[A-Z(]))"
    rf"|(?<=:)\s+(?={_ASKING})",
    re.IGNORECASE,
)
# "Using only the balance sheet, what …": where to look, before the question itself
_LEAD = re.compile(rf"^(?P<lead>[^?]*?[,:])\s+(?P<rest>{_ASKING}.*)$", re.IGNORECASE | re.DOTALL)
_SOURCE = re.compile(
    r"\b(?:statements?|balance\s+sheet|p\s*&\s*l|information|details|data|line\s+items|judg(?:e?ments?|ing)|question"
    r"|perspective|analyst|banker|investor|metric)\b",
    re.IGNORECASE,
)
_INSTRUCTS = re.compile(
    r"^(?:please\b|answer|round|give|provide|respond|address|calculate|compute|use\b|utili[sz]e|base\b|state\b"
    r"|express|report"
    r"|rely|refer|assume|pretend|imagine|you\b|we\s+(?:need|want|are)\b|i\s+(?:need|want)\b|help\b|your\b|show\b"
    r"|find\b|return"
    r"|make\s+sure|keep\b|here|the\s+answer\b|look\b|draw\b|consult|in\s+units\b)",
    re.IGNORECASE,
)
# An instruction with such words changes what is asked for: it is no mere matter of form.
_CHANGES = re.compile(
    r"\bexclud|\bexcept|\badjust|\bnon-?gaap|\borganic|\bconstant|\bpro\s+forma|\bnormali[sz]|\bcore\b|\bsegment"
    r"|\bignor|\bwithout\b|\bone-time|\badd\s+back|\bdiscontinued",
    re.IGNORECASE,
)
_USES = re.compile(
    r"^(?:please\s+)?(?:calculate|compute|derive)\s+(?!(?:or|what|the\s+answer|your|and|it|this)\b|\().*\busing\b",
    re.IGNORECASE,
)
_DEFINES = re.compile(
    r"^(?:please\s+)?define\s+(?P<name2>.+?)\s+(?:here\s+)?(?:as|to\s+be)\b:?\s*(?P<how2>.+)$"
    r"|^(?:where\s+)?(?P<name>.+?)\s+(?:here\s+)?(?:is|are|can\s+be|should\s+be)\s+(?:here\s+)?"
    r"(?:defined|calculated|computed)\s+(?:as|by|here\s+as)\b:?\s*(?P<how>.+)$"
    r"|^(?P<name3>[^=?]{2,60}?)\s+=\s+(?P<how3>.+)$",
    re.IGNORECASE | re.DOTALL,
)
# asides: where an amount stands, former names, politeness
_ASIDE = re.compile(
    r"\s*\((?:[^()]*\bfrom\s+(?:the\s+)?(?:[\w&]+\s+){0,3}(?:statement|sheet|income|flows)|formerly|f/k/a|previously)\b[^()]*\)"
    r"|\s*\bto\s+the\s+best\s+of\s+your\s+(?:abilit(?:y|ies)|knowledge)\b",
    re.IGNORECASE,
)
# how a question begins that could as well begin with its figure
_POLITE = re.compile(
    r"\b(?:(?:can|could|would|will)\s+you\s+(?:please\s+)?(?:tell|give|show|get|find|look\s+up)(?:\s+me|\s+us)?"
    r"|(?:i|we)(?:['’]d|\s+would)?\s+(?:need|want|like)(?:\s+to\s+(?:know|see|find\s+out))?(?!\s+to\b)"
    r"|(?:i['’]m|i\s+am|we\s+are)\s+looking\s+for|look\s+up|let\s+me\s+know"
    r"|how\s+(?:big|large|high|low|small)(?=\s+(?:is|was|were|are)\b))\b",
    re.IGNORECASE,
)
_DIVIDED = re.compile(
    r"\(?\s*\busing\s+(?P<above>[^()]+?)\s+as\s+(?:the\s+)?numerator\s+and\s+(?P<below>[^()]+?)\s+as\s+(?:the\s+)?"
    r"denominator\s*\)?",
    re.IGNORECASE,
)
_DEFINED_AS = (
    r"(?:here\s+|which\s+is\s+|where\s+it\s+is\s+)?(?:defined|calculated|computed)\s+(?:here\s+)?as:?\s*"
)
_INSIDE = re.compile(
    rf"\s*\(\s*{_DEFINED_AS}(?P<how>(?:[^()]|\([^()]*\))+)\)|\s*,\s*{_DEFINED_AS}(?P<rest>[^?]+?)(?=\s*\?|$)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Definition:
    """A figure that the question defines: its name ("" for the figure asked for) and how it is computed."""

    name: str
    how: str


@dataclass(frozen=True, slots=True)
class Clauses:
    """What asks, and what defines; instructions about form and place are left out.

    `uses` are sentences that say what a figure is computed from without saying how.
    """

    asking: str
    definitions: tuple[Definition, ...]
    uses: tuple[str, ...] = ()


def split_clauses(question: str) -> Clauses:
    """Take a question apart; without a question mark all but instructions asks."""
    question = _POLITE.sub(" ", _ASIDE.sub(" ", without_contingencies(question)))
    sentences = [part.strip() for part in _END.split(question) if part and part.strip()]
    marked = any(sentence.endswith("?") for sentence in sentences)
    asking: list[str] = []
    definitions: list[Definition] = []
    uses: list[str] = []
    for sentence in sentences:
        found = None if sentence.endswith("?") else _DEFINES.match(sentence.rstrip("."))
        if found:
            parts = found.groupdict()
            name = parts["name"] or parts["name2"] or parts["name3"]
            definitions.append(Definition(name, parts["how"] or parts["how2"] or parts["how3"]))
        elif _USES.match(sentence):
            uses.append(sentence)
        elif sentence.endswith("?") or not _is_instruction(sentence, marked=marked):
            asking.append(_without_lead(sentence))
    joined = " ".join(asking)
    joined, inside = _take_definition(joined)
    return Clauses(joined or question, (*definitions, *inside), tuple(uses))


def _take_definition(asking: str) -> tuple[str, list[Definition]]:
    """What asks without the definition inside it, and that definition."""
    inside = _INSIDE.search(asking)
    how = (inside["how"] or inside["rest"]) if inside else ""
    if inside is None:
        inside = _DIVIDED.search(asking)
        how = f"({inside['above']}) / ({inside['below']})" if inside else ""
    if inside is None:
        return asking, []
    return f"{asking[: inside.start()]} {asking[inside.end() :]}", [Definition("", how)]


def _is_instruction(sentence: str, *, marked: bool) -> bool:
    """Whether a sentence only says how to answer; without a marked question it must also name sources."""
    if _CHANGES.search(sentence.replace("unadjusted", "")):
        return False
    if sentence.endswith(":") and _SOURCE.search(sentence):
        return True
    return _INSTRUCTS.match(sentence) is not None and (marked or _SOURCE.search(sentence) is not None)


def _without_lead(sentence: str) -> str:
    """The question without the clause before it that only names sources."""
    found = _LEAD.match(sentence)
    if found is None:
        return sentence
    lead = found["lead"]
    if _SOURCE.search(lead) and not _CHANGES.search(lead) and not re.search(r"\d", lead):
        return found["rest"]
    return sentence
