import pytest

from tests.unit.webapp.fake_api import FakeApi
from tests.unit.webapp.fake_filings import FILING, Draft, Filing, acme
from webapp.reading import document_with, window_around


@pytest.mark.parametrize("quote", ["Acme Instruments Corporation", "7,403", "Lead times", "note 40 of 40"])
def test_the_window_holds_the_place(quote):
    filing = Filing.made(FILING, "Acme", acme())
    start, end = filing.draft.find(quote)
    window = window_around(FakeApi({FILING: filing}).client(), FILING, 0, start, end)
    assert window.blocks[0].start <= start
    assert window.blocks[-1].end >= end


def test_many_tiny_blocks_before_the_place_do_not_hide_it():
    draft = Draft()
    for number in range(400):
        draft.add(str(number % 10))
    start, end = draft.add("here")
    filing = Filing.made(FILING, "Acme", draft)
    window = window_around(FakeApi({FILING: filing}).client(), FILING, 0, start, end)
    assert "here" in [block.text for block in window.blocks]


def test_a_place_that_crosses_the_windows_end_is_shown_from_its_start():
    draft = Draft()
    for number in range(58):
        draft.add(f"{number:02}")
    start, _ = draft.add("the quote begins")
    for _ in range(30):
        end = draft.add("and goes on")[1]
    filing = Filing.made(FILING, "Acme", draft)
    window = window_around(FakeApi({FILING: filing}).client(), FILING, 0, start, end)
    assert window.blocks[0].start <= start
    assert window.blocks[-1].end >= end


def test_a_place_beyond_the_document_gives_some_window():
    filing = Filing.made(FILING, "Acme", acme())
    window = window_around(FakeApi({FILING: filing}).client(), FILING, 0, 10**8, 10**8 + 5)
    assert window.blocks == ()


def test_a_document_is_found_by_its_hash():
    filing = Filing.made(FILING, "Acme", acme())
    assert document_with(filing.detail, filing.detail.documents[0].sha256) == 0
    assert document_with(filing.detail, "0" * 64) is None
