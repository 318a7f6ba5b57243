"""The pages in a real browser: a question is asked, citations are clicked, their places come into view."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Error, Page, expect, sync_playwright

from deploy.staging.model import Found, NotCheckedError
from deploy.staging.site import Site

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SWITCHES = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
QUESTION = "What was Apple's gross margin in fiscal 2024?"
FIGURE, QUOTES = "46.21%", ("180,683", "391,035")
PATIENCE = 30_000  # milliseconds for one step


def page(site: Site) -> Found:
    """Walk through it as a person does. Raises NotCheckedError where there is no browser."""
    complaints: list[str] = []
    with _browser() as browser:
        opened = browser.new_page(base_url=site.web, extra_http_headers=site.headers)
        opened.set_default_timeout(PATIENCE)
        opened.on("console", lambda said: complaints.append(said.text))
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        try:
            _walk(opened)
        except (Error, AssertionError) as error:
            first = str(error).strip().splitlines()[0]
            return Found("the walk from a question to its proof ended early", (first, *complaints))
    faults = tuple(f"the browser complained: {each}" for each in complaints)
    return Found(f"asked {QUESTION!r}, and saw both cited figures at their places", faults)


def _walk(opened: Page) -> None:
    opened.goto("/")
    opened.get_by_label("Your question").fill(QUESTION)
    opened.get_by_role("button", name="Ask").click()
    expect(opened.locator(".figure")).to_have_text(FIGURE, timeout=PATIENCE)
    for number, quote in enumerate(QUOTES):
        opened.locator(".citations li").nth(number).click()
        expect(opened.locator("#mark")).to_have_text(quote, timeout=PATIENCE)
        expect(opened.locator("#mark")).to_be_in_viewport(timeout=PATIENCE)


@contextmanager
def _browser() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        raise NotCheckedError("no Chromium on PATH; scripts/ensure_chromium.sh installs Debian's")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=list(SWITCHES))
        try:
            yield started
        finally:
            started.close()
