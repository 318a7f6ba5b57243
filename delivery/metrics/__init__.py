"""Figures of builds: read from BuildKit's progress and the images, kept in a history, held against limits."""
