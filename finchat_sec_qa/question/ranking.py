"""Questions for the largest or smallest part: "which segment had the highest revenue", "top product"."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from finchat_sec_qa.facts.formulas import find_formulas
from finchat_sec_qa.facts.lexicon import Entry, Mention, entries, words_of
from finchat_sec_qa.model.plan import Among, Order

USUAL = "revenue"  # what parts are ranked by where the question names no amount
ORDERS: Mapping[Order, frozenset[str]] = {
    "largest": frozenset("largest biggest highest greatest most top leading".split()),
    "smallest": frozenset("smallest lowest least fewest".split()),
}
NO_ORDER = {
    ("most", "recent"),
    ("most", "recently"),
    ("most", "significant"),
    ("most", "important"),
    ("most", "of"),
    ("leading", "to"),
}
LOSS = frozenset({"loss", "losses"})
KINDS: Mapping[Among, tuple[str, ...]] = {
    "region": (
        "geographic segment", "geographic segments", "geographic area", "geographic areas",
        "geographic region", "geographic regions", "geographic market",
        "geographic markets", "region", "regions", "geography", "geographies",
    ),
    "segment": (
        "business segment", "business segments", "operating segment", "operating segments",
        "reportable segment", "reportable segments", "reporting segment", "segment", "segments",
        "line of business", "lines of business", "business line", "business unit", "business units",
        "division", "divisions", "business", "businesses",
    ),
    "product": (
        "product line", "product lines", "product category", "product categories", "product or service",
        "products and services", "product and service", "product", "products", "service line",
        "product group", "product groups", "service", "services", "revenue stream", "revenue category",
    ),
    "country": ("country", "countries"),
}  # fmt: skip
# What such questions say beside the order, the kind, the amount and words without meaning.
SAID = frozenset(
    "which single by brought bring brings in contributed contribute contributes contributing contribution"
    " produced produce share portion part percentage proportion performing terms accounted accounts among"
    " across delivered source ranked ranks rank biggest largest smallest overall its terms measured one ones"
    " yielded".split()
)


@dataclass(frozen=True, slots=True)
class AskedRanking:
    """What is ranked; `spans` are the words of the question that say so."""

    among: Among
    order: Order
    entry: Entry
    spans: tuple[tuple[int, int], ...]


def find_ranking(words: Sequence[str], mentions: Sequence[Mention]) -> AskedRanking | None:
    """The ranking that a question asks for: of one order, one kind and at most one amount; else None."""
    orders = [
        (at, order)
        for at, word in enumerate(words)
        for order, known in ORDERS.items()
        if word in known and tuple(words[at : at + 2]) not in NO_ORDER
    ]
    kinds = _kinds(words)
    keys = {mention.entry.key for mention in mentions}
    if len({order for _, order in orders}) != 1 or len({kind for _, _, kind in kinds}) != 1:
        return None
    if len(keys) > 1 or find_formulas(words):
        return None
    spans = [
        *((at, at + 1) for at, _ in orders),
        *((start, end) for start, end, _ in kinds),
        *((mention.start, mention.end) for mention in mentions),
        *((at, at + 1) for at, word in enumerate(words) if word in SAID),
    ]
    entry = entries()[keys.pop() if keys else USUAL]
    return AskedRanking(kinds[0][2], _order(orders[0][1], words), entry, tuple(spans))


def _order(order: Order, words: Sequence[str]) -> Order:
    """The largest loss is the smallest income."""
    if not LOSS & set(words) or "income" in words:
        return order
    return "smallest" if order == "largest" else "largest"


def _kinds(words: Sequence[str]) -> list[tuple[int, int, Among]]:
    """Words [start, end) that name a kind of parts, the longest where they overlap."""
    found = [
        (at, at + len(term), kind)
        for kind, names in KINDS.items()
        for term in map(words_of, names)
        for at in range(len(words) - len(term) + 1)
        if tuple(words[at : at + len(term)]) == term
    ]
    kept: list[tuple[int, int, Among]] = []
    for start, end, kind in sorted(found, key=lambda item: (item[0] - item[1], item[0])):
        if not any(start < other_end and other_start < end for other_start, other_end, _ in kept):
            kept.append((start, end, kind))
    return sorted(kept)
