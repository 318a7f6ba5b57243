"""Plain words for XBRL names."""

import re
from collections.abc import Sequence

from finchat_sec_qa.facts.countries import countries
from finchat_sec_qa.model.fact import PRINTED

SMALL_WORDS = frozenset("and of the in for other excluding segment segments".split())
I_NAME = re.compile(r"I(?=[A-Z][a-z])")  # "IPhone", as element names write "iPhone"
WORDS = re.compile(r"[A-Z]{2,}(?=[A-Z][a-z]|\b|\d)|[A-Z]?[a-z]+|[A-Z]+|\d+")


def concept_words(name: str) -> list[str]:
    """The words of a camel-case name, prefix dropped: "us-gaap:NetIncomeLoss" gives Net, Income, Loss."""
    return WORDS.findall(name.rpartition(":")[2])


def concept_label(name: str) -> str:
    """A readable label: "us-gaap:NetIncomeLoss" gives "Net income loss"."""
    words = concept_words(name)
    lowered = [word if word.isupper() and len(word) > 1 else word.lower() for word in words]
    label = " ".join(lowered)
    return label[:1].upper() + label[1:]


def member_label(name: str) -> str:
    """The name of a dimension member: "Data Center" for nvda:DataCenterMember, "Japan" for country:JP.

    One that was read from print is called as the table prints it.
    """
    prefix, _, local = name.rpartition(":")
    if prefix == PRINTED:
        return local
    if prefix == "country":
        return countries()[local][0].title() if local in countries() else local
    local = local.removesuffix("Member")
    mark = "i" if I_NAME.match(local) else ""
    words = concept_words(local.removeprefix("I") if mark else local)
    return mark + " ".join(word.lower() if word.lower() in SMALL_WORDS else word for word in words)


def listed(items: Sequence[str]) -> str:
    """Things in a row: "iPhone, Mac and iPad"."""
    return " and ".join([*([", ".join(items[:-1])] if len(items) > 1 else []), *items[-1:]])
