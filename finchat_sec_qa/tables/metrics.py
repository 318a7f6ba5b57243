"""Metrics by the names people give them: lexicon entries, formulas, growth, XBRL concepts."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache
from typing import Literal

from finchat_sec_qa.errors import UsageError
from finchat_sec_qa.facts.formulas import formulas
from finchat_sec_qa.facts.lexicon import PREFIXES, entries, words_of

CONCEPT = re.compile(r"(?:(?P<prefix>[A-Za-z][\w-]*):)?(?P<local>[A-Z][A-Za-z0-9]{2,})")
OF_PART = re.compile(rf"(?P<metric>(?:(?P<prefix>{'|'.join(PREFIXES)}):)?[^:]+):(?P<part>[^:]*[^:\s][^:]*)")
GROWTH = "growth"
NEAR = 5  # names offered for an unknown one


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure to look up or compute.

    kind        "entry": a reported number of the lexicon; "formula": computed; "concept": an XBRL concept
    key         the entry's or formula's key, or the concept's local name
    label       as a table prints it
    expression  for "formula": over lexicon keys with prior() and average()
    unit        of the result; "" for a concept, whose facts tell
    part        words that name a segment, product or region; "" for the whole company
    """

    kind: Literal["entry", "formula", "concept"]
    key: str
    label: str
    unit: str
    expression: str = ""
    part: str = ""


def read_metrics(names: Iterable[str]) -> tuple[Metric, ...]:
    """The metrics of those names, each once. Raises UsageError as `read_metric`."""
    return tuple({(metric.key, metric.part): metric for metric in map(read_metric, names)}.values())


def read_metric(name: str) -> Metric:
    """The metric of a name: a key ("gross_margin", "gross-margin"), a term ("net sales"), "revenue-growth",
    or an XBRL concept with or without prefix; behind a colon, of which part ("revenue:Greater China").

    Raises UsageError that lists the nearest names for one that means nothing, and the choices for one that
    means several.
    """
    name = name.strip()
    found, concept, of_part = _by_name(name), CONCEPT.fullmatch(name), OF_PART.fullmatch(name)
    if found is not None:
        return found
    own = concept is not None and of_part is not None and _by_name(of_part["metric"]) is None  # "acme:Anvils"
    if of_part is not None and of_part["metric"] not in PREFIXES and not own:
        return replace(read_metric(of_part["metric"]), part=" ".join(of_part["part"].split()))
    if concept is not None:
        return _concept(name, concept["prefix"], concept["local"])
    raise UsageError(f"unknown metric {name[:80]!r}; {_nearest('_'.join(_words(name)))}")


def _words(name: str) -> tuple[str, ...]:
    return words_of(name.replace("_", " "))


def _by_name(name: str) -> Metric | None:
    """A metric of the lexicon or the list of formulas, or the growth of one; None for an unknown name."""
    words = _words(name)
    if ":" in name:
        return None
    found = _by_key("_".join(words)) or _by_term(name, words)
    if found is None and len(words) > 1 and words[-1] == GROWTH:
        base = _entry_key("_".join(words[:-1])) or _entry_of_term(name, words[:-1])
        return _growth(base) if base is not None else None
    return found


def unknown_concept(metric: Metric) -> UsageError:
    """The error for an XBRL concept that no filing reports."""
    key = "_".join(words_of(metric.key))
    return UsageError(f"no filing here reports the concept or metric {metric.key[:80]!r}; {_nearest(key)}")


@cache
def known_keys() -> tuple[str, ...]:
    """All keys, entries first, as people write them ("gross-margin")."""
    return tuple(key.replace("_", "-") for key in (*entries(), *formulas()))


def _by_key(key: str) -> Metric | None:
    if key in entries():
        entry = entries()[key]
        return Metric("entry", key, entry.label, entry.unit)
    if key in formulas():
        formula = formulas()[key]
        return Metric("formula", key, formula.label, formula.unit, formula.expression)
    return None


def _by_term(name: str, words: tuple[str, ...]) -> Metric | None:
    """A metric by one of its terms, word for word."""
    keys = [entry.key for entry in entries().values() if words in entry.terms]
    keys += [formula.key for formula in formulas().values() if words in formula.terms]
    if len(keys) > 1:
        raise UsageError(f"metric {name[:80]!r} may mean {_written(keys)}; name one of them")
    return _by_key(keys[0]) if keys else None


def _entry_key(key: str) -> str | None:
    return key if key in entries() else None


def _entry_of_term(name: str, words: tuple[str, ...]) -> str | None:
    metric = _by_term(name, words)
    return metric.key if metric is not None and metric.kind == "entry" else None


def _growth(key: str) -> Metric:
    expression = f"({key} - prior({key})) / prior({key})"
    label = f"growth in {entries()[key].label}"
    return Metric("formula", f"{key}_{GROWTH}", label, "percent", expression)


def _concept(name: str, prefix: str | None, local: str) -> Metric:
    if prefix is not None and prefix not in PREFIXES:
        raise UsageError(
            f"concept {name[:80]!r} is a company's own and compares with nothing; "
            f"`finchat facts FILING --concept {name[:80]}` lists its facts"
        )
    return Metric("concept", local, local, "")


def _nearest(key: str) -> str:
    """What a mistyped name may have meant: keys, and entries whose terms are near."""
    terms = {"_".join(term): entry.key for entry in entries().values() for term in entry.terms}
    terms |= {"_".join(term): formula.key for formula in formulas().values() for term in formula.terms}
    names = {**terms, **{key: key for key in (*entries(), *formulas())}}
    near = get_close_matches(key, names, n=3 * NEAR, cutoff=0.6)
    keys = list(dict.fromkeys(names[match] for match in near))[:NEAR]
    if keys:
        return f"near ones are {_written(keys)}"
    return f"known are {_written(list(known_keys())[:12])} and {len(known_keys()) - 12} more (docs/cli.md)"


def _written(keys: Iterable[str]) -> str:
    return ", ".join(key.replace("_", "-") for key in keys)
