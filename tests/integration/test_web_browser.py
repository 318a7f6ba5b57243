"""The pages in a real Chromium, over an API in memory: with scripts, without, by keyboard, on a phone."""

import logging
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import Any
from urllib.parse import quote
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from werkzeug.serving import make_server
from werkzeug.wsgi import ClosingIterator

from finchat_sec_qa.config import Settings
from tests.unit.webapp.fake_api import COMPARED, HACKED, MARGIN, REVENUE, SUPPLY, UNKNOWN, api_with_answers
from tests.unit.webapp.fake_filings import FILING
from webapp.app import create_app

pytestmark = pytest.mark.browser
SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
PATHS = (
    "/",
    "/companies",
    "/companies/0000999999",
    "/filings",
    f"/filings/{FILING}",
    f"/filings/{FILING}/read",
    f"/filings/{FILING}/facts",
    "/filings/evil-2023",
    "/filings/evil-2023/read",
    "/search?q=sensors",
    "/verify",
    COMPARED,
    "/statements/income/FY2023/0000999999",
    "/nowhere",
)


def asked(question: str, more: str = "") -> str:
    return f"/ask?q={quote(question)}{more}"


def read_whole(app: WSGIApplication) -> WSGIApplication:
    """The same pages, each read and closed before it is sent.

    A browser that goes to the next page drops what it still asks for; the test's server then closes no file.
    """

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with closing(ClosingIterator(app(environ, start_response))) as body:
            return [b"".join(body)]

    return application


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel("ERROR")
    api = api_with_answers()
    server = make_server("127.0.0.1", 0, read_whole(create_app(Settings(), api.client())), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join(5)
    server.server_close()


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=list(SWITCHES))
        yield started
        started.close()


class Visitor:
    """Opens pages and remembers everything the browser complained about."""

    def __init__(self, browser: Browser, address: str) -> None:
        self._browser = browser
        self._address = address
        self._contexts: list[BrowserContext] = []
        self.complaints: list[str] = []

    def open(self, path: str, **options: Any) -> Page:
        context = self._browser.new_context(
            **{"base_url": self._address, "viewport": {"width": 1280, "height": 800}, **options}
        )
        self._contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(path)
        return page

    def close(self) -> None:
        for context in self._contexts:
            context.close()


@pytest.fixture
def visitor(browser: Browser, address: str) -> Iterator[Visitor]:
    """A visitor whose browser must not have complained at the end (404 pages say so themselves)."""
    made = Visitor(browser, address)
    yield made
    made.close()
    assert [text for text in made.complaints if "404 (NOT FOUND)" not in text] == []


def shown_mark(page: Page) -> str:
    """The text of the current mark, all of which must be visible inside the pane and the window."""
    expect(page.locator("#mark")).to_be_in_viewport(ratio=0.9)
    inside = page.evaluate(
        """() => {
            const mark = document.querySelector("#mark");
            const sheet = document.querySelector("#sheet").getBoundingClientRect();
            // Line by line: the middle of a mark of two lines lies between them.
            return [...mark.getClientRects()].every((line) =>
                line.top >= sheet.top && line.bottom <= sheet.bottom && document.elementFromPoint(
                    line.left + line.width / 2, line.top + line.height / 2)?.closest("mark") === mark);
        }"""
    )
    assert inside, "the mark is outside the pane or covered"
    return "".join(page.locator("mark.current").all_text_contents())


def test_a_question_leads_to_its_proof(visitor: Visitor):
    page = visitor.open("/")
    page.get_by_label("Your question").fill(REVENUE)
    page.get_by_role("button", name="Ask").click()
    expect(page.locator(".figure")).to_have_text("$7.403 billion")
    assert "company=" not in page.url
    assert shown_mark(page) == "7,403"
    page.locator(".citations li").nth(1).click()
    expect(page.locator("#mark")).to_have_text("6,581")
    assert shown_mark(page) == "6,581"
    assert page.locator("a.cite[aria-current]").first.get_attribute("data-cite") == "2"
    assert "cite=2" in page.url
    page.go_back()
    expect(page.locator("#mark")).to_have_text("7,403")


def test_citations_change_without_a_new_page(visitor: Visitor):
    page = visitor.open(asked(SUPPLY))
    page.evaluate("window.same = true")
    assert shown_mark(page).startswith("We buy the optical sensors")
    page.locator(".prose a.cite[data-cite='2']").click()
    expect(page.locator("#mark")).to_contain_text("Lead times")
    assert shown_mark(page) == "Lead times for application-specific circuits exceed forty weeks."
    expect(page.locator("#said")).to_contain_text("Citation 2")
    page.get_by_role("link", name="Later in the filing").click()
    expect(page.locator("#mark")).to_have_count(0)
    page.get_by_role("link", name="Back to the cited place").click()
    expect(page.locator("#mark")).to_have_count(1)
    assert page.evaluate("window.same") is True


