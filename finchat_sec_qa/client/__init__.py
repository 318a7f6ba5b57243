"""The HTTP client of the FinChat API, sync and async."""
