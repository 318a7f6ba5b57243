import io
import json
import logging
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finchat_sec_qa.telemetry.logs import HIDDEN, Redactor, configure, request_id

SECRET = "tok-8f2e91"  # noqa: S105 - made up


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    names = ("uvicorn", "uvicorn.error", "uvicorn.access", "httpx")
    before = {name: (logging.getLogger(name).level, logging.getLogger(name).disabled) for name in names}
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    for name, (its_level, disabled) in before.items():
        logging.getLogger(name).setLevel(its_level)
        logging.getLogger(name).disabled = disabled


def written(form: str = "json", level: str = "INFO") -> io.StringIO:
    stream = io.StringIO()
    configure(level, form, secrets=(SECRET,), stream=stream)  # type: ignore[arg-type]
    return stream


def test_a_line_is_one_json_object_with_time_level_logger_and_fields() -> None:
    stream = written()
    token = request_id.set("r-7")
    logging.getLogger("api").info("two\nlines", extra={"status": 200})
    request_id.reset(token)
    (line,) = stream.getvalue().splitlines()
    found = json.loads(line)
    assert found.pop("time").endswith("+00:00")
    assert found == {
        "level": "INFO",
        "logger": "api",
        "message": "two\nlines",
        "status": 200,
        "request_id": "r-7",
    }


def test_a_traceback_is_one_field() -> None:
    stream = written()
    try:
        int(SECRET)
    except ValueError:
        logging.getLogger("api").exception("failed")
    (line,) = stream.getvalue().splitlines()
    assert "ValueError" in json.loads(line)["exception"]
    assert SECRET not in line


@pytest.mark.parametrize("form", ["json", "plain"])
@pytest.mark.parametrize(
    "message",
    [
        "Authorization: Bearer abc.def-123",
        "{'authorization': 'bearer abc.def-123'}",
        f"token={SECRET}",
        SECRET * 2,
    ],
)
def test_no_secret_is_written(form: str, message: str) -> None:
    stream = written(form)
    logging.getLogger("x").warning("%s", message, extra={"header": message})
    assert HIDDEN in stream.getvalue()
    assert SECRET not in stream.getvalue()
    assert "abc.def" not in stream.getvalue()


def test_uvicorn_and_warnings_use_the_same_handler_and_access_lines_are_ours() -> None:
    stream = written()
    logging.getLogger("uvicorn.error").info("started", extra={"color_message": "\x1b[36m"})
    logging.getLogger("uvicorn.access").info("GET /?token=x")
    logging.getLogger("py.warnings").warning("old")
    assert [json.loads(line)["message"] for line in stream.getvalue().splitlines()] == ["started", "old"]
    assert "color" not in stream.getvalue()


def test_level_and_chatty_libraries() -> None:
    stream = written(level="DEBUG")
    logging.getLogger("api").debug("seen")
    logging.getLogger("httpx").info("HTTP Request: GET http://…")
    assert "seen" in stream.getvalue()
    assert "httpx" not in stream.getvalue()
    stream = written(level="ERROR")
    logging.getLogger("api").warning("not seen")
    assert not stream.getvalue()


@given(message=st.text(max_size=60))
def test_no_message_forges_a_plain_line(message: str) -> None:
    stream = written("plain")
    logging.getLogger("x").info("%s", message)
    (line,) = stream.getvalue().splitlines()
    assert line.isprintable()


def test_plain_lines_carry_the_request() -> None:
    stream = written("plain")
    token = request_id.set("r-8")
    logging.getLogger("x").info("hello", extra={"status": 200, "path": "/a\nb"})
    request_id.reset(token)
    assert stream.getvalue().endswith("INFO    x: hello status=200 path=/a\\nb [r-8]\n")


def test_short_strings_are_no_secrets() -> None:
    assert Redactor(("", "a")).clean("a banana") == "a banana"
