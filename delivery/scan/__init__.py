"""The security scan: independent checks, what they found, what is excepted, and what could not be checked.

`run.scan` is the story; `checks.CHECKS` lists every check; `scripts/security_scan.py` is the way in.
"""
