"""The release-check: everything that has to be true of a commit before it may be a version, in one verdict.

Each check runs what anyone can run by hand: a make target, a script. checks.py lists them in their order.
"""
