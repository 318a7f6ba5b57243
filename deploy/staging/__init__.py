"""The pre-production validation: what a release has shown on a staging stack before production takes it.

`validation.validate` is the whole story; each check is a module of its own that returns what it found.
limits.toml holds what must be met, questions.toml what must be answered.
"""
