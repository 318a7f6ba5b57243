"""Which schema versions this program and a store have; loads no parser, index or model."""

from pathlib import Path
from typing import NamedTuple

from finchat_sec_qa.store.database import Database
from finchat_sec_qa.store.migrations import OLDEST, VERSION
from finchat_sec_qa.store.places import DATABASE


class StoreSchema(NamedTuple):
    """`reads` is (oldest, newest), both included; `store` is None where there is no store."""

    reads: tuple[int, int]
    writes: int
    store: int | None


def store_schema(path: Path) -> StoreSchema:
    """The versions; `path` is the store's directory. Raises StoreCorruptError, StoreError."""
    database = Database(path / DATABASE)
    try:
        found = database.version if database.path.is_file() else None
    finally:
        database.close()
    return StoreSchema((OLDEST, VERSION), VERSION, found)
