"""What the servers tell about themselves: log lines, metrics, and which build they are."""
