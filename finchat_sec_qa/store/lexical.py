"""The tantivy index: one folder per index, one entry per passage. Knows passages and filings by number."""

import os
import shutil
import tempfile
import weakref
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tantivy
from tantivy import Document, Index, Occur, Query, SchemaBuilder

from finchat_sec_qa.errors import StoreError
from finchat_sec_qa.index.header import filing_header, place_header
from finchat_sec_qa.index.tokens import term_line
from finchat_sec_qa.index.weights import BODY_WEIGHT, HEADER_WEIGHT, MAX_TERMS
from finchat_sec_qa.model.document import Section
from finchat_sec_qa.model.filing import Filing
from finchat_sec_qa.model.passage import Passage

HEAP_BYTES = 64_000_000
_BLANKS = "whitespace"  # the analyser that only splits: what a term is, index.tokens says
_COUNTS = "freq"


class BrokenIndexError(StoreError):
    """An index folder cannot be used. Nothing is lost with it: the tables hold all that it holds."""


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """A passage ready to be indexed: `body` and `header` are terms with blanks between them."""

    passage: int
    filing: int
    body: str
    header: str


@dataclass(frozen=True, slots=True)
class IndexHit:
    """A passage number and its score."""

    passage: int
    score: float


def entries(
    no: int,
    filing: Filing,
    texts: Sequence[str],
    sections: Sequence[Sequence[Section]],
    passages: Iterable[tuple[int, Passage]],
) -> Iterator[IndexEntry]:
    """What to index of one filing; `texts` and `sections` by document, passages with their numbers."""
    shared = term_line(filing_header(filing))
    headers: dict[tuple[int, str, str], str] = {}
    for number, passage in passages:
        place = (passage.document, passage.section, passage.heading)
        if place not in headers:
            title = _title(sections[passage.document], passage)
            headers[place] = f"{shared} {term_line(place_header(passage.section, title, passage.heading))}"
        body = term_line(texts[passage.document][passage.start : passage.end])
        yield IndexEntry(number, no, body, headers[place])


def _title(sections: Sequence[Section], passage: Passage) -> str:
    found = (s.title for s in sections if s.start <= passage.start < s.end and s.label == passage.section)
    return next(found, "")


def is_usable(folder: Path) -> bool:
    """True when an index is there that this version of tantivy can read."""
    try:
        return bool(Index.exists(str(folder)) and Index.is_compatible(str(folder)))
    except (OSError, ValueError):
        return False


class IndexWriter:
    """Adds to one index. Nothing is seen by readers before `commit`; `close` without it undoes."""

    def __init__(self, folder: Path, *, new: bool = False) -> None:
        """Open the index in `folder`; `new` replaces whatever is there by an empty one."""
        self._folder = folder
        with _translated(folder):
            if new:
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir(mode=0o700, parents=True)
            index = Index(_schema(), path=str(folder), reuse=not new)
            self._writer = index.writer(heap_size=HEAP_BYTES, num_threads=1)
            self._index = index

    def add(self, found: Iterable[IndexEntry]) -> int:
        """Add passages; returns how many."""
        count = 0
        with _translated(self._folder):
            for entry in found:
                self._writer.add_document(
                    Document(passage=entry.passage, filing=entry.filing, body=entry.body, header=entry.header)
                )
                count += 1
        return count

    def forget(self, filing: int) -> bool:
        """Take out the passages of a filing, committed or not; True when some were committed.

        Until their part of the index is merged they still weigh in its statistics.
        """
        with _translated(self._folder):
            self._index.reload()
            known = self._index.searcher().doc_freq("filing", filing)
            self._writer.delete_documents_by_term("filing", filing)
        return known > 0

    def commit(self) -> None:
        """Make what was added and forgotten visible and durable, all at once."""
        with _translated(self._folder):
            self._writer.commit()

    def close(self) -> None:
        """Wait for background work and let go of the folder."""
        with _translated(self._folder):
            self._writer.wait_merging_threads()


