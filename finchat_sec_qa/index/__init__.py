"""Pure text analysis for search: how text becomes index terms. Knows no store."""
