import contextlib
import gzip
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finchat_sec_qa.edgar.bodies import kind_of, parse_json, problem, unzipped
from finchat_sec_qa.errors import BadBodyError
from tests.fake_edgar import ACCESS_DENIED, THRESHOLD, UNDECLARED

HTML = b'<?xml version="1.0"?><!-- made --> <!-- by --><html><head><title>aapl</title></head><p>x</p></html>'
SUBMISSION = b"<SEC-DOCUMENT>0.txt : 2024\n<DOCUMENT>\n</DOCUMENT>\n</SEC-DOCUMENT>\n"


@pytest.mark.parametrize(
    ("body", "sent", "kind"),
    [
        (HTML, "text/html", "html"),
        (b"<DOCUMENT><TYPE>EX-99<TEXT><HTML>x", "text/html; charset=utf-8", "html"),
        (b"<html><title>401(k) plan, annual report</title></html>", "text/html", "html"),
        (b"<html><title>Error corrections in 2023</title></html>", "text/html", "html"),
        (b"<html><title>EX-10.1</title><h1>Forbidden Foods Inc</h1></html>", "text/html", "html"),
        (b'{"a": 1.5}', "application/json", "json"),
        (b"[]", "", "json"),
        (b"<html><title>EDGAR Filing Documents for 1</title></html>", "text/html", "index"),
        (SUBMISSION, "text/plain", "submission"),
        (
            b"-----BEGIN PRIVACY-ENHANCED MESSAGE-----\n-----END PRIVACY-ENHANCED MESSAGE-----",
            "",
            "submission",
        ),
        (b"<?xml version='1.0'?><xbrl></xbrl>", "application/xml", "xml"),
        (b"%PDF-1.7 x", "application/pdf", "pdf"),
        (b"Exhibit 21", "text/plain", "text"),
    ],
)
def test_sound_bodies_pass(body: bytes, sent: str, kind: str) -> None:
    assert problem(body, sent, kind) == ""


@pytest.mark.parametrize("kind", ["html", "json", "index", "submission", "xml", "pdf", "text"])
@pytest.mark.parametrize(
    ("body", "sent"),
    [
        (UNDECLARED, "text/html"),
        (THRESHOLD, "text/html"),
        (THRESHOLD, ""),
        (b"<!DOCTYPE html><html><title>503 Service Unavailable</title></html>", "text/html"),
        (b"<html><head><title>Access Denied</title></head></html>", "text/html"),
        (b"<html><title>SEC.gov | Page not found</title></html>", "text/html"),
        (ACCESS_DENIED, "application/xml"),
        (b"", ""),
        (b" \n", ""),
    ],
)
def test_error_pages_never_pass(body: bytes, sent: str, kind: str) -> None:
    assert problem(body, sent, kind)


@pytest.mark.parametrize(
    ("body", "sent", "kind"),
    [
        (b'{"a": 1', "application/json", "json"),
        (b'{"a": NaN}', "application/json", "json"),
        (b"\xff\xfe{}", "application/json", "json"),
        (b"[" * 200_000, "application/json", "json"),
        (b"{}", "application/xml", "json"),
        (b"<html>not an index</html>", "text/html", "index"),
        (SUBMISSION[:-20], "text/plain", "submission"),
        (b"plain", "text/plain", "submission"),
        (b"junk", "application/pdf", "pdf"),
        (b"{}", "application/json", "html"),
        (HTML, "application/xml", "xml"),
    ],
)
def test_wrong_bodies_are_named(body: bytes, sent: str, kind: str) -> None:
    assert problem(body, sent, kind)


def test_a_row_of_comments_costs_no_time() -> None:
    assert problem(b"<!-- -->" * 4_000, "", "text") == ""


def test_kinds_follow_the_name() -> None:
    assert [kind_of(name) for name in ("a.HTM", "b.html", "c.xml", "d.pdf", "e.txt", "f")] == [
        *("html", "html", "xml", "pdf", "text", "text")
    ]


def test_numbers_stay_exact() -> None:
    assert parse_json(b'{"val": 0.1, "n": 1}', "x") == {"val": Decimal("0.1"), "n": 1}
    with pytest.raises(BadBodyError, match=r"facts\.json"):
        parse_json(b"{", "facts.json")


@given(st.binary(max_size=5_000), st.binary(max_size=5_000))
def test_gzip_comes_back_whole_or_not_at_all(first: bytes, second: bytes) -> None:
    packed = gzip.compress(first) + gzip.compress(second)
    assert unzipped(packed, 10_000) == first + second
    for cut in (packed[: len(packed) // 2], packed[:-1]):
        with contextlib.suppress(BadBodyError):
            assert unzipped(cut, 10_000) == first  # cut exactly between the two members


def test_gzip_bombs_and_junk_are_refused() -> None:
    with pytest.raises(BadBodyError, match="more than 1,000"):
        unzipped(gzip.compress(b"\0" * 10_000_000), 1_000)
    with pytest.raises(BadBodyError, match="cut"):
        unzipped(gzip.compress(json.dumps({"a": 1}).encode())[:-4], 1_000)
    with pytest.raises(BadBodyError, match="broken"):
        unzipped(b"junk", 1_000)