class IndexReader:
    """One index as it was at one commit. Threads may share it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with _translated(folder):
            index = Index.open(str(self._lockable(folder)))
            index.config_reader(reload_policy="manual")  # else every reader starts a thread that polls
            index.reload()
            self._schema = index.schema
            self._searcher = index.searcher()

    def _lockable(self, folder: Path) -> Path:
        """The folder, or one with its files where it cannot be written to: tantivy makes lock files to read.

        A file never changes under its name, so links do, except for the lists of files (.json).
        """
        if os.access(folder, os.W_OK):
            return folder
        stand_in = Path(tempfile.mkdtemp(prefix="finchat-index-"))
        weakref.finalize(self, shutil.rmtree, stand_in, ignore_errors=True)
        # Lists first: what a writer adds meanwhile is not in them, and what it takes out is missed at once.
        for file in sorted(folder.iterdir(), key=lambda file: file.suffix != ".json"):
            if file.suffix == ".json":
                shutil.copyfile(file, stand_in / file.name)
            elif file.suffix != ".lock":
                (stand_in / file.name).symlink_to(file.absolute())
        return stand_in

    @property
    def passages(self) -> int:
        """How many passages it holds."""
        return int(self._searcher.num_docs)

    def count(self, filing: int) -> int:
        """How many passages of one filing it holds."""
        with _translated(self._folder):
            found: Any = self._searcher.search(self._in_filings([filing]), limit=1, count=True)
        return int(found.count)

    def find(
        self, terms: Sequence[tuple[str, float]], filings: Collection[int] | None, limit: int
    ) -> list[IndexHit]:
        """The best `limit` passages for weighted terms in these filings (None = in any), best first."""
        query = self._any_term(terms)
        if filings is not None:
            within = Query.const_score_query(self._in_filings(filings), 0.0)
            query = Query.boolean_query([(Occur.Must, query), (Occur.Must, within)])
        with _translated(self._folder):
            hits = self._searcher.search(query, limit=limit, count=False).hits
            numbers = self._searcher.fast_field_values("passage", [address for _, address in hits])
        return [
            IndexHit(int(number or 0), float(score)) for number, (score, _) in zip(numbers, hits, strict=True)
        ]

    def _any_term(self, terms: Sequence[tuple[str, float]]) -> Query:
        wanted = []
        for term, weight in heaviest(terms):
            for field, share in (("body", BODY_WEIGHT), ("header", HEADER_WEIGHT)):
                query = Query.term_query(self._schema, field, term, _COUNTS)
                wanted.append((Occur.Should, Query.boost_query(query, weight * share)))
        return Query.boolean_query(wanted)

    def _in_filings(self, filings: Collection[int]) -> Query:
        if len(filings) == 1:
            return Query.term_query(self._schema, "filing", next(iter(filings)), "basic")
        return Query.term_set_query(self._schema, "filing", sorted(filings))


def heaviest(terms: Iterable[tuple[str, float]]) -> list[tuple[str, float]]:
    """Each term once with its weights added up, at most MAX_TERMS, without those that weigh nothing."""
    total: dict[str, float] = {}
    for term, weight in terms:
        total[term] = total.get(term, 0.0) + weight
    ranked = sorted(((term, weight) for term, weight in total.items() if weight > 0), key=_by_weight)
    return ranked[:MAX_TERMS]


def _by_weight(weighted: tuple[str, float]) -> tuple[float, str]:
    return -weighted[1], weighted[0]


def _schema() -> tantivy.Schema:
    return (
        SchemaBuilder()
        .add_integer_field("passage", fast=True)
        .add_integer_field("filing", indexed=True)
        .add_text_field("body", tokenizer_name=_BLANKS, index_option=_COUNTS)
        .add_text_field("header", tokenizer_name=_BLANKS, index_option=_COUNTS)
        .build()
    )


@contextmanager
def _translated(folder: Path) -> Iterator[None]:
    """Translate tantivy's errors, which are ValueError, OSError and RuntimeError."""
    try:
        yield
    except (ValueError, OSError, RuntimeError) as error:
        raise BrokenIndexError(
            f"{folder}: the search index failed: {error}; `finchat store rebuild` makes it anew"
        ) from error
