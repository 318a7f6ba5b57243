"""How exact a printed number is."""

import re
from decimal import Decimal


def decimals_of(printed: str, value: Decimal | None, scale: int) -> int:
    """Digits behind the point that a value in base units is exact to: -6 for whole millions."""
    digits = re.sub(r"[^\d.]", "", printed)
    behind = len(digits.partition(".")[2])
    if not value or not digits.strip(".0"):
        return -scale
    ratio = abs(value) / Decimal(digits)
    return behind - max(ratio.adjusted(), 0)
