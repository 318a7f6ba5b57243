"""EDGAR: finding and fetching filings with its manners kept."""
