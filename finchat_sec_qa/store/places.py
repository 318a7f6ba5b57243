"""The names of what lies in a store's directory."""

DATABASE = "finchat.db"
LOCK = "write.lock"
ORIGINALS = "originals"
INDEX = "index"
RESTORE = ".restore-"
"""How the folder of a restore at work begins."""
