"""Software bills of materials: made from the lock, read back, and compared with what an image holds.

`subject.make` makes one, `spdx` and `cyclonedx` write it, `read` reads any, `attached` finds the one that
BuildKit attached to an image, `compare` tells two apart.
"""
