"""The embedded store: SQLite for what was parsed, tantivy for search, files for the originals.

DIR/finchat.db            everything that was parsed; the schema is in store.migrations
DIR/originals/ab/abcd…    the bytes as they came, each under its SHA-256
DIR/index/N/              the search index, made from finchat.db at any time
DIR/write.lock            held by the one process that writes
"""

from finchat_sec_qa.store.writer import SqliteStore, open_store

__all__ = ["SqliteStore", "open_store"]
