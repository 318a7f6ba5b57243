"""Places in filings: quotes, section paths and addresses, made from the store only."""
