"""All questions with known truth, asked, scored, verified, and compared with the last good run."""
