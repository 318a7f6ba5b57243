"""An answer as a person reads it: the sentence, the value, how it was computed, and each citation."""

from decimal import Decimal

from rich.text import Text

from finchat_sec_qa.cli.output import say
from finchat_sec_qa.cli.plain import clean, one_line
from finchat_sec_qa.model.answer import Answer, Calculation, Citation, PeriodView, Value

LONGEST_QUOTE = 400  # characters shown; --json has all
SEARCHED = 10  # places shown


def show_answer(answer: Answer) -> None:
    """Print an answer or refusal."""
    if answer.refusal is not None:
        say(Text(clean(answer.refusal.message), style="bold yellow"))
        say(f"refused: {answer.refusal.reason}")
        for place in answer.refusal.searched[:SEARCHED]:
            say(f"  searched: {one_line(place)}")
    else:
        say(Text(clean(answer.answer), style="bold"))
    if answer.value is not None:
        say()
        say(value_line(answer.value))
    if answer.calculation is not None:
        _show_calculation(answer.calculation)
    for alternate in answer.alternates:
        say(f"also: {one_line(alternate.label)}: {value_line(alternate.value)} [{alternate.citation}]")
    for witness in answer.witnesses:
        say(Text(clean(witness.text), style="" if witness.agrees else "bold yellow"))
    _show_citations(answer)


def _show_citations(answer: Answer) -> None:
    """What the answer rests on in full, then a line for each component that its witnesses add."""
    own = _rests_on(answer)
    for citation in answer.citations:
        if citation.id in own:
            say()
            _show_citation(citation)
    beside = [citation for citation in answer.citations if citation.id not in own]
    if beside:
        say()
    for citation in beside:
        quote = one_line(citation.quote, LONGEST_QUOTE)
        say(Text(f"[{citation.id}] “{quote}” {place_words(citation)}", style="cyan"))


def _rests_on(answer: Answer) -> set[int]:
    """Ids of the citations that are shown in full: all but the components that witnesses add."""
    added = {part.citation for witness in answer.witnesses for part in witness.parts}
    operands = answer.calculation.operands if answer.calculation is not None else ()
    kept = {1, *(one.citation for one in operands), *(one.citation for one in answer.alternates)}
    return {citation.id for citation in answer.citations if citation.id in kept or citation.id not in added}


def value_line(value: Value) -> str:
    """Number, unit and period: `383,285,000,000 USD, fiscal 2023 (2022-09-25 to 2023-09-30)`."""
    period = period_words(value.period)
    return f"{Decimal(value.number):,f} {value.unit}" + (f", {period}" if period else "")


def period_words(period: PeriodView) -> str:
    """The period in words, "" when nothing is known of it."""
    fiscal = ""
    if period.fiscal_year is not None:
        part = period.fiscal_period if period.fiscal_period not in (None, "FY") else ""
        fiscal = f"fiscal {period.fiscal_year}{f' {part}' if part else ''}"
    if period.end is None:
        return fiscal
    days = f"{period.start} to {period.end}" if period.start else f"at {period.end}"
    return f"{fiscal} ({days})" if fiscal else days


def place_words(citation: Citation) -> str:
    """Filing, section, page and table place, parted by " · "."""
    parts = [f"{citation.company}, {citation.form or 'filing'}"]
    if citation.period_end:
        parts[0] += f" for {citation.period_end}"
    parts.append(citation.filing)
    if citation.section:
        parts.append(citation.section)
    if citation.page is not None:
        parts.append(f"page {citation.page}")
    if citation.table:
        parts.append(f"{citation.table.row} | {citation.table.column}")
    return one_line(" · ".join(parts))


def _show_calculation(calculation: Calculation) -> None:
    say(f"= {one_line(calculation.formula)}, {one_line(calculation.rounding)}")
    for operand in calculation.operands:
        number = f"{Decimal(operand.number):,f} {operand.unit}"
        say(f"  {one_line(operand.name)} = {number} [{operand.citation}]")


def _show_citation(citation: Citation) -> None:
    say(Text(f"[{citation.id}] {place_words(citation)}", style="cyan"))
    say(f"    “{one_line(citation.quote, LONGEST_QUOTE)}”")
    if citation.concept:
        say(f"    {one_line(citation.concept)}{f' {one_line(citation.fact_id)}' if citation.fact_id else ''}")
    say(f"    characters {citation.start} to {citation.end}")
    if citation.url:
        say(f"    {one_line(citation.url)}")
