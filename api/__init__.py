"""The HTTP API: FastAPI on top of the library. `create_app` builds it, `python -m api` serves it."""
