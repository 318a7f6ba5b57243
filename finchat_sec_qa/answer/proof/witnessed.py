"""The witnesses of an answer's numbers, made again from the bytes and compared with those that it tells."""

from collections.abc import Iterator, Sequence

from finchat_sec_qa.answer.proof.evidence import Problem
from finchat_sec_qa.answer.proof.recheck import Recheck, Rechecked, source_of
from finchat_sec_qa.answer.ranked import is_ranked
from finchat_sec_qa.answer.sentences import of_another_year
from finchat_sec_qa.answer.witnesses import Cited, witnesses_of
from finchat_sec_qa.cite.places import Source
from finchat_sec_qa.model.answer import Answer, Citation, Witness
from finchat_sec_qa.model.companyfacts import filing_id
from finchat_sec_qa.model.fact import Fact


class Anew:
    """What stands beside cited facts, in documents that are read anew."""

    def __init__(self, again: Sequence[Rechecked], recheck: Recheck) -> None:
        self._read = {
            (place.citation.filing, place.citation.sha256): place.parsed
            for place in again
            if place.parsed is not None
        }
        self._recheck = recheck

    def facts_beside(self, cited: Cited, concepts: tuple[str, ...]) -> Sequence[Fact]:
        """Numbers of the cited document with these concepts, in the document's order."""
        facts = self._read[cited.source.filing.id, cited.source.sha256].facts
        return [one for one in facts if one.concept in concepts and one.value is not None]

    def companyfacts_of(self, source: Source, concept: str) -> tuple[Source, Sequence[Fact]] | None:
        """The numbers with that concept which stored companyfacts have of the source's report."""
        if source.filing.accession is None:
            return None
        read = self._recheck.main_document(filing_id(source.filing.accession))
        if read is None:
            return None
        filing, parsed = read
        facts = [fact for fact in parsed.facts if fact.concept == concept]
        return (source_of(filing, parsed), facts) if facts else None


def rests_on(answer: Answer) -> list[int]:
    """Ids of the citations of the numbers that an answer gives or is computed from, which have witnesses."""
    if answer.value is None or is_ranked(answer):
        return []
    if answer.calculation is not None:
        return list(dict.fromkeys(operand.citation for operand in answer.calculation.operands))
    return [1, *(one.citation for one in answer.alternates if of_another_year(one))]


def witnessed_problems(
    answer: Answer, own: Sequence[Rechecked], others: Sequence[Rechecked], recheck: Recheck
) -> Iterator[Problem]:
    """What a document states beside the numbers and the answer does not tell, or tells otherwise.

    `own` are the citations that the answer rests on, `others` those that its witnesses add.
    """
    facts = {place.citation.id: place for place in own}
    cited: list[Cited] = []
    for number in rests_on(answer):
        place = facts.get(number)
        view = place.period_view() if place is not None else None
        if place is None or place.problems or place.fact is None or view is None:
            return  # told of the citation itself
        if place.filing is not None and place.parsed is not None:
            source = source_of(place.filing, place.parsed)
            cited.append(Cited(place.citation, source, place.fact, view))
    citations = [place.citation for place in own]
    wanted, added = witnesses_of(cited, citations, Anew(own, recheck), answer.scope.filings)
    yield from _differences(answer.witnesses, wanted)
    yield from _citation_differences([place.citation for place in others], added)


def _differences(given: Sequence[Witness], wanted: Sequence[Witness]) -> Iterator[Problem]:
    left = list(given)
    for own in wanted:
        if own in left:
            left.remove(own)
            continue
        like = next((one for one in left if (one.kind, one.of) == (own.kind, own.of)), None)
        if like is None:
            yield own.of, f"the answer leaves out what the filings state: {own.text}"
            continue
        left.remove(like)
        parts = [one.citation for one, other in zip(like.parts, own.parts, strict=False) if one != other]
        for number in dict.fromkeys(parts or [own.of]):
            yield number, f"the filings state otherwise than the answer's witness: {own.text}"
    for one in left:
        yield one.of, f"the filings do not state what the answer says: {one.text[:400]}"


def _citation_differences(given: Sequence[Citation], wanted: Sequence[Citation]) -> Iterator[Problem]:
    """The places that witnesses add stand after the answer's own, in the order of their first use."""
    for one, own in zip(given, wanted, strict=False):
        if one.model_copy(update={"id": own.id}) != own:
            yield one.id, f"citation {own.id} should be “{own.quote[:80]}” at {own.start} in {own.filing}"
    for one in given[len(wanted) :]:
        yield one.id, "nothing rests on it"
    for own in wanted[len(given) :]:
        yield None, f"citation {own.id}, “{own.quote[:80]}” at {own.start} in {own.filing}, is missing"
