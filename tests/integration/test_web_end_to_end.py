"""The real API and the real web pages as processes of their own, over a store with the sample filings."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest
from lxml import html
from playwright.sync_api import expect, sync_playwright

from finchat_sec_qa.client import FinChatClient
from finchat_sec_qa.model.answer import Answer
from tests.integration.test_web_browser import SWITCHES

START_SECONDS = 60
LIBERTY_SECONDS = 15  # to stop
REVENUE = "What was Apple's revenue in fiscal 2024?"
TOKEN = "a-token-of-these-tests"  # noqa: S105 - of a server that lives for seconds


@contextmanager
def running(module: str, port: int, **settings: str) -> Iterator[subprocess.Popen[str]]:
    """`python -m module` until the block ends; it must then stop on SIGTERM by itself, with exit status 0."""
    environment = {**os.environ, "FINCHAT_API_TOKEN": TOKEN, "FINCHAT_LOG_FORMAT": "json", **settings}
    command = [sys.executable, "-m", module]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            wait_for(f"http://127.0.0.1:{port}/health", process)
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                _, said = process.communicate(timeout=LIBERTY_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
        assert process.returncode == 0, said
        assert "Traceback" not in said
        assert TOKEN not in said


def wait_for(url: str, process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, "the server ended"
        try:
            if httpx.get(url, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    pytest.fail(f"nothing answers at {url}")


@pytest.fixture(scope="module")
def site(sample_store: Path, tmp_path_factory: pytest.TempPathFactory, free_port: int) -> Iterator[str]:
    store = tmp_path_factory.mktemp("web") / "store"
    shutil.copytree(sample_store, store)
    api, web = free_port, free_port + 1
    with (
        running("api", api, FINCHAT_STORE=str(store), FINCHAT_API_PORT=str(api)),
        running(
            "webapp",
            web,
            FINCHAT_API_URL=f"http://127.0.0.1:{api}",
            FINCHAT_WEB_PORT=str(web),
        ),
    ):
        yield f"http://127.0.0.1:{web}"


@pytest.fixture(scope="module")
def web(site: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=site, trust_env=False, timeout=30) as client:
        yield client


def page(web: httpx.Client, path: str) -> html.HtmlElement:
    response = web.get(path)
    assert response.status_code == 200, response.text
    return html.document_fromstring(response.text)


def test_every_example_of_the_first_page_has_an_answer_whose_places_can_be_shown(web: httpx.Client):
    examples = [link.get("href") for link in page(web, "/").cssselect(".examples a")]
    assert len(examples) >= 3
    for example in examples:
        answer = Answer.model_validate_json(web.get(example.replace("/ask?", "/ask.json?")).text)
        assert answer.status == "answered", answer.question
        assert answer.citations
        for citation in answer.citations:
            shown = page(web, f"{example}&cite={citation.id}")
            marked = [mark.text_content() for mark in shown.cssselect("mark.current")]
            assert "".join(marked).split() == citation.quote.replace(" | ", "").split() or (
                " | ".join(marked) == citation.quote
            ), (answer.question, citation.id)


def test_a_real_answer_holds_when_verified(web: httpx.Client):
    shown = page(web, f"/ask?q={REVENUE}&verify=1")
    assert shown.cssselect(".figure")[0].text_content() == "$391.035 billion"
    assert "everything holds" in shown.cssselect("#report h2")[0].text_content()


def test_the_whole_site_can_be_walked(web: httpx.Client):
    """Every link of every kind of page leads to a page; a few hundred of them in all."""
    seen: set[str] = set()
    waiting = ["/", f"/ask?q={REVENUE}", "/ask?q=What+was+Initech's+revenue+in+2023?"]
    kinds: dict[str, int] = {}
    while waiting:
        path = waiting.pop(0)
        kind = "/".join(part for part in path.partition("?")[0].split("/") if not part.startswith("000"))
        if path in seen or kinds.get(kind, 0) >= 6:
            continue
        seen.add(path)
        kinds[kind] = kinds.get(kind, 0) + 1
        response = web.get(path, follow_redirects=True)
        assert response.status_code == 200, path
        if response.headers["Content-Type"].startswith("text/html"):
            tree = html.document_fromstring(response.text)
            links = [urljoin(response.url.path, link.get("href")) for link in tree.cssselect("a[href]")]
            waiting += [link.partition("#")[0] for link in links if link.startswith("/")]
    assert {"", "/ask", "/filings", "/companies", "/search", "/verify", "/ask.md", "/filings/read"} <= set(
        kinds
    ) | {""}
    assert len(seen) > 30


def test_an_original_is_the_stored_file(web: httpx.Client, site: str):
    link = page(web, "/filings").cssselect("tbody a")[0].get("href")
    shown = page(web, link)
    digest = shown.cssselect(".hash code")[0].text_content()
    original = shown.cssselect(".documents a[download]")[0].get("href")
    import hashlib  # noqa: PLC0415 - only here

    assert hashlib.sha256(web.get(original).content).hexdigest() == digest


def test_readiness_and_what_is_not_there(web: httpx.Client):
    assert web.get("/ready").json()["ready"] is True
    for path in ("/filings/none", "/companies/none", "/nowhere"):
        response = web.get(path)
        assert response.status_code == 404
        assert "What to do next" in response.text


def test_a_wrong_token_is_told(site: str, free_port: int, web: httpx.Client):
    api = f"http://127.0.0.1:{free_port}"
    assert web.get("/").status_code == 200
    with FinChatClient(api, token=TOKEN) as client:
        port = free_port + 2
        assert client.companies()
    settings = {"FINCHAT_API_URL": api, "FINCHAT_WEB_PORT": str(port), "FINCHAT_API_TOKEN": "another-token"}
    with running("webapp", port, **settings):
        response = httpx.get(f"http://127.0.0.1:{port}/", trust_env=False, timeout=30)
        assert response.status_code == 502
        assert "FINCHAT_API_TOKEN" in response.text


@pytest.mark.browser
def test_in_the_browser_a_real_answer_is_highlighted_in_the_real_filing(site: str, chromium: str):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(SWITCHES))
        shown = browser.new_page(base_url=site, viewport={"width": 1280, "height": 800})
        complaints: list[str] = []
        shown.on("console", lambda message: complaints.append(message.text))
        shown.goto("/")
        shown.locator(".examples a").first.click()
        expect(shown.locator(".figure")).to_be_visible()
        expect(shown.locator("#mark")).to_be_in_viewport(ratio=0.9)
        quote = shown.locator(".citations blockquote").first.text_content()
        assert shown.locator("mark.current").first.text_content() == quote
        assert complaints == []
        browser.close()
