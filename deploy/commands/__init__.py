"""The commands of `python -m deploy`, one file each; deploy/cli.py puts them together."""
