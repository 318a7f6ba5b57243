"""Care of a registry: what may be pushed, what may be deleted, and proof that the rest still pulls.

Speaks the OCI distribution API, version 2. Flow of a clean-up: survey → plan → removal → proof.
"""
