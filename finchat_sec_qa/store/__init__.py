"""The embedded store: SQLite for what was parsed, tantivy for search, files for the originals.

DIR/finchat.db            everything that was parsed; the schema is in store.migrations
DIR/originals/ab/abcd…    the bytes as they came, each under its SHA-256
DIR/index/N/              the search index, made from finchat.db at any time
DIR/write.lock            held by the one process that writes
DIR/.restore-…/           a restore at work; the next one removes what a killed one left

Names are loaded on first use: what only asks for the schema's version needs no index and no parser.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from finchat_sec_qa.store.backup import back_up
    from finchat_sec_qa.store.backup_restore import restore
    from finchat_sec_qa.store.writer import SqliteStore, open_store, require_writable

_HOMES = {
    "SqliteStore": "writer",
    "back_up": "backup",
    "open_store": "writer",
    "require_writable": "writer",
    "restore": "backup_restore",
}

__all__ = ["SqliteStore", "back_up", "open_store", "require_writable", "restore"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
