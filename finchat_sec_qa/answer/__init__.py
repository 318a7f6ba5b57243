"""From a question to a plan, from findings to an answer, and the check of every answer."""
