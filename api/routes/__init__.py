"""One module a resource; `ROUTERS` is the whole API."""

from api.routes import ask, companies, filings, ingest, search, status, verify

ROUTERS = (
    ask.router,
    search.router,
    companies.router,
    filings.router,
    ingest.router,
    verify.router,
    status.router,
)
