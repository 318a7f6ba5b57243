"""Load on a stack: locust runs profile.py in a process of its own; run.py starts it and reads what came."""