def test_a_permalink_opens_at_its_citation(visitor: Visitor):
    assert shown_mark(visitor.open(asked(MARGIN, "&cite=2"))) == "3,392"
    assert shown_mark(visitor.open(asked(MARGIN, "&cite=2#mark"))) == "3,392"


def test_the_keyboard_reaches_everything(visitor: Visitor):
    page = visitor.open(asked(REVENUE))
    page.keyboard.press("n")
    expect(page.locator("#mark")).to_have_text("6,581")
    page.keyboard.press("n")
    expect(page.locator("#mark")).to_have_text("6,581")
    page.keyboard.press("p")
    expect(page.locator("#mark")).to_have_text("7,403")
    page.keyboard.press("2")
    expect(page.locator("#mark")).to_have_text("6,581")
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("1 n p")
    expect(page.locator("#q")).to_have_value("1 n p")
    expect(page.locator("#mark")).to_have_text("6,581")
    page.keyboard.press("Escape")
    expect(page.locator("#q")).not_to_be_focused()


def test_the_skip_link_comes_first_and_focus_is_seen(visitor: Visitor):
    page = visitor.open(asked(REVENUE))
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    assert skip.evaluate("element => getComputedStyle(element).outlineStyle") != "none"
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_an_answer_is_verified_beside_it(visitor: Visitor):
    page = visitor.open(asked(REVENUE))
    page.get_by_role("link", name="Verify", exact=True).last.click()
    expect(page.locator("#report h2")).to_have_text("Verified: everything holds")
    expect(page.locator("#report h2")).to_be_in_viewport()


