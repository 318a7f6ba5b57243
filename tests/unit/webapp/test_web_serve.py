"""What gunicorn is told, the listening socket, and the commands that pages tell a reader to type."""

import shlex
from pathlib import Path

import click
import pytest
from lxml import html

import webapp
from finchat_sec_qa.cli.app import Commands
from finchat_sec_qa.config import Settings
from finchat_sec_qa.errors import ConfigError, RemoteError
from tests.unit.webapp.fake_api import FakeApi
from webapp.advice import REFUSALS, remote_problem
from webapp.app import create_app
from webapp.serve import Server, listen


def test_gunicorn_gets_the_settings():
    app = create_app(Settings(), FakeApi().client())
    server = Server(app, Settings(web_workers=3, log_level="WARNING"), 7)
    assert server.load() is app
    assert server.cfg.workers == 3
    assert server.cfg.loglevel == "warning"
    assert server.cfg.address == ["fd://7"] or "7" in str(server.cfg.address)
    assert server.cfg.control_socket_disable is True
    assert server.cfg.worker_class_str == "gthread"


def test_a_taken_port_is_told_with_its_variable():
    with listen("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(ConfigError, match=r"FINCHAT_WEB_PORT.*stop the program that uses it"):
            listen("127.0.0.1", port)


def test_a_name_that_is_no_address_is_told_with_its_variable():
    with pytest.raises(ConfigError, match="FINCHAT_WEB_HOST"):
        listen("256.256.256.256", 0)


def commands() -> list[str]:
    found = [step.command for _, steps in REFUSALS.values() for step in steps if step.command]
    for status in (None, 401, 404, 429, 500, 504):
        found += [s.command for s in remote_problem(RemoteError("x", status), "http://x").steps if s.command]
    home = html.document_fromstring((Path(webapp.__file__).parent / "templates/home.html").read_text("utf-8"))
    found += [code.text_content() for code in home.cssselect("code.command")]
    return sorted({command for command in found if command.startswith("finchat ")})


@pytest.mark.parametrize("command", commands())
def test_every_command_that_a_page_tells_exists(command: str):
    words = shlex.split(command)[1:]
    at: click.Command = Commands()
    context = click.Context(at, info_name="finchat")
    while isinstance(at, click.Group):
        name = words.pop(0)
        found = at.get_command(context, name)
        assert found is not None, f"{command}: no command {name}"
        at = found
        context = click.Context(at, info_name=name, parent=context)
    at.make_parser(context).parse_args(words)  # raises UsageError for an option that does not exist
