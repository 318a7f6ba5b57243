"""Frozen values that pass between the rooms. No behaviour beyond what follows from the value itself."""
