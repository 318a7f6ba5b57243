"""What counts how much in a lexical search, the same for every engine."""

BODY_WEIGHT = 1.0
"""A term found in the passage itself."""

HEADER_WEIGHT = 0.5
"""A term found in the passage's header (see index.header), which all passages of a section share."""

MAX_TERMS = 256
"""Of a longer question the heaviest terms are searched, so that no question costs more than this."""
