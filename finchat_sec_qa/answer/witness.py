"""The second witness of a tagged amount: the number that the table prints at the same place.

A tag says what a printed number means, its scale too, and people tag wrongly. Where the two disagree the
answer shows both. Signs are left out: a tag's sign follows its concept, not the print.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from finchat_sec_qa.answer.figures import plain
from finchat_sec_qa.answer.sentences import period_view
from finchat_sec_qa.cite.places import Source, cell_at
from finchat_sec_qa.model.answer import Alternate, Value
from finchat_sec_qa.model.document import Table
from finchat_sec_qa.model.fact import Fact
from finchat_sec_qa.model.period import FiscalPeriod

AS_PRINTED = "as the table prints it"
_MONEY = re.compile(r"[A-Z]{3}")


def printed_otherwise(tables: Sequence[Table], fact: Fact) -> Decimal | None:
    """The amount of money that the cell at a fact's place prints, where it is another one than the tag's.

    None where both agree to the tag's own exactness, or where there is nothing to compare.
    """
    if fact.printed or fact.value is None or not _MONEY.fullmatch(fact.unit or ""):
        return None
    found = cell_at(tables, fact.start, fact.end)
    if found is None or found[1].value is None or not _MONEY.fullmatch(found[1].unit or ""):
        return None
    printed, digits = abs(found[1].value), fact.decimals if fact.decimals is not None else 0
    exact = Decimal(1).scaleb(-min(digits, 20)) / 2
    return None if abs(printed - abs(fact.value)) <= exact else printed


def second_witness(number: int, source: Source, fact: Fact, name: FiscalPeriod | None) -> Iterator[Alternate]:
    """The alternate that tells what the table prints at citation `number`, if that is something else."""
    printed = printed_otherwise(source.tables, fact)
    if printed is not None:
        value = Value(number=plain(printed), unit=fact.unit or "", period=period_view(fact.period, name))
        yield Alternate(label=AS_PRINTED, value=value, citation=number)
