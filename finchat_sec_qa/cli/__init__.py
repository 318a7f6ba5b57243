"""The `finchat` command."""
