"""The HTTP API (FastAPI) over one `Library`."""
