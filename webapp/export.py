"""An answer as Markdown, for notes and mails."""

import re

from finchat_sec_qa.model.answer import Answer, Citation
from webapp.figures import amount, day, fiscal_name, span
from webapp.security import sec_link

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~])")
_MARKER = re.compile(r"\\\[(\d{1,4})\\\]")


def to_markdown(answer: Answer) -> str:
    """The question, the answer with its number, and every citation with its quote and place."""
    lines = [f"## {_plain(answer.question)}", ""]
    if answer.refusal is not None:
        lines += [f"**No answer** ({answer.refusal.reason}): {_plain(answer.refusal.message)}", ""]
    if answer.answer and answer.status == "answered":
        lines += [_MARKER.sub(r"[\1]", _plain(answer.answer)), ""]
    if answer.value is not None:
        when = ", ".join(filter(None, (fiscal_name(answer.value.period), span(answer.value.period))))
        exact = amount(answer.value.number, answer.value.unit).exact
        lines += [f"**{_plain(exact)}**" + (f" ({when})" if when else ""), ""]
    if answer.calculation is not None:
        lines += [
            f"Calculation: {_plain(answer.calculation.formula)} ({_plain(answer.calculation.rounding)})",
            "",
        ]
        for operand in answer.calculation.operands:
            value = amount(operand.number, operand.unit).exact
            lines.append(f"- {_plain(operand.name)} = {_plain(value)} [{operand.citation}]")
        lines.append("")
    for other in answer.alternates:
        value = amount(other.value.number, other.value.unit).exact
        lines.append(f"- {_plain(other.label)}: {_plain(value)} [{other.citation}]")
    for witness in answer.witnesses:
        said = _MARKER.sub(r"[\1]", _plain(witness.text))
        lines.append(f"- {said}" if witness.agrees else f"- **Disagrees:** {said}")
    if answer.alternates or answer.witnesses:
        lines.append("")
    for citation in answer.citations:
        lines += _citation(citation)
    lines.append(f"Answer id: {_plain(answer.id)}")
    return "\n".join(lines) + "\n"


def _citation(citation: Citation) -> list[str]:
    place = [
        citation.company,
        citation.form,
        f"period ended {day(citation.period_end)}" if citation.period_end else "",
    ]
    place += [
        citation.section,
        f"page {citation.page}" if citation.page else "",
        citation.accession or citation.filing,
    ]
    where = ", ".join(_plain(part) for part in place if part)
    url = sec_link(citation.url)
    link = f" <{url}>" if url and not set(url) & set("<>") else ""
    quote = _plain(" ".join(citation.quote.split()))
    return [f"[{citation.id}] {where}{link}", f"> {quote}", ""]


def _plain(text: str) -> str:
    """Text that Markdown shows as it is: no markup of a filing takes effect in a note."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
