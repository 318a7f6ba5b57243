"""What a reader is told when there is no answer or no page, and what to do next."""

from dataclasses import dataclass
from typing import Final

from finchat_sec_qa.errors import RemoteError
from finchat_sec_qa.model.answer import RefusalReason


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do next: a sentence, and an address on this site or a command to type."""

    text: str
    href: str = ""
    command: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """A page that is no result: its HTTP status, what is wrong, and what to do next."""

    status: int
    title: str
    message: str
    steps: tuple[Step, ...] = ()


_SEE_COMPANIES: Final = Step("See which companies and periods are in the store", href="/companies")
_HOME: Final = Step("Start again from the question box", href="/")

_TOO_SLOW: Final = Problem(
    504,
    "That took too long",
    "The API did not finish in time, so there is no answer to show.",
    (
        Step("Reload this page: a store that has just been opened is slower the first time"),
        Step("Narrow the question to one company or fiscal year"),
        Step("Raise FINCHAT_API_TIMEOUT where the API runs"),
    ),
)
_TOO_MANY: Final = Problem(
    503,
    "Too many questions at once",
    "The API limits how many requests it takes in a minute.",
    (Step("Wait a minute, then reload this page"), Step("Raise FINCHAT_API_RATE where the API runs")),
)
_API_FAILED: Final = (
    Step("Reload this page"),
    Step("Read the API’s log; it names the request and the cause"),
    Step("Check the store", command="finchat store check"),
)

REFUSALS: Final[dict[RefusalReason, tuple[str, tuple[Step, ...]]]] = {
    "not_in_store": (
        "Not in the filings at hand",
        (
            _SEE_COMPANIES,
            Step("Load the filing, then ask again", command="finchat ingest TICKER --form 10-K --limit 4"),
        ),
    ),
    "not_disclosed": (
        "The filing does not say",
        (
            Step("Search the filings’ own words for it", href="/search"),
            Step("Ask for a figure that the company reports under its own name"),
        ),
    ),
    "period_not_covered": (
        "That period is not covered",
        (
            _SEE_COMPANIES,
            Step("Load more years, then ask again", command="finchat ingest TICKER --form 10-K --limit 8"),
        ),
    ),
    "company_unknown": (
        "No such company in the store",
        (
            _SEE_COMPANIES,
            Step("Load its filings, then ask again", command="finchat ingest TICKER --form 10-K --form 10-Q"),
        ),
    ),
    "ambiguous": (
        "The question can be read in more than one way",
        (
            Step("Name the company and the fiscal year in the question, or pick them under “Where to look”"),
            _SEE_COMPANIES,
        ),
    ),
    "unsupported": (
        "Not a question that filings answer",
        (
            Step("Ask for a reported figure, a ratio of figures, or what a section of a filing says"),
            _HOME,
        ),
    ),
}


def remote_problem(error: RemoteError, api_url: str) -> Problem:
    """The page for an API that answered with an error, or not at all. The message never holds a stack."""
    if error.code == "bad_reply":
        return _not_our_api(api_url)
    if error.status is None:
        return _unanswered(error, api_url)
    if error.status in {401, 403}:
        return _no_token(api_url)
    if error.status == 404:
        steps = (Step("See all filings in the store", href="/filings"), _SEE_COMPANIES)
        return Problem(404, "Not in the store", str(error), steps)
    if error.status == 429:
        return _TOO_MANY
    if error.status in {408, 504}:
        return _TOO_SLOW
    if 400 <= error.status < 500:
        return Problem(400, "The API cannot take that", str(error), (_HOME,))
    return Problem(502, "The API could not do that", str(error), _API_FAILED)


def _not_our_api(api_url: str) -> Problem:
    return Problem(
        502,
        "These pages cannot read the API’s reply",
        f"What answers at {api_url} is another program, or another version of the API.",
        (
            Step("Start the web pages with FINCHAT_API_URL set to the API’s address"),
            Step("Run the API and the web pages from the same version"),
        ),
    )


def _no_token(api_url: str) -> Problem:
    check = f"curl -H 'Authorization: Bearer …' {api_url}/v1/companies"
    return Problem(
        502,
        "The API asks for a token",
        "These pages were started without the API’s token, or with another one.",
        (
            Step("Start the web pages with the API’s own FINCHAT_API_TOKEN (or FINCHAT_API_TOKEN_FILE)"),
            Step("Check it on the command line", command=check),
        ),
    )


def _unanswered(error: RemoteError, api_url: str) -> Problem:
    if "time" in error.code or "timed out" in str(error).lower():
        return _TOO_SLOW
    return Problem(
        503,
        "The API does not answer",
        f"These pages get their answers from the API at {api_url}, and nothing answers there.",
        (
            Step("Start it", command="finchat serve"),
            Step("If it runs elsewhere, start the web pages with FINCHAT_API_URL set to its address"),
            Step("Then reload this page"),
        ),
    )


def missing_page() -> Problem:
    """The page for an address that this site does not have."""
    return Problem(
        404,
        "No such page",
        "This site has no page at that address.",
        (_HOME, Step("See all filings in the store", href="/filings"), _SEE_COMPANIES),
    )


def wrong_usage(message: str) -> Problem:
    """The page for an address with an argument that cannot be used."""
    return Problem(400, "That cannot be asked", message, (_HOME,))


def own_fault() -> Problem:
    """The page for an error of this program itself."""
    return Problem(
        500,
        "Something went wrong here",
        "These pages failed to make the page; the web log names the cause.",
        (Step("Reload this page"), _HOME),
    )