def test_answers_are_copied(visitor: Visitor):
    page = visitor.open(asked(REVENUE), permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("link", name="Copy as Markdown").click()
    expect(page.get_by_role("link", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("## What was Acme’s revenue")
    page.get_by_role("link", name="Copy as JSON").click()
    expect(page.get_by_role("link", name="Copied")).to_have_count(2)
    assert '"finchat.answer/1"' in page.evaluate("navigator.clipboard.readText()")
    page.get_by_role("link", name="Permalink").click()
    expect(page.get_by_role("link", name="Copied")).to_have_count(3)
    assert page.evaluate("navigator.clipboard.readText()").endswith(
        quote(REVENUE, safe="").replace("%20", "+")
    )


def test_all_of_it_works_without_scripts(visitor: Visitor):
    page = visitor.open("/", java_script_enabled=False)
    page.get_by_label("Your question").fill(SUPPLY)
    page.get_by_role("button", name="Ask").click()
    expect(page.locator("#mark")).to_be_in_viewport()
    page.locator(".citations a.cite[data-cite='2']").click()
    expect(page.locator("#mark")).to_have_text(
        "Lead times for application-specific circuits exceed forty weeks."
    )
    expect(page.locator("#mark")).to_be_in_viewport(ratio=0.9)
    expect(page.locator("#theme")).to_be_hidden()
    page.get_by_role("link", name="Verify", exact=True).last.click()
    expect(page.locator("#report h2")).to_have_text("Verified: everything holds")
    page.get_by_role("link", name="Read the filing").click()
    expect(page.locator("#mark")).to_be_in_viewport()
    page.goto(asked(REVENUE))
    expect(page.locator("#mark")).to_be_in_viewport()


SMALL = """() => [...document.querySelectorAll("main button, main .button, main input, nav a")]
    .filter((element) => element.checkVisibility() && element.getBoundingClientRect().height < 24)
    .map((element) => element.outerHTML)"""


def test_a_phone_never_scrolls_sideways_and_has_targets_to_touch(visitor: Visitor):
    page = visitor.open("/", **PHONE)
    for path in (*PATHS, asked(REVENUE), asked(MARGIN), asked(UNKNOWN), asked(HACKED)):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
        assert page.evaluate(SMALL) == [], path


def test_a_phone_shows_the_proof_under_the_answer(visitor: Visitor):
    page = visitor.open(asked(REVENUE), **PHONE)
    assert page.locator(".pane").bounding_box()["y"] > page.locator(".answer").bounding_box()["y"]
    page.locator(".citations a.cite[data-cite='2']").tap()
    expect(page.locator("#mark")).to_have_text("6,581")
    expect(page.locator("#pane-title")).to_be_in_viewport()
    assert shown_mark(page) == "6,581"
    asked_for: list[str] = []
    page.on("request", lambda request: asked_for.append(request.url))
    page.get_by_role("link", name="Back to the answer").tap()
    page.wait_for_url("**#question")
    expect(page.locator("#question")).to_be_in_viewport()
    page.evaluate("new Promise((done) => setTimeout(done, 100))")  # a request would have begun
    # The pane, loaded again, would have taken the reader back to it.
    assert [url for url in asked_for if "/ask" in url] == []


def ground(page: Page) -> str:
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


def test_dark_follows_the_system_or_the_toggle(visitor: Visitor):
    light = ground(visitor.open("/"))
    assert ground(visitor.open("/", color_scheme="dark")) != light
    page = visitor.open("/")
    toggle = page.get_by_role("button", name="Theme")
    toggle.click()
    toggle.click()
    expect(toggle).to_have_text("Theme: dark")
    assert ground(page) != light
    page.goto("/companies")
    assert ground(page) != light
    toggle.click()
    expect(toggle).to_have_text("Theme: auto")
    assert ground(page) == light


CONTRAST = """() => {
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const rgb = (colour) => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
        .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
        .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
    const behind = (element) => {
        for (let at = element; at; at = at.parentElement) {
            const colour = rgb(getComputedStyle(at).backgroundColor);
            if (colour[3] > 250) return colour;
        }
        return rgb("Canvas");
    };
    const poor = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const element = texts.currentNode.parentElement;
        if (!texts.currentNode.data.trim() || !element.checkVisibility()) continue;
        if (element.closest(".unseen, .skip")) continue;
        const [a, b] = [light(rgb(getComputedStyle(element).color)), light(behind(element))];
        const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (ratio < 4.5) poor.push(`${ratio.toFixed(2)} ${element.outerHTML.slice(0, 80)}`);
    }
    return poor;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_has_the_contrast_of_wcag_aa(visitor: Visitor, scheme: str):
    page = visitor.open("/", color_scheme=scheme)
    for path in (*PATHS, asked(REVENUE), asked(MARGIN, "&verify=1"), asked(UNKNOWN)):
        page.goto(path)
        assert page.evaluate(CONTRAST) == [], path


def test_markup_in_filings_names_and_questions_stays_text(visitor: Visitor):
    page = visitor.open("/")
    hostile = (asked(HACKED), asked(HACKED, "&verify=1"), asked("<script>window.pwned=9</script>"))
    for path in (*PATHS, *hostile):
        page.goto(path, wait_until="load")
        assert page.evaluate("window.pwned") is None, path
        assert page.locator("main img, main script, main svg[onload]").count() == 0, path
        links = page.evaluate("[...document.links].map((link) => link.href)")
        assert not any("javascript:" in link.lower() for link in links), path


def test_the_policy_stops_injected_code(browser: Browser, address: str):
    """The test of the test: a violation would be noticed."""
    visitor = Visitor(browser, address)
    page = visitor.open("/")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=window.pwned=1>')")
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {text: 'window.pwned=2'}))"
    )
    page.wait_for_timeout(200)
    assert page.evaluate("window.pwned") is None
    assert any("Content Security Policy" in text for text in visitor.complaints)
    visitor.close()


def test_print_shows_answer_and_proof_only(visitor: Visitor):
    page = visitor.open(asked(REVENUE))
    page.emulate_media(media="print")
    for hidden in (".bar", ".ask", ".actions", ".foot"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.locator(".figure")).to_be_visible()
    expect(page.locator("#mark")).to_be_visible()


def test_a_failing_pane_falls_back_to_the_whole_page(visitor: Visitor):
    page = visitor.open(asked(REVENUE))
    first = []
    page.route(
        "**/ask?**", lambda route: route.abort() if not first and not first.append(1) else route.continue_()
    )
    page.locator(".citations a.cite[data-cite='2']").click()
    expect(page.locator("#mark")).to_have_text("6,581")
    visitor.complaints.clear()  # the aborted request itself


@pytest.mark.parametrize("scripts", [True, False])
def test_a_point_of_a_chart_is_reached_by_keyboard_and_leads_to_its_fact(
    visitor: Visitor, *, scripts: bool
) -> None:
    page = visitor.open(COMPARED, java_script_enabled=scripts)
    point = page.get_by_role("link", name="Acme Instruments Corp, FY2023: $7.403 billion")
    point.focus()
    expect(point).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#mark")).to_have_text("7,403")
    assert "/read?" in page.url


def test_charts_fit_a_phone_and_both_themes(visitor: Visitor) -> None:
    for scheme in ("light", "dark"):
        page = visitor.open(COMPARED, color_scheme=scheme, **PHONE)
        box = page.locator("figure.chart svg").first.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE["viewport"]["width"]  # type: ignore[index]
        line, ground = page.evaluate(
            """() => [getComputedStyle(document.querySelector(".series polyline")).stroke,
                      getComputedStyle(document.querySelector(".chart")).backgroundColor]"""
        )
        assert line != ground
