"""Small PDFs for tests, written by hand: one font, lines from the top of each page down."""

from collections.abc import Sequence


def make_pdf(pages: Sequence[Sequence[str]], trailer: str = "") -> bytes:
    """A PDF with these lines on these pages; `trailer` goes into the trailer dictionary."""
    streams = [
        "BT /F 10 Tf 14 TL 40 760 Td " + " ".join(f"({_escaped(line)}) Tj T*" for line in lines) + " ET"
        for lines in pages
    ]
    return _pdf(streams, trailer)


def make_placed_pdf(pages: Sequence[Sequence[Sequence[tuple[int, str]]]]) -> bytes:
    """A PDF whose lines are words at places: (points from the left, words), lines from the top down."""
    return _pdf(
        [
            " ".join(
                f"BT /F 10 Tf {left} {760 - 14 * at} Td ({_escaped(words)}) Tj ET"
                for at, line in enumerate(lines)
                for left, words in line
            )
            for lines in pages
        ]
    )


def _pdf(pages: Sequence[str], trailer: str = "") -> bytes:
    """A PDF with these streams of drawing commands as its pages."""
    kids = " ".join(f"{4 + 2 * at} 0 R" for at in range(len(pages)))
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    for at, stream in enumerate(pages):
        resources = "/MediaBox[0 0 612 792]/Resources<</Font<</F 3 0 R>>>>"
        objects.append(f"<</Type/Page/Parent 2 0 R{resources}/Contents {5 + 2 * at} 0 R>>")
        objects.append(f"<</Length {len(stream.encode('cp1252'))}>>stream\n{stream}\nendstream")
    body = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n".encode("cp1252")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n"
    end += f"<</Size {len(objects) + 1}/Root 1 0 R{trailer}>>\nstartxref\n{len(body)}\n%%EOF\n"
    return body + end.encode("ascii")


def _escaped(line: str) -> str:
    return line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
