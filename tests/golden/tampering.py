"""Changes to answers that `verify` must find: of single fields, and forged so that the parts agree again.

A change returns the ids of the citations that no longer hold because of it, empty where none is at fault, and
None where the answer has nothing of the kind to change.
"""

import random
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from finchat_sec_qa import Library
from finchat_sec_qa.answer.compose import answer_id, quoted_text
from finchat_sec_qa.answer.figures import half_up, plain, rounding, spoken
from finchat_sec_qa.answer.sources import Sources
from finchat_sec_qa.cite.places import cite_fact
from finchat_sec_qa.facts.expressions import evaluate
from finchat_sec_qa.model.answer import Answer, Citation
from finchat_sec_qa.ports import FactQuery

Data = dict[str, Any]
Tampering = Callable[[random.Random, Data], int | None]
Forgery = Callable[[random.Random, Data, Library], list[int] | None]


def other_digit(chance: random.Random, text: str) -> str:
    """The text with one of its digits another one."""
    place = chance.choice([match.start() for match in re.finditer(r"\d", text)])
    digit = chance.choice([digit for digit in "0123456789" if digit != text[place]])
    return text[:place] + digit + text[place + 1 :]


def other_letter(chance: random.Random, text: str) -> str:
    """The text with one of its characters another letter."""
    place = chance.randrange(len(text))
    letter = chance.choice([letter for letter in "abcdefghij" if letter != text[place]])
    return text[:place] + letter + text[place + 1 :]


def in_the_text(chance: random.Random, data: Data) -> None:
    change = other_digit if re.search(r"\d", data["answer"]) else other_letter
    data["answer"] = change(chance, data["answer"])


def in_the_value(chance: random.Random, data: Data) -> None:
    value = data["value"]
    if value is None:
        data["value"] = {"number": "1", "unit": "USD", "period": data["scope"]["period"]}
    elif chance.random() < 0.5:
        value["number"] = other_digit(chance, value["number"])
    else:
        value["unit"] = chance.choice(
            [unit for unit in ("EUR", "shares", "pure", "days") if unit != value["unit"]]
        )


def in_the_period(chance: random.Random, data: Data) -> None:
    period = data["value"]["period"] if data["value"] else data["scope"]["period"]
    field = chance.choice(("end", "fiscal_year", "fiscal_period"))
    changed = {"end": "1999-12-31", "fiscal_year": 1999, "fiscal_period": "Q2"}
    period[field] = changed[field]


def in_an_operand(chance: random.Random, data: Data) -> None:
    if data["calculation"] is None:
        data["calculation"] = {"formula": "a = 1", "operands": [], "rounding": "none"}
        return
    operands = data["calculation"]["operands"]
    operand = chance.choice(operands)
    field = chance.choice(("number", "unit", "name", "citation"))
    if field == "citation":
        operand["citation"] = operand["citation"] % len(operands) + 1
    else:
        operand[field] = other_digit(chance, operand[field]) if field == "number" else "pure"


def in_the_formula(chance: random.Random, data: Data) -> None:
    if data["calculation"] is None:
        in_the_text(chance, data)
    elif chance.random() < 0.5:
        data["calculation"]["formula"] = data["calculation"]["formula"].replace(" = ", " = 2 * ")
    else:
        data["calculation"]["rounding"] = "half up to 9 decimals"


def in_the_question(chance: random.Random, data: Data) -> None:
    data["question"] = other_letter(chance, data["question"])


def in_the_id(chance: random.Random, data: Data) -> None:
    place = chance.choice([at for at, char in enumerate(data["id"]) if char != "-"])
    digit = chance.choice([digit for digit in "0123456789abcdef" if digit != data["id"][place]])
    data["id"] = data["id"][:place] + digit + data["id"][place + 1 :]


def in_the_scope(chance: random.Random, data: Data) -> None:
    field = chance.choice(("companies", "filings"))
    data["scope"][field] = [*data["scope"][field][1:], "another"]


def in_an_alternate(chance: random.Random, data: Data) -> None:
    if not data["alternates"]:
        period = data["scope"]["period"]
        value = {"number": "5", "unit": "USD", "period": period}
        data["alternates"] = [{"label": "rumour", "value": value, "citation": 1}]
        return
    alternate = chance.choice(data["alternates"])
    if chance.random() < 0.5:
        alternate["label"] = other_letter(chance, alternate["label"])
    else:
        alternate["value"]["number"] = other_digit(chance, alternate["value"]["number"])


def in_a_witness(chance: random.Random, data: Data) -> int | None:
    """Another component, another total, or the word that it agrees; returns the component's citation."""
    if not data["witnesses"]:
        number = data["citations"][0]["id"]
        value = {"number": "5", "unit": "USD", "period": data["scope"]["period"]}
        rumour = {"kind": "sum", "of": number, "agrees": True, "text": "", "value": value, "parts": []}
        data["witnesses"] = [rumour]
        return None
    witness = chance.choice(data["witnesses"])
    if chance.random() < 0.5:
        part = chance.choice(witness["parts"])
        part["number"] = other_digit(chance, part["number"])
        return int(part["citation"])
    if chance.random() < 0.5:
        witness["agrees"] = not witness["agrees"]
    else:
        witness["value"]["number"] = other_digit(chance, witness["value"]["number"])
    return int(witness["of"])


