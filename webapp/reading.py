"""Fetching the part of a filing that a reader wants to see."""

from finchat_sec_qa.client import FinChatClient
from finchat_sec_qa.model.views import BlockWindow, FilingDetail

WINDOW = 60  # blocks shown at once, about two printed pages
LEAD = 1_200  # characters shown before a citation, so that its heading and table head are seen
_TRIES = 4  # windows asked for until one holds the place


def window_around(client: FinChatClient, filing: str, document: int, start: int, end: int) -> BlockWindow:
    """A window that holds the characters [start, end), with some text before them.

    Where the document has no such place, the window nearest to it. Raises RemoteError.
    """
    window = client.blocks(filing, document, start=max(0, start - LEAD), limit=WINDOW)
    for _ in range(_TRIES):
        if not window.blocks:
            break
        if window.blocks[0].start > start and window.previous is not None:
            window = client.blocks(filing, document, start=window.previous, limit=WINDOW)
        elif window.blocks[-1].end < end and window.next is not None and window.next <= start:
            window = client.blocks(filing, document, start=window.next, limit=WINDOW)
        else:
            break
    if window.blocks and window.blocks[-1].end < end:
        # The place begins near the window's end: begin right at it.
        window = client.blocks(filing, document, start=start, limit=WINDOW)
    return window


def document_with(detail: FilingDetail, sha256: str) -> int | None:
    """The index of the filing's document with these bytes; None when the filing has been replaced since."""
    return next((document.index for document in detail.documents if document.sha256 == sha256), None)
