"""Which printed row is which figure: patterns over plain labels (data in rows.toml)."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

StatementKind = Literal["income", "balance", "cash"]
Sign = Literal["printed", "size", "cost", "tax", "loss", "gain"]
KINDS: dict[str, StatementKind] = {"income": "income", "balance": "balance", "cash": "cash"}
SIGNS: dict[str, Sign] = {
    "printed": "printed", "size": "size", "cost": "cost", "tax": "tax", "loss": "loss", "gain": "gain"
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RowRule:
    """How the row of one lexicon entry is recognised.

    key       of the lexicon entry
    kind      the statement that prints it
    labels    patterns over the whole plain label, the surest first; `never` rules labels out
    captions  a pattern that one of the captions above the row must fit, None for any
    unit      of the row's values: "USD", "USD/shares", "shares"
    sign      "printed" as it stands; "size" without sign (outflows and costs are asked for as amounts);
              "cost" the same unless the label allows for the reverse, "expense (income)"; "tax" positive for
              an expense; "loss" negative where the label says loss; "gain" negative where it says expense
    alone     rows that rule it out beside them, unless its first pattern fits: parts of a total not printed
    last      True where the last row that fits is meant, as for net amounts below gross ones
    instant   True for a balance that a flow statement prints
    """

    key: str
    kind: StatementKind
    labels: tuple[re.Pattern[str], ...]
    never: re.Pattern[str] | None
    captions: re.Pattern[str] | None
    alone: re.Pattern[str] | None
    unit: str
    sign: Sign
    last: bool
    instant: bool


@cache
def row_rules() -> tuple[RowRule, ...]:
    """All rules, in the order in which rows are given away."""
    data = tomllib.loads(files(__package__).joinpath("rows.toml").read_text(encoding="utf-8"))
    return tuple(_rule(kind, key, fields) for kind, rules in data.items() for key, fields in rules.items())


def _rule(kind: str, key: str, fields: dict[str, object]) -> RowRule:
    known = {"labels", "never", "captions", "unit", "sign", "last", "instant", "alone"}
    if unknown := set(fields) - known:
        raise ValueError(f"rows.toml [{kind}.{key}]: unknown {sorted(unknown)}; known are {sorted(known)}")
    labels = fields["labels"]
    if not isinstance(labels, list):
        raise TypeError(f"rows.toml [{kind}.{key}]: labels must be a list")
    return RowRule(
        key=key,
        kind=KINDS[kind],
        labels=tuple(re.compile(str(pattern)) for pattern in labels),
        never=_pattern(fields.get("never")),
        captions=_pattern(fields.get("captions")),
        alone=_pattern(fields.get("alone")),
        unit=str(fields.get("unit", "USD")),
        sign=SIGNS[str(fields.get("sign", "printed"))],
        last=bool(fields.get("last", False)),
        instant=bool(fields.get("instant", False)),
    )


def _pattern(value: object) -> re.Pattern[str] | None:
    return None if value is None else re.compile(str(value))
