"""Questions with known answers over the sample filings, and whether an answer is the known one."""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

FILE = Path(__file__).with_name("questions.toml")


class _Question(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    question: str


class Answered(_Question):
    """A question with a number, in base units; `cites` are filing and printed figure of what it rests on.

    An answer cites these first, in this order; what follows shows more, such as the parts of a sum.
    """

    number: str
    unit: str
    cites: tuple[tuple[str, str], ...] = Field(min_length=1)

    def fault(self, answer: dict[str, Any]) -> str:
        """What is wrong with an answer, "" when nothing is."""
        value = answer.get("value") or {}
        if (value.get("number"), value.get("unit")) != (self.number, self.unit):
            return f"answered {value.get('number')} {value.get('unit')}, right is {self.number} {self.unit}"
        cites = tuple((each["filing"], each["quote"]) for each in answer["citations"][: len(self.cites)])
        return "" if cites == self.cites else f"cites {cites}, right is {self.cites}"


class Quoted(_Question):
    """A question that a passage answers: of that filing, with these words."""

    filing: str
    words: str

    def fault(self, answer: dict[str, Any]) -> str:
        """What is wrong with an answer, "" when nothing is."""
        if answer.get("status") != "answered" or not answer["citations"]:
            return f"was {answer.get('status')}, with {len(answer.get('citations', ()))} citations"
        first = answer["citations"][0]
        if first["filing"] != self.filing or self.words not in first["quote"]:
            return (
                f"quotes {first['filing']}: {first['quote'][:80]!r}, right is {self.filing}: {self.words!r}"
            )
        return ""


class Refused(_Question):
    """A question that has no answer here."""

    reason: str

    def fault(self, answer: dict[str, Any]) -> str:
        """What is wrong with an answer, "" when nothing is."""
        said = (answer.get("refusal") or {}).get("reason")
        if answer.get("status") != "refused" or said != self.reason:
            return f"was {answer.get('status')} ({said}), right is refused ({self.reason})"
        return "cites something, though it refuses" if answer["citations"] else ""


Question = Answered | Quoted | Refused


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    answered: tuple[Answered, ...] = Field(min_length=1)
    quoted: tuple[Quoted, ...] = Field(min_length=1)
    refused: tuple[Refused, ...] = Field(min_length=1)


def read(path: Path = FILE) -> Sequence[Question]:
    """All questions of a file. Raises pydantic.ValidationError for one of another form."""
    told = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    return [*told.answered, *told.quoted, *told.refused]
