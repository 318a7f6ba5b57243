"""The header that is indexed with a passage: whose filing it stands in, of which period, under which Item."""

from finchat_sec_qa.model.filing import Filing


def filing_header(filing: Filing) -> str:
    """What all passages of a filing share: company, tickers, form, fiscal period in its usual spellings."""
    parts = [filing.company, *filing.tickers, filing.form]
    if filing.fiscal_year is not None:
        parts.append(f"fiscal {filing.fiscal_year} FY{filing.fiscal_year}")
    if filing.fiscal_period is not None:
        parts.append(filing.fiscal_period)
    return " ".join(part for part in parts if part)


def place_header(section: str, title: str, heading: str) -> str:
    """Where in the filing a passage stands: label and title of its Item, and the heading path above it."""
    return " ".join(part for part in (section, title, heading) if part)
