"""FinChat-SEC-QA: answers about SEC filings, each tied to its exact place in the filing.

Names are loaded on first use, so that the HTTP client costs no parser, index or database.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from finchat_sec_qa.client import AsyncFinChatClient, FinChatClient
    from finchat_sec_qa.model.answer import Answer
    from finchat_sec_qa.store.schema import store_schema
    from finchat_sec_qa.wiring import Library, back_up_store, restore_store

_HOMES = {
    "Answer": "finchat_sec_qa.model.answer",
    "AsyncFinChatClient": "finchat_sec_qa.client",
    "FinChatClient": "finchat_sec_qa.client",
    "Library": "finchat_sec_qa.wiring",
    "back_up_store": "finchat_sec_qa.wiring",
    "restore_store": "finchat_sec_qa.wiring",
    "store_schema": "finchat_sec_qa.store.schema",
}

__all__ = [
    "Answer",
    "AsyncFinChatClient",
    "FinChatClient",
    "Library",
    "back_up_store",
    "restore_store",
    "store_schema",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
