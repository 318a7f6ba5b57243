"""Plain words for XBRL names."""

import re

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
    """The words of a dimension member; country codes stay as they are: "country:JP" gives "JP"."""
    prefix, _, local = name.rpartition(":")
    if prefix == "country":
        return local
    return concept_label(local.removesuffix("Member"))
