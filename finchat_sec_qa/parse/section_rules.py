"""The Items that each form has: their order, parts and titles, as the SEC's instructions name them."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """One Item of a form. `title` is its usual name; `pattern` matches how headings begin that name it.

    `usual` is the length in characters below which a section of this kind is doubtful, 0 for any.
    """

    part: str
    number: str
    title: str
    pattern: re.Pattern[str]
    usual: int = 0

    @property
    def item(self) -> str:
        """As citations name it: "Item 1A"."""
        return f"Item {self.number}"


def _rules(part: str, *rows: tuple[str, str, str] | tuple[str, str, str, int]) -> tuple[Rule, ...]:
    return tuple(
        Rule(part, row[0], row[1], re.compile(row[2], re.IGNORECASE), row[3] if len(row) == 4 else 0)
        for row in rows
    )


_STATEMENTS = r"(?:[\w’'&,-]+\s){0,6}financial\s(?:statements?|information)"
_DISCUSSION = r"(?:the\s)?management[’'´`]?\s?s?[’'´`]?\s(?:discussion|narrative)|discussion\sand\sanalysis"
_MARKET = (
    "Market for Registrant’s Common Equity, Related Stockholder Matters and Issuer Purchases "
    "of Equity Securities"
)
_FOREIGN = "Disclosure Regarding Foreign Jurisdictions that Prevent Inspections"
_OBLIGATION = (
    "Creation of a Direct Financial Obligation or an Obligation under an Off-Balance Sheet Arrangement"
)
_FEES = r"principal\s?(?:independent\s)?account|audit(?:or)?\sfees|controls\sand\sproc"
_OFFICERS = (
    "Departure of Directors or Certain Officers; Election of Directors; Appointment of Certain Officers; "
    "Compensatory Arrangements of Certain Officers"
)
_MARKET_RISK = r"quantitative\s(?:and|&)\squalitative|qualitative\sand\squantitative|market\srisk"

ANNUAL: tuple[Rule, ...] = (
    *_rules(
        "Part I",
        ("1", "Business", r"(?:description\sof\s(?:the\s)?)?business\b|our\sbusiness", 1_500),
        ("1A", "Risk Factors", r"risk\sfactors?", 1_500),
        ("1B", "Unresolved Staff Comments", r"unresolved\sstaff"),
        ("1C", "Cybersecurity", r"cyber\s?-?security"),
        ("2", "Properties", r"(?:description\sof\s)?propert(?:y|ies)"),
        ("3", "Legal Proceedings", r"legal\sproceedings?"),
        ("4", "Mine Safety Disclosures", r"mine\ssafety|submission\sof\smatters|\W?\(?removed|\W?reserved"),
    ),
    *_rules(
        "Part II",
        (
            "5",
            _MARKET,
            r"(?:the\s)?market\s(?:for|price|information)|(?:price\srange|market)\sof\b",
        ),
        ("6", "Selected Financial Data", r"(?:\w+\s){0,3}selected\s|\W?\(?reserved|\W?\(?removed"),
        (
            "7",
            "Management’s Discussion and Analysis of Financial Condition and Results of Operations",
            _DISCUSSION,
            2_500,
        ),
        ("7A", "Quantitative and Qualitative Disclosures About Market Risk", _MARKET_RISK),
        ("8", "Financial Statements and Supplementary Data", _STATEMENTS, 2_500),
        (
            "9",
            "Changes in and Disagreements with Accountants on Accounting and Financial Disclosure",
            r"changes?\sin\sand\sdisagreements?|disagreements?\swith",
        ),
        ("9A", "Controls and Procedures", r"(?:\(t\)\W*)?(?:disclosure\s)?controls?\sand\sprocedures"),
        ("9B", "Other Information", r"other\sinformation"),
        ("9C", _FOREIGN, r"disclosures?\sregarding\sforeign"),
    ),
    *_rules(
        "Part III",
        ("10", "Directors, Executive Officers and Corporate Governance", r"executive\sofficers|directors?\b"),
        ("11", "Executive Compensation", r"executive\scompensation|compensation\sof"),
        (
            "12",
            "Security Ownership of Certain Beneficial Owners and Management and Related Stockholder Matters",
            r"(?:security|stock|share)\s?ownership",
        ),
        (
            "13",
            "Certain Relationships and Related Transactions, and Director Independence",
            r"certain\srelationships?|related\s(?:party\s)?transactions",
        ),
        ("14", "Principal Accountant Fees and Services", _FEES),
    ),
    *_rules(
        "Part IV",
        ("15", "Exhibits and Financial Statement Schedules", r"exhibits?|financial\sstatements?"),
        ("16", "Form 10-K Summary", r"(?:form\s10\s?[-‐–—]\s?k\s)?summary"),
    ),
)  # fmt: skip

QUARTERLY: tuple[Rule, ...] = (
    *_rules(
        "Part I",
        ("1", "Financial Statements", _STATEMENTS, 2_000),
        (
            "2",
            "Management’s Discussion and Analysis of Financial Condition and Results of Operations",
            _DISCUSSION,
            2_000,
        ),
        ("3", "Quantitative and Qualitative Disclosures About Market Risk", _MARKET_RISK),
        ("4", "Controls and Procedures", r"(?:disclosure\s)?controls?\sand\sprocedures"),
    ),
    *_rules(
        "Part II",
        ("1", "Legal Proceedings", r"legal\sproceedings?"),
        ("1A", "Risk Factors", r"risk\sfactors?"),
        (
            "2",
            "Unregistered Sales of Equity Securities and Use of Proceeds",
            r"unregistered|changes\sin\s(?:the\s)?securities|(?:issuer\s|share\s|stock\s)?(?:re)?purchases?",
        ),
        ("3", "Defaults Upon Senior Securities", r"defaults?\b"),
        (
            "4",
            "Mine Safety Disclosures",
            r"mine\ssafety|submission\sof\smatters|\W?\(?removed|\W?\(?reserved",
        ),
        ("5", "Other Information", r"other\s(?:information|events|matters)"),
        ("6", "Exhibits", r"(?:index\sto\s)?exhibits?"),
    ),
)

CURRENT: dict[str, str] = {
    "1.01": "Entry into a Material Definitive Agreement",
    "1.02": "Termination of a Material Definitive Agreement",
    "1.03": "Bankruptcy or Receivership",
    "1.04": "Mine Safety – Reporting of Shutdowns and Patterns of Violations",
    "1.05": "Material Cybersecurity Incidents",
    "2.01": "Completion of Acquisition or Disposition of Assets",
    "2.02": "Results of Operations and Financial Condition",
    "2.03": _OBLIGATION,
    "2.04": "Triggering Events That Accelerate or Increase a Direct Financial Obligation",
    "2.05": "Costs Associated with Exit or Disposal Activities",
    "2.06": "Material Impairments",
    "3.01": "Notice of Delisting or Failure to Satisfy a Continued Listing Rule or Standard",
    "3.02": "Unregistered Sales of Equity Securities",
    "3.03": "Material Modification to Rights of Security Holders",
    "4.01": "Changes in Registrant’s Certifying Accountant",
    "4.02": "Non-Reliance on Previously Issued Financial Statements",
    "5.01": "Changes in Control of Registrant",
    "5.02": _OFFICERS,
    "5.03": "Amendments to Articles of Incorporation or Bylaws; Change in Fiscal Year",
    "5.04": "Temporary Suspension of Trading Under Registrant’s Employee Benefit Plans",
    "5.05": "Amendments to the Registrant’s Code of Ethics, or Waiver of a Provision of the Code of Ethics",
    "5.06": "Change in Shell Company Status",
    "5.07": "Submission of Matters to a Vote of Security Holders",
    "5.08": "Shareholder Director Nominations",
    "6.01": "ABS Informational and Computational Material",
    "7.01": "Regulation FD Disclosure",
    "8.01": "Other Events",
    "9.01": "Financial Statements and Exhibits",
}
