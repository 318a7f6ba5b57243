"""A reported number asked for, as the figure that it is computed from where a company does not report it."""

from dataclasses import replace

from finchat_sec_qa.facts.lexicon import entries
from finchat_sec_qa.model.plan import Plan


def as_figure(plan: Plan) -> Plan | None:
    """The plan of the figure; None for a number that only a company can report, or a part of it."""
    if plan.kind != "fact" or plan.member or not entries()[plan.entry].otherwise:
        return None
    return replace(plan, kind="formula", expression=plan.entry)
