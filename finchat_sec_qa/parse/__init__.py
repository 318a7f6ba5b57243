"""Bytes to documents and facts. Untrusted input: every parser works within `limits`."""