def of_the_citations(chance: random.Random, data: Data) -> int:
    """Their ids swapped, one doubled, or one of them dropped; returns a citation that is no longer right."""
    citations = data["citations"]
    if len(citations) > 1 and chance.random() < 0.7:
        citations[0]["id"], citations[1]["id"] = citations[1]["id"], citations[0]["id"]
        return int(citations[0]["id"])
    citations.append({**citations[0], "id": len(citations) + 1})
    if data["value"] is None:
        citations[-1]["id"] += 1
    return int(citations[-1]["id"])


FIELDS: dict[str, Callable[[random.Random, Any], Any]] = {
    "quote": lambda chance, quote: (other_digit if re.search(r"\d", quote) else other_letter)(chance, quote),
    "start": lambda chance, start: start + chance.choice((-7, -1, 1)),
    "end": lambda chance, end: end + chance.choice((-1, 1, 9)),
    "sha256": other_digit,
    "url": lambda chance, text: other_digit(chance, text or "0000000042"),
    "section": other_letter,
    "page": lambda chance, page: (page or 0) + chance.choice((1, -1, 40)),
    "table": lambda chance, table: {"row": "Total", "column": "2001"},
    "fact_id": lambda chance, fact_id: other_digit(chance, fact_id or "f-1"),
    "concept": lambda chance, concept: other_letter(chance, concept or "us-gaap:Revenues"),
    "filing": other_digit,
    "accession": lambda chance, text: other_digit(chance, text or "0000000042"),
    "company": other_letter,
    "cik": lambda chance, text: other_digit(chance, text or "0000000042"),
    "form": lambda chance, form: "10-K/A",
    "period_end": lambda chance, day: "1999-12-31",
}


def of_a_citation(field: str) -> Tampering:
    def change(chance: random.Random, data: Data) -> int:
        citation = chance.choice(data["citations"])
        citation[field] = FIELDS[field](chance, citation[field])
        return int(citation["id"])

    return change


TAMPERINGS: dict[str, Tampering] = {
    "text": in_the_text,
    "value": in_the_value,
    "period": in_the_period,
    "operand": in_an_operand,
    "formula": in_the_formula,
    "question": in_the_question,
    "id": in_the_id,
    "scope": in_the_scope,
    "alternate": in_an_alternate,
    "witness": in_a_witness,
    "citations": of_the_citations,
    **{f"citation.{field}": of_a_citation(field) for field in FIELDS},
}


def reissued(data: Data) -> Answer:
    """The answer with the id that its question and scope give."""
    answer = Answer.model_validate(data)
    content = answer.id.partition("-")[0]
    return answer.model_copy(update={"id": answer_id(content, answer.question, answer.scope)})


def _said(data: Data, number: str) -> None:
    """Give another number, in the value and in the sentence."""
    value = data["value"]
    before, after = (spoken(Decimal(one), value["unit"]) for one in (value["number"], number))
    value["number"], data["answer"] = number, data["answer"].replace(before, after)


def _rests_on(data: Data) -> list[int]:
    """The citation of a reported number; none stands for a computed one."""
    return [1] if data["calculation"] is None else []


def other_scale(chance: random.Random, data: Data, library: Library) -> list[int] | None:
    """Thousands for millions, in the value and in the sentence."""
    if data["value"] is None or Decimal(data["value"]["number"]) == 0:
        return None
    _said(data, plain(Decimal(data["value"]["number"]).scaleb(chance.choice((-6, -3, 3, 6)))))
    return _rests_on(data)


def other_sign(chance: random.Random, data: Data, library: Library) -> list[int] | None:
    """A loss for a profit."""
    if data["value"] is None or Decimal(data["value"]["number"]) == 0:
        return None
    _said(data, plain(-Decimal(data["value"]["number"])))
    return _rests_on(data)


def number_and_sentence(chance: random.Random, data: Data, library: Library) -> list[int] | None:
    """Another digit, in the value and in the sentence."""
    if data["value"] is None:
        return None
    number = data["value"]["number"]
    while (other := plain(Decimal(other_digit(chance, number)))) == number:
        pass
    _said(data, other)
    return _rests_on(data)


def only_in_the_sentence(chance: random.Random, data: Data, library: Library) -> list[int] | None:
    """A sentence that disagrees with the value."""
    if data["value"] is None:
        return None
    data["answer"] = other_digit(chance, data["answer"])
    return []


def operands_swapped(chance: random.Random, data: Data, library: Library) -> list[int] | None:
    """Two operands in each other's place, the result computed again."""
    calculation = data["calculation"]
    if calculation is None:
        return None
    one, other = chance.sample(calculation["operands"], 2)
    if one["number"] == other["number"]:
        return None
    for field in ("number", "unit", "citation"):
        one[field], other[field] = other[field], one[field]
    return _computed_again(data, [one["citation"], other["citation"]])


