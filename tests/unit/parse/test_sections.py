import time
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finchat_sec_qa.model.document import Anchor, Block, ParsedDocument, Section
from finchat_sec_qa.parse.sections import find_sections, section_warnings

PROSE = "We make toys and sell them in many countries, and we mean to go on doing so for years.\n" * 40
CONTENTS = """Table of Contents
PART I | Page
Item 1. | Business | 3
Item 1A. | Risk Factors | 9
Item 2. | Properties | 15
PART II
Item 7. | Management’s Discussion and Analysis of Financial Condition and Results of Operations | 20
Item 8. | Financial Statements and Supplementary Data | 30
PART III
Item 10. | Directors, Executive Officers and Corporate Governance | 60
PART IV
Item 15. | Exhibits and Financial Statement Schedules | 61
"""
BODY = f"""PART I
Item 1. Business
{PROSE}Item 1A. Risk Factors
{PROSE}Item 2. Properties
We lease one office.
PART II
Item 7. Management’s Discussion and Analysis of Financial Condition and Results of Operations
{PROSE}Item 8. Financial Statements and Supplementary Data
{PROSE}PART III
Item 10. Directors, Executive Officers and Corporate Governance
See our proxy statement.
PART IV
Item 15. Exhibits and Financial Statement Schedules
31 Certification
SIGNATURES
Signed by its officers.
"""


def document(text: str, kind: str = "html") -> ParsedDocument:
    made = ParsedDocument(name="a", kind="html", role="", sha256="", size=0, text=text)
    return replace(made, kind="xbrl") if kind == "xbrl" else made


def items(text: str, form: str) -> list[str]:
    return [section.label for section in find_sections(document(text), form)]


def body(section: Section, text: str) -> str:
    return text[section.start : section.end]


ALL = [
    "Part I, Item 1",
    "Part I, Item 1A",
    "Part I, Item 2",
    "Part II, Item 7",
    "Part II, Item 8",
    "Part III, Item 10",
    "Part IV, Item 15",
]


def test_the_body_is_found_and_not_the_table_of_contents() -> None:
    text = CONTENTS + BODY
    sections = find_sections(document(text), "10-K")
    assert [section.label for section in sections] == ALL
    assert sections[0].start == text.index("Item 1. Business\n")
    assert body(sections[2], text) == "Item 2. Properties\nWe lease one office."  # without the line "PART II"
    assert body(sections[-1], text).endswith("31 Certification")  # without the signatures
    assert sections[3].title.startswith("Management’s Discussion and Analysis of")
    assert not any(section.warning for section in sections)


def test_a_table_of_contents_without_page_numbers_is_passed_over_too() -> None:
    bare = "\n".join(line.rsplit(" | ", 1)[0] for line in CONTENTS.split("\n"))
    sections = find_sections(document(bare + BODY), "10-K/A")
    assert [section.label for section in sections] == ALL
    assert sections[0].start > len(bare) - 10


def test_the_numbers_may_stand_on_a_line_of_their_own() -> None:
    text = BODY.replace("Item 1A. Risk Factors", "ITEM 1A.\nRISK FACTORS").replace("Item 8. ", "Item 8\n")
    assert items(text, "10-K") == ALL


def test_page_headers_and_references_are_no_headings() -> None:
    header = "PART II\nItem 7\n"
    text = BODY.replace("Item 8. Fin", f"{PROSE}{header}{PROSE}{header}{PROSE}Item 8. Fin")
    text = text.replace(
        "We lease one office.",
        "Item 8 of this report, and\nItem 7, “Management’s Discussion”, say more about the lease of it and\n"
        "Item 1A. Risk Factors” of this report.",
    )
    sections = find_sections(document(text), "10-K")
    assert [section.label for section in sections] == ALL
    assert body(sections[3], text).startswith("Item 7. Management’s")
    assert body(sections[3], text).count(header) == 2


def test_an_anchor_or_heading_tells_the_heading_from_its_like() -> None:
    text = BODY.replace("We lease one office.", "Item 7. Management’s Discussion and Analysis has more.")
    place = text.index("Item 7. Management’s Discussion and Analysis of")
    found = find_sections(
        replace(
            document(text), blocks=(Block("heading", place, place + 10, 2),), anchors=(Anchor("i7", place),)
        ),
        "10-K",
    )
    assert found[3].start == place


def test_joint_items_are_one_section() -> None:
    text = BODY.replace("Item 1. Business", "Items 1 and 2. Business and Properties").replace(
        "Item 2. Properties", "Facilities"
    )
    found = find_sections(document(text), "10-K")
    assert (found[0].item, found[0].title) == ("Items 1 and 2", "Business And Properties")
    assert "Part I, Item 2" not in [section.label for section in found]


