"""`finchat show`: the text at a place of a filing."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from finchat_sec_qa.cli.options import SETTINGS, examples, pass_session, shared
from finchat_sec_qa.cli.output import on_terminal, print_data, print_value, say
from finchat_sec_qa.cli.session import Session
from finchat_sec_qa.errors import NotFoundError, UsageError
from finchat_sec_qa.model.views import DocumentView, FilingDetail, SectionView

if TYPE_CHECKING:
    from finchat_sec_qa.wiring import Library

WINDOW = 400  # blocks read at once


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of one document's text, end excluded."""

    document: DocumentView
    start: int
    end: int


@click.command(
    "show",
    context_settings=SETTINGS,
    epilog=examples(
        'finchat show 0000320193-24-000123 --section "Item 1A"',
        "finchat show 0000320193-24-000123 --start 180000 --end 181000",
        "finchat show 0000320193-24-000123 --original",
        codes="0 done, 1 error, 2 wrong usage, or no such filing, document or section",
    ),
)
@click.argument("filing")
@click.option("--document", type=click.IntRange(min=0), metavar="N", help="Which document. [0, the main one]")
@click.option("--section", metavar="ITEM", help='An Item, such as "Item 1A" or "Part II, Item 1".')
@click.option("--start", type=click.IntRange(min=0), metavar="OFFSET", help="First character, from 0.")
@click.option("--end", type=click.IntRange(min=0), metavar="OFFSET", help="The character after the last.")
@click.option("--original", is_flag=True, help="Instead of text: the address and hash of the original bytes.")
@shared
@pass_session
def command(
    session: Session,
    *,
    filing: str,
    document: int | None,
    section: str | None,
    start: int | None,
    end: int | None,
    original: bool,
) -> None:
    """Print the text of a filing: all of a document, an Item, or the characters of a citation."""
    if section is not None and (start is not None or end is not None):
        raise UsageError("give --section, or --start and --end, not both")
    with session.reader() as library:
        detail = library.filing(filing)
        place = find_place(library, detail, document=document, section=section, start=start, end=end)
        if original:
            _show_original(session, library, detail, place)
            return
        text = read_text(library, filing, place)
    if session.json:
        print_data(
            {
                "filing": filing,
                "document": place.document.index,
                "sha256": place.document.sha256,
                "start": place.start,
                "end": place.end,
                "text": text,
            }
        )
    elif on_terminal():
        say(text)
    else:
        click.echo(text)


def find_place(
    library: "Library",
    filing: FilingDetail,
    *,
    document: int | None,
    section: str | None,
    start: int | None,
    end: int | None,
) -> Place:
    """The place that the options name. Raises NotFoundError, UsageError."""
    if section is not None:
        found = find_section(library.sections(filing.id), section, document, filing.id)
        return Place(_document(filing, found.document), found.start, found.end)
    one = _document(filing, document or 0)
    first, last = start or 0, one.length if end is None else end
    if not first <= last <= one.length:
        raise UsageError(f"no such place: {first} to {last} in a text of {one.length} characters")
    return Place(one, first, last)


def find_section(
    sections: tuple[SectionView, ...], name: str, document: int | None, filing: str
) -> SectionView:
    """The one section of that item or "part, item".

    Raises NotFoundError, or UsageError naming all that fit.
    """
    asked = _plain(name)
    inside = [one for one in sections if document is None or one.document == document]
    fitting = [one for one in inside if asked in (_plain(one.item), _plain(_label(one)))]
    if not fitting:
        known = ", ".join(_label(one) for one in inside) or "none were found"
        raise NotFoundError(f"{filing} has no section {name!r}; its sections: {known}")
    if len(fitting) > 1:
        names = ", ".join(f"{_label(one)} (--document {one.document})" for one in fitting)
        raise UsageError(f"{name!r} could be any of: {names}")
    return fitting[0]


def read_text(library: "Library", filing: str, place: Place) -> str:
    """text[start:end] of the document. Blocks are parted by newlines, which belong to none."""
    parts: list[str] = []
    at = place.start
    following: int | None = place.start
    while following is not None and at < place.end:
        window = library.blocks(filing, place.document.index, start=following, limit=WINDOW)
        for block in window.blocks:
            if block.start >= place.end:
                break
            parts.append("\n" * max(0, block.start - at))
            parts.append(block.text[max(0, at - block.start) : place.end - block.start])
            at = max(at, min(block.end, place.end))
        following = window.next if window.next is None or window.next < place.end else None
    parts.append("\n" * (place.end - at))
    return "".join(parts)


def _show_original(session: Session, library: "Library", filing: FilingDetail, place: Place) -> None:
    view, content = library.original(filing.id, place.document.index)
    if session.json:
        print_value(view)
        return
    say(f"name    {view.name}")
    say(f"url     {view.url or 'none: the file came from a disk'}")
    say(f"sha256  {view.sha256}")
    say(f"bytes   {len(content)}")


def _document(filing: FilingDetail, index: int) -> DocumentView:
    for one in filing.documents:
        if one.index == index:
            return one
    raise NotFoundError(f"{filing.id} has no document {index}; it has {len(filing.documents)}, from 0")


def _label(section: SectionView) -> str:
    return f"{section.part}, {section.item}" if section.part else section.item


def _plain(name: str) -> str:
    return " ".join(name.replace(",", " ").replace(".", " ").lower().split())
