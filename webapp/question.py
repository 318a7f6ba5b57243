"""The question in a page's address: reading it, and writing it back into links."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from finchat_sec_qa.errors import UsageError
from finchat_sec_qa.model.request import MAX_QUESTION, ScopeRequest

_MOST = 20  # values of one field
_LONGEST = 200  # characters of a scope value


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked and of which filings."""

    text: str
    scope: ScopeRequest

    @property
    def args(self) -> list[tuple[str, str]]:
        """Names and values for an address that asks the same again."""
        scope = self.scope
        pairs = [("q", self.text)]
        pairs += [("company", company) for company in scope.companies]
        pairs += [("year", str(year)) for year in scope.fiscal_years]
        pairs += [("form", form) for form in scope.forms]
        pairs += [("filing", filing) for filing in scope.filings]
        if scope.as_of is not None:
            pairs.append(("as_of", scope.as_of.isoformat()))
        return pairs

    def address(
        self, path: str = "/ask", extra: Mapping[str, object] | None = None, fragment: str = ""
    ) -> str:
        """A link that asks the same, with more arguments and a fragment."""
        pairs = self.args + [(name, str(value)) for name, value in (extra or {}).items()]
        return f"{path}?{urlencode(pairs)}" + (f"#{fragment}" if fragment else "")


def read_question(args: MultiDict[str, str]) -> Question:
    """The question in `args`. Raises UsageError that says which field is wrong and what is allowed."""
    text = " ".join(args.get("q", "").split())
    if len(text) > MAX_QUESTION:
        raise UsageError(f"The question has {len(text):,} characters; up to {MAX_QUESTION:,} are allowed.")
    if "\x00" in text:
        raise UsageError("The question holds a NUL character; type it without.")
    return Question(text, read_scope(args))


def read_scope(args: MultiDict[str, str]) -> ScopeRequest:
    """The scope in `args`; empty fields mean any."""
    return ScopeRequest(
        companies=_values(args, "company"),
        filings=_values(args, "filing"),
        forms=_values(args, "form"),
        fiscal_years=tuple(_year(text) for text in _values(args, "year")),
        as_of=_day(args.get("as_of", "").strip()),
    )


def read_number(args: MultiDict[str, str], name: str, default: int) -> int:
    """A count or offset, not negative and below a billion. Raises UsageError."""
    text = args.get(name, "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise UsageError(f"“{name}” must be a whole number, not {text[:40]!r}.")
    return int(text)


def _values(args: MultiDict[str, str], name: str) -> tuple[str, ...]:
    values = tuple(dict.fromkeys(value.strip() for value in args.getlist(name) if value.strip()))
    if len(values) > _MOST:
        raise UsageError(f"“{name}” is given {len(values)} times; up to {_MOST} are allowed.")
    if any(len(value) > _LONGEST for value in values):
        raise UsageError(f"“{name}” is longer than {_LONGEST} characters.")
    return values


def _year(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1900 <= int(text[:5]) <= 2200):
        raise UsageError(f"“year” must be a fiscal year such as 2023, not {text[:40]!r}.")
    return int(text)


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"“as_of” must be a day such as 2024-01-31, not {text[:40]!r}.") from error
