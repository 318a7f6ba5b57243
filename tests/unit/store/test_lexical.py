"""The index against a plain BM25 of our own, and what it does with odd input."""

import math
import random
from collections import Counter
from pathlib import Path

import pytest

from finchat_sec_qa.errors import StoreError
from finchat_sec_qa.index.weights import BODY_WEIGHT, HEADER_WEIGHT, MAX_TERMS
from finchat_sec_qa.store.lexical import IndexEntry, IndexReader, IndexWriter, heaviest, is_usable

WORDS = [f"w{number}" for number in range(60)]


def made_entries(count: int, seed: int = 1) -> list[IndexEntry]:
    """Short fields: up to 40 terms the index keeps lengths exactly, beyond that roughly."""
    chance = random.Random(seed)
    return [
        IndexEntry(
            passage=100 + number,
            filing=number // 10,
            body=" ".join(chance.choices(WORDS, k=chance.randint(1, 40))),
            header=" ".join(chance.choices(WORDS[:15], k=chance.randint(1, 8))),
        )
        for number in range(count)
    ]


def bm25(fields: list[str], query: str, k1: float = 1.2, b: float = 0.75) -> list[float]:
    counts = [Counter(field.split()) for field in fields]
    average = sum(count.total() for count in counts) / len(counts)
    holding = sum(1 for count in counts if count[query])
    rarity = math.log(1 + (len(counts) - holding + 0.5) / (holding + 0.5))
    return [
        rarity * count[query] * (k1 + 1) / (count[query] + k1 * (1 - b + b * count.total() / average))
        for count in counts
    ]


def built(folder: Path, entries: list[IndexEntry]) -> IndexReader:
    writer = IndexWriter(folder, new=True)
    writer.add(entries)
    writer.commit()
    writer.close()
    return IndexReader(folder)


@pytest.mark.parametrize("filings", [None, [3], [0, 4, 7]])
def test_scores_are_those_of_a_plain_bm25(tmp_path: Path, filings: list[int] | None) -> None:
    entries = made_entries(120)
    reader = built(tmp_path / "i", entries)
    chance = random.Random(7)
    for _ in range(10):
        terms = [(word, chance.choice([0.5, 1.0, 2.0])) for word in chance.sample(WORDS, 5)]
        expected = Counter[int]()
        for word, weight in terms:
            bodies = bm25([entry.body for entry in entries], word)
            headers = bm25([entry.header for entry in entries], word)
            for entry, body, header in zip(entries, bodies, headers, strict=True):
                if filings is None or entry.filing in filings:
                    expected[entry.passage] += weight * (BODY_WEIGHT * body + HEADER_WEIGHT * header)
        wanted = {passage: score for passage, score in expected.items() if score > 0}
        found = {hit.passage: hit.score for hit in reader.find(terms, filings, 500)}
        assert found.keys() == wanted.keys()
        assert all(math.isclose(found[passage], wanted[passage], rel_tol=1e-4) for passage in wanted)


def test_hits_come_best_first_and_are_cut(tmp_path: Path) -> None:
    reader = built(tmp_path / "i", made_entries(200))
    every = reader.find([("w1", 1.0), ("w2", 1.0)], None, 1_000)
    assert [hit.score for hit in every] == sorted((hit.score for hit in every), reverse=True)
    assert [hit.score for hit in reader.find([("w1", 1.0), ("w2", 1.0)], None, 7)] == [
        hit.score for hit in every[:7]
    ]


def test_nothing_is_seen_before_the_commit(tmp_path: Path) -> None:
    reader = built(tmp_path / "i", made_entries(20))
    writer = IndexWriter(tmp_path / "i")
    writer.add([IndexEntry(1, 99, "walrus", "")])
    assert IndexReader(tmp_path / "i").passages == 20
    writer.commit()
    assert IndexReader(tmp_path / "i").passages == 21
    assert reader.passages == 20
    writer.close()


def test_forgotten_filings_are_gone_and_known_to_weigh(tmp_path: Path) -> None:
    built(tmp_path / "i", made_entries(40))
    writer = IndexWriter(tmp_path / "i")
    writer.add([IndexEntry(1, 99, "walrus", "")])
    assert not writer.forget(99)  # added, but never committed
    assert writer.forget(2)
    assert not writer.forget(77)
    writer.commit()
    writer.close()
    reader = IndexReader(tmp_path / "i")
    assert (reader.count(99), reader.count(2), reader.count(3), reader.passages) == (0, 0, 10, 30)


def test_usable_is_only_what_tantivy_can_open(tmp_path: Path) -> None:
    assert not is_usable(tmp_path / "none")
    built(tmp_path / "i", made_entries(3))
    assert is_usable(tmp_path / "i")
    (tmp_path / "i" / "meta.json").write_text("{")
    assert not is_usable(tmp_path / "i")
    with pytest.raises(StoreError, match="store rebuild"):
        IndexReader(tmp_path / "i")
    with pytest.raises(StoreError, match="store rebuild"):
        IndexWriter(tmp_path / "i")


def test_terms_add_up_and_the_lightest_of_very_many_go() -> None:
    assert heaviest([("b", 1.0), ("a", 1.0), ("b", 1.0), ("c", 0.0), ("d", -2.0)]) == [("b", 2.0), ("a", 1.0)]
    many = heaviest((f"t{number:04}", 1.0 + number) for number in range(5_000))
    assert len(many) == MAX_TERMS
    assert many[0] == ("t4999", 5_000.0)
