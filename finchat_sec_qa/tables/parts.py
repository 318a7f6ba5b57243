"""Parts of a company in tables: a segment, product or region by the company's own name for it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from finchat_sec_qa.answer.findings import Company, Miss
from finchat_sec_qa.facts.labels import listed
from finchat_sec_qa.facts.lexicon import Entry, words_of
from finchat_sec_qa.facts.members import (
    GEOGRAPHY,
    KIND_WORDS,
    PRODUCT,
    SEGMENT,
    axes_named,
    cut_of,
    matching,
    part_name,
)
from finchat_sec_qa.model.fact import Fact

AXES: Final = {SEGMENT: "segment", PRODUCT: "product", GEOGRAPHY: "region"}
_KINDS: Final = {"segment": "segment", "product": "product", "region": "geography"}  # words that name an axis
LINKS = frozenset({"of", "in"})  # words between the names of a part on two axes
MOST_CHOICES = 12


@dataclass(frozen=True, slots=True)
class Part:
    """A part by its name and the kind of its axis: "segment", "product", "region"; "" for one on several."""

    name: str = ""
    axis: str = ""

    @property
    def member(self) -> tuple[str, ...]:
        """The words that a member must explain, and one that says on which axis it stands."""
        words = tuple(word for word in self.said if word not in LINKS)
        return (*words, _KINDS[self.axis]) if self.axis in _KINDS else words

    @property
    def said(self) -> tuple[str, ...]:
        """The words of its name."""
        return words_of(self.name)

    def holds(self, fact: Fact) -> bool:
        """Whether a fact is of this part; for the whole, whether it is of no part."""
        if not self.name:
            return not fact.dimensions
        return bool(matching(self.member, self.said, [("", fact)])) and part_of_fact(fact).axis == self.axis


WHOLE = Part()


def part_of_fact(fact: Fact) -> Part:
    """The part that a fact is of; WHOLE for the whole and for cuts that have no name."""
    cut = cut_of(fact)
    return Part(part_name(fact), AXES.get(cut[0][0], "") if len(cut) == 1 else "") if cut else WHOLE


def find_part(company: Company, entry: Entry, text: str) -> Part | Miss:
    """The part that a name means: the company's own name for it, or words that only one of its names has."""
    words = words_of(text)
    facts = company.facts(entry)
    exact = matching(tuple(word for word in words if word not in LINKS), words, facts)
    if exact:
        return part_of_fact(exact[0][1])
    axes = axes_named(words)
    wanted = {word for word in words if word not in KIND_WORDS} or set(words)
    parts = _parts(fact for _, fact in facts)
    having = [part for part in parts if wanted <= set(part.said)]
    near = [part for part in having if AXES.get(axes, part.axis) == part.axis] or having
    if len({part.name for part in near}) == 1:
        return near[0]
    if near:
        told = f"“{text}” may mean {_choices(near, 'or')} of {company.subject.name}; name one of them."
        return Miss("ambiguous", told, company.searched)
    message = f"The filings of {company.subject.name} here report no {entry.label} for “{text}”."
    if parts:
        message += f" Parts that it is reported for: {_choices(parts, 'and')}."
    return Miss("not_disclosed", message, company.searched)


def _parts(facts: Iterable[Fact]) -> list[Part]:
    """The parts on one axis that facts are of, each once."""
    found = dict.fromkeys(part_of_fact(fact) for fact in facts)
    return [part for part in found if part.axis]


def _choices(parts: Sequence[Part], joined: str) -> str:
    names = list(dict.fromkeys(part.name for part in parts))
    shown = [*names[:MOST_CHOICES], *(["others"] if len(names) > MOST_CHOICES else [])]
    return listed(shown) if joined == "and" else " or ".join(listed(shown).rsplit(" and ", 1))
