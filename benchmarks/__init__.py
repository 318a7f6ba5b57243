"""Measurements of the bars the project sets itself; README.md has the commands and the figures."""
