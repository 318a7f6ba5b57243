"""Option values made into the values the library takes; what does not fit becomes a UsageError."""

from datetime import datetime
from typing import TypedDict, TypeVar

from pydantic import BaseModel, ValidationError

from finchat_sec_qa.errors import UsageError
from finchat_sec_qa.model.request import ScopeRequest

M = TypeVar("M", bound=BaseModel)


class ScopeOptions(TypedDict):
    """The values of `options.scope_options`."""

    companies: tuple[str, ...]
    filings: tuple[str, ...]
    forms: tuple[str, ...]
    fiscal_years: tuple[int, ...]
    as_of: datetime | None


def scope_of(options: ScopeOptions) -> ScopeRequest:
    """The scope those options ask for."""
    moment = options["as_of"]
    return ScopeRequest(
        companies=options["companies"],
        filings=options["filings"],
        forms=options["forms"],
        fiscal_years=options["fiscal_years"],
        as_of=moment.date() if moment else None,
    )


def valid(model: type[M], **values: object) -> M:
    """`model(**values)`. Raises UsageError with the first thing that does not fit."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise UsageError(complaint(error)) from error


def complaint(error: ValidationError) -> str:
    """The first problem of a value as "field: what is wrong"."""
    first = error.errors(include_url=False, include_context=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    message = first["msg"]
    return f"{place}: {message}" if place else message
