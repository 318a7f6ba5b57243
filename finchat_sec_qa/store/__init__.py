"""The embedded store: SQLite for what was parsed, tantivy for search, files for the originals."""
