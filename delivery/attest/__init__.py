"""What is attested about an image, held against the image itself and the commit it should be built from.

`gate.check` is the whole story; each check is a function of values that returns its problems.
"""