def test_what_is_incorporated_by_reference_carries_a_warning() -> None:
    text = BODY.replace(
        "Item 8. Financial Statements and Supplementary Data\n" + PROSE,
        "Item 8. Financial Statements and Supplementary Data\nSee Item 15.\n",
    )
    found = {section.item: section for section in find_sections(document(text), "10-K")}
    assert "incorporated by reference" in found["Item 8"].warning
    assert found["Item 15"].end == len(text.rstrip())  # the statements may follow the signatures


def test_reserved_items_are_called_so() -> None:
    text = BODY.replace("Item 7. Man", "Item 6. [Reserved]\nItem 7. Man")
    assert [s.title for s in find_sections(document(text), "10-K") if s.item == "Item 6"] == ["Reserved"]


def test_a_cross_reference_index_gives_a_warning_and_no_sections() -> None:
    for text in (PROSE * 5 + CONTENTS, CONTENTS + PROSE * 5):
        report = document(text)
        found = find_sections(report, "10-K")
        assert found == ()
        assert "No Items were found" in section_warnings(report, "10-K", found)[0]


def test_a_quarterly_report_has_two_parts_with_the_same_numbers() -> None:
    text = f"""PART I. FINANCIAL INFORMATION
Item 1. Financial Statements | 1
Item 2. Management’s Discussion and Analysis of Financial Condition and Results of Operations | 9
PART II. OTHER INFORMATION
Item 1. Legal Proceedings | 20
Item 6. Exhibits | 21
PART I. FINANCIAL INFORMATION
ITEM 1. CONDENSED CONSOLIDATED FINANCIAL STATEMENTS (Unaudited)
{PROSE}Item 2. Management’s Discussion and Analysis of Financial Condition and Results of Operations
{PROSE}Item 3. Quantitative and Qualitative Disclosures About Market Risk
None.
Item 4. Controls and Procedures
They work.
PART II. OTHER INFORMATION
Item 1. Legal Proceedings
None.
Item 1A. Risk Factors
None.
Item 2. Unregistered Sales of Equity Securities and Use of Proceeds
None.
Item 6. Exhibits
31
"""
    assert items(text, "10-Q") == [
        "Part I, Item 1",
        "Part I, Item 2",
        "Part I, Item 3",
        "Part I, Item 4",
        "Part II, Item 1",
        "Part II, Item 1A",
        "Part II, Item 2",
        "Part II, Item 6",
    ]


def test_items_of_an_8k() -> None:
    text = (
        "FORM 8-K\nItem 2.02. Results of Operations and Financial Condition.\nSales rose.\n"
        "Item 2.02 of this report is furnished.\n"
        "Item 9.01 | Financial Statements and Exhibits\n99.1 Release\n"
        "SIGNATURE\nSigned.\n"
    )
    found = find_sections(document(text), "8-K")
    assert [(s.part, s.item, s.title) for s in found] == [
        ("", "Item 2.02", "Results of Operations and Financial Condition"),
        ("", "Item 9.01", "Financial Statements and Exhibits"),
    ]
    assert body(found[1], text).endswith("99.1 Release")


def test_items_of_an_8k_before_2004() -> None:
    text = "ITEM 5. Other Events\nWe moved.\nITEM 7. Financial Statements and Exhibits\n99\n"
    assert [(s.label, s.title) for s in find_sections(document(text), "8-K")] == [
        ("Item 5", "Other Events"),
        ("Item 7", "Financial Statements and Exhibits"),
    ]


@pytest.mark.parametrize("form", ["", "20-F", "EX-99", "CORRESP"])
def test_other_forms_have_no_items(form: str) -> None:
    assert find_sections(document(BODY), form) == ()
    assert section_warnings(document(BODY), form, ()) == ()


def test_an_instance_has_no_items() -> None:
    assert find_sections(document(BODY, "xbrl"), "10-K") == ()


LINES = st.sampled_from(
    [*BODY.replace(PROSE, "x\n").split("\n"), *CONTENTS.split("\n"), PROSE, "Item 3", "Item 99"]
)


@given(st.lists(LINES, max_size=40), st.sampled_from(("10-K", "10-Q", "8-K")))
@settings(max_examples=200, deadline=None)
def test_sections_follow_each_other_within_the_text(lines: list[str], form: str) -> None:
    text = "\n".join(lines)
    found = find_sections(document(text), form)
    assert all(0 <= section.start < section.end <= len(text) for section in found)
    assert all(one.end <= two.start for one, two in pairwise(found))
    assert len({section.label for section in found}) == len(found)


def test_many_headings_take_linear_time() -> None:
    text = "Item 1. Business\nItem 2\nPART II\nItem 7. Management’s Discussion\nwords and more\n" * 20_000
    begin = time.process_time()
    assert len(find_sections(document(text), "10-K")) <= 3
    assert time.process_time() - begin < 10  # measured: 1 to 4 s; quadratic work took 37 s