def operand_and_result(chance: random.Random, data: Data, library: Library) -> list[int] | None:
    """Another digit of an operand, the result computed again."""
    if data["calculation"] is None:
        return None
    operand = chance.choice(data["calculation"]["operands"])
    before = operand["number"]
    while operand["number"] == before or set(operand["number"]) <= set("-0."):
        operand["number"] = plain(Decimal(other_digit(chance, before)))
    return _computed_again(data, [operand["citation"]])


def _computed_again(data: Data, touched: list[int]) -> list[int]:
    calculation = data["calculation"]
    amounts = {operand["name"]: Decimal(operand["number"]) for operand in calculation["operands"]}
    result = evaluate(calculation["formula"].partition(" = ")[2], amounts)
    digits = re.search(r"\d+", calculation["rounding"])
    _said(data, plain(half_up(result, int(digits[0])) if digits else result))
    return touched


def another_rounding(chance: random.Random, data: Data, library: Library) -> list[int] | None:
    """Rounded otherwise than asked, the result computed again."""
    calculation = data["calculation"]
    if calculation is None or calculation["rounding"] == "none":
        return None
    given = int(calculation["rounding"].split()[3])
    calculation["rounding"] = rounding(chance.choice([digits for digits in range(7) if digits != given]))
    return _computed_again(data, [])


def of_another_year(chance: random.Random, data: Data, library: Library) -> list[int] | None:
    """Another period, wherever the answer names one."""
    if data["value"] is None or data["value"]["period"]["fiscal_year"] is None:
        return None
    year = data["value"]["period"]["fiscal_year"]
    for period in (data["value"]["period"], data["scope"]["period"]):
        period["fiscal_year"] = year + 1
    data["answer"] = data["answer"].replace(f"fiscal {year}", f"fiscal {year + 1}")
    return _rests_on(data)


def quote_moved(chance: random.Random, data: Data, library: Library) -> list[int] | None:
    """A quote that begins and ends elsewhere, with offsets and, where it is quoted, text to match."""
    citation = chance.choice(data["citations"])
    (document,) = [
        one for one in library.filing(citation["filing"]).documents if one.sha256 == citation["sha256"]
    ]
    first, last = chance.choice(((1, 1), (-1, -1), (0, -1), (1, 0), (0, 1), (-1, 0)))
    start, end = citation["start"] + first, citation["end"] + last
    if start >= end:
        return None
    quote = library._store.text(citation["filing"], document.index)[start:end]
    citation.update(start=start, end=end, quote=quote)
    if data["value"] is None:
        data["answer"] = quoted_text([Citation.model_validate(one) for one in data["citations"]])
    return [citation["id"]]


def another_fact(chance: random.Random, data: Data, library: Library) -> list[int] | None:
    """The citation of another fact of the same filing: of the same concept, or of the same value."""
    citation = chance.choice(data["citations"])
    if data["value"] is None:
        return None
    query = FactQuery(filings=(citation["filing"],), numeric_only=True)
    facts = [fact for _, fact in library._store.facts(query) if fact.start < fact.end]
    cited = [
        fact
        for fact in facts
        if (fact.start, fact.end) == (citation["start"], citation["end"])
        and citation["concept"] in (fact.concept, None)
    ]
    if not cited:
        return None
    key = (cited[0].concept, cited[0].period, cited[0].dimensions)
    others = [
        fact
        for fact in facts
        if (fact.concept, fact.period, fact.dimensions) != key
        and (fact.start, fact.end) != (cited[0].start, cited[0].end)
        and (fact.concept == key[0] or fact.value == cited[0].value)
    ]
    if not others:
        return None
    source = Sources(library._store).get(citation["filing"], chance.choice(others).document)
    made = cite_fact(source, citation["id"], chance.choice(others))
    data["citations"][citation["id"] - 1] = made.model_dump(mode="json")
    return [citation["id"]]


def another_filing(chance: random.Random, data: Data, library: Library) -> list[int] | None:
    """A citation said to be from another stored filing."""
    citation = chance.choice(data["citations"])
    others = sorted(one.id for one in library.filings() if one.id != citation["filing"])
    other = library.filing(chance.choice(others))
    citation.update(filing=other.id, accession=other.accession, sha256=other.documents[0].sha256)
    data["scope"]["filings"] = sorted({*data["scope"]["filings"], other.id})
    return [citation["id"]]


FORGERIES: dict[str, Forgery] = {
    "scale": other_scale,
    "sign": other_sign,
    "number and sentence": number_and_sentence,
    "sentence": only_in_the_sentence,
    "operands swapped": operands_swapped,
    "operand and result": operand_and_result,
    "rounding": another_rounding,
    "year": of_another_year,
    "quote moved": quote_moved,
    "another fact": another_fact,
    "another filing": another_filing,
}
