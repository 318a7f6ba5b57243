"""The report's page: one file, readable without seeing, with everything that the report says."""

import re
from pathlib import Path

import pytest
from lxml import html
from playwright.sync_api import sync_playwright

from deploy.staging.browser import SWITCHES
from deploy.staging.model import Chart, Check, Report
from deploy.staging.page import page
from tests.unit.deploy.staging.stand_in import RELEASE

CHARTS = (
    Chart(
        "Time of a request",
        "ms",
        ("0", "1", "2"),
        {"median": (5.0, None, 7.5), "95 %": (9.0, None, 12.0)},
        10.0,
    ),
    Chart("Requests", "per second", ("0", "1", "2"), {"failed": (0.0, 0.0, 0.0)}),
)
CHECKS = (
    Check("smoke", "passed", "26 of 26", 1.2),
    Check("load", "failed", "<b>3 failed</b>", 60.0, {"requests": 2400, "p95_ms": 12.5}, CHARTS),
    Check("soak", "not checked", "too few samples", 0.1),
)
REPORT = Report("finchat-staging", RELEASE, True, CHECKS, 1_795_420_800.0, 61.3)


@pytest.fixture
def shown() -> html.HtmlElement:
    return html.document_fromstring(page(REPORT))


def test_it_says_the_verdict_the_release_and_every_check(shown: html.HtmlElement) -> None:
    assert shown.cssselect("h1")[0].text_content() == f"Staging did not pass: 1.2.3, {'a' * 12}"
    assert [each.text_content() for each in shown.cssselect("dd")] == ["a" * 40, RELEASE.api, RELEASE.webapp]
    rows = [[cell.text_content() for cell in row] for row in shown.cssselect("main > table tbody tr")]
    assert rows == [
        ["smoke", "✓ passed", "1.2", "26 of 26"],
        ["load", "✗ failed", "60.0", "<b>3 failed</b>"],
        ["soak", "? not checked", "0.1", "too few samples"],
    ]
    assert "2026-11-23" in shown.text_content()


def test_a_passed_report_says_so_and_one_by_other_limits_too() -> None:
    good = Report("s", RELEASE, True, CHECKS[:1], 1.0, 2.0)
    assert "Staging passed" in page(good)
    assert "other limits" not in page(good)
    assert "other limits" in page(Report("s", RELEASE, False, CHECKS[:1], 1.0, 2.0))


def test_nothing_is_fetched_from_elsewhere() -> None:
    text = page(REPORT)
    assert not re.search(r"""(?:src|href)=["'](?!#)|url\(|@import|<script|<link""", text)


def test_charts_are_named_and_have_their_numbers_beside_them(shown: html.HtmlElement) -> None:
    drawn = shown.cssselect("figure")
    assert [each.cssselect("figcaption")[0].text_content() for each in drawn] == [
        "Time of a request, ms, over seconds",
        "Requests, per second, over seconds",
    ]
    first = drawn[0].cssselect('svg[role="img"]')[0]
    assert first.get("aria-label") == "Time of a request, ms, over seconds: median 5 to 8, 95 % 9 to 12"
    rows = [[cell.text_content() for cell in row] for row in drawn[0].cssselect("tbody tr")]
    assert rows == [["0", "5.0", "9.0"], ["1", "", ""], ["2", "7.5", "12.0"]]


def test_tables_have_headers_with_scope(shown: html.HtmlElement) -> None:
    assert shown.cssselect("th")
    assert [each for each in shown.cssselect("th") if each.get("scope") not in {"row", "col"}] == []
    assert shown.get("lang") == "en"
    assert shown.cssselect('meta[name="viewport"]')


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_read_in_a_browser_on_a_phone(chromium: str, tmp_path: Path, scheme: str) -> None:
    file = tmp_path / "report.html"
    file.write_text(page(REPORT), "utf-8")
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(SWITCHES))
        opened = browser.new_page(
            viewport={"width": 390, "height": 800},
            color_scheme=scheme,  # type: ignore[arg-type]
        )
        opened.on("console", lambda said: complaints.append(said.text))
        opened.goto(file.as_uri())
        wide = opened.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        drawn = opened.evaluate(
            "[...document.querySelectorAll('path.line')].map((line) => line.getTotalLength())"
        )
        browser.close()
    assert complaints == []
    assert not wide
    assert len(drawn) == 3
    assert max(drawn) > 0
