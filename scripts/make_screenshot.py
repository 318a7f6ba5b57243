"""Takes docs/images/answer.png: the page with a real answer from the sample filings, in Chromium.

    python -m scripts.make_screenshot [--store DIR] [--question TEXT] [--dark]

Starts `finchat serve` on free ports over a store of its own (or DIR, which must hold the samples), asks,
and fails when the answer, the marked place in the filing or the picture's size is not as it should be.
"""

import argparse
import json
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Page, ViewportSize, expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "images" / "answer.png"
QUESTION = "What was Apple's gross margin in fiscal 2024?"
SIZE = ViewportSize(width=1400, height=900)
LARGEST = 300_000  # bytes
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def main() -> int:
    """Take the picture; returns the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--store", type=Path, help="a store that holds the samples, instead of a new one")
    parser.add_argument("--question", default=QUESTION)
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--output", type=Path, default=PICTURE)
    given = parser.parse_args()
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        sys.stderr.write("no Chromium on PATH; scripts/ensure_chromium.sh installs Debian's\n")
        return 1
    with tempfile.TemporaryDirectory() as folder, site(given.store or Path(folder) / "store") as address:
        take(program, f"{address}/ask?{urlencode({'q': given.question})}", given.output, dark=given.dark)
    size = given.output.stat().st_size
    print(f"{given.output} has {size:,} bytes")
    if size > LARGEST:
        sys.stderr.write(f"that is more than the {LARGEST:,} bytes allowed\n")
        return 1
    return 0


@contextmanager
def site(store: Path) -> Iterator[str]:
    """The address of the web pages, served while the block runs."""
    command = [sys.executable, "-m", "finchat_sec_qa.cli", "serve", "--samples", "--json"]
    command += ["--store", str(store), "--api-port", "0", "--web-port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        line = process.stdout.readline() if process.stdout else ""
        try:
            yield json.loads(line)["web"]
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def take(program: str, url: str, output: Path, *, dark: bool) -> None:
    """Save a picture of the answer at `url`, with the cited place in view."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(SWITCHES))
        page: Page = browser.new_page(viewport=SIZE, color_scheme="dark" if dark else "light")
        page.goto(url)
        expect(page.locator(".figure")).to_be_visible()
        expect(page.locator("#mark")).to_be_in_viewport(ratio=0.9)
        output.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=output)
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
