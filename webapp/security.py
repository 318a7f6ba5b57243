"""What protects a reader: response headers, and which addresses may become links."""

import re
from typing import Final
from urllib.parse import urlsplit

from flask import Response, abort, request

CONTENT_SECURITY_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

_OWN_NAME = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?", re.IGNORECASE)


def refuse_other_names() -> None:
    """Answer 400 unless the request names this machine: a page from elsewhere whose name was made to point
    here (DNS rebinding) must not read filings. For servers that listen on loopback only.
    """
    if not _OWN_NAME.fullmatch(request.headers.get("Host", "")):
        abort(
            400,
            "These pages listen on this machine only and answer to localhost. "
            "To serve them under another name, set FINCHAT_WEB_HOST to another address.",
        )


def add_headers(response: Response) -> Response:
    """Put the headers on a response; one that a route has set itself (a stricter policy) stays."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-cache")
    return response


def sec_link(url: object) -> str | None:
    """`url` when it is an https address on www.sec.gov, else None: nothing else in data becomes a link."""
    if not isinstance(url, str) or any(ord(mark) <= 32 or mark == "\\" for mark in url):
        return None
    try:
        parts = urlsplit(url)
        is_sec = parts.scheme == "https" and parts.netloc.lower() == "www.sec.gov"
    except ValueError:
        return None
    return url if is_sec else None
