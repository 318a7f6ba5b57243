"""The `finchat` command line; `main` is the console entry."""

from finchat_sec_qa.cli.app import main, run

__all__ = ["main", "run"]
