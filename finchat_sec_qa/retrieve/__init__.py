"""Passages: how documents are cut for search, and how a question finds them."""
