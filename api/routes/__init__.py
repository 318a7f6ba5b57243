"""One module a resource; `ROUTERS` is the whole API."""

from api.routes import ask, companies, filings, ingest, search, status, tables, verify

ROUTERS = (
    ask.router,
    search.router,
    companies.router,
    filings.router,
    tables.router,
    ingest.router,
    verify.router,
    status.router,
)
