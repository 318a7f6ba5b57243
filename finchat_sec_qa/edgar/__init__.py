"""EDGAR: finding and fetching filings with its manners kept.

source     `Edgar`, the port's adapter: companies, lists of filings, documents
resolve    from a ticker, CIK or name to the company
companies  EDGAR's lists of tickers and names
listing    EDGAR's lists of a company's filings
folder     what belongs to one filing: its index page and its documents
objects    EDGAR's objects by URL, through the cache
web        one polite request: retries, redirects, limits
pace       when a request may start, for all threads of the process
bodies     whether what came back is what was asked for
cache      what was fetched, on disk by SHA-256
"""

from finchat_sec_qa.edgar.source import Edgar

__all__ = ["Edgar"]
