import errno
import json
import re
import shlex
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import click
import pytest

from finchat_sec_qa.cli import run
from finchat_sec_qa.cli.app import COMMANDS
from finchat_sec_qa.cli.app import finchat as root
from finchat_sec_qa.cli.session import Session
from finchat_sec_qa.errors import ContactRequiredError, FinChatError, StoreCorruptError, StoreError
from tests.unit.cli.conftest import Finchat
from tests.unit.cli.small_library import SmallLibrary


def all_commands() -> list[tuple[str, click.Command]]:
    found: list[tuple[str, click.Command]] = []
    for name, (module, _) in COMMANDS.items():
        command = import_module(f"finchat_sec_qa.cli.{module}").command
        found.append((name, command))
        if isinstance(command, click.Group):
            found.extend((f"{name} {sub}", one) for sub, one in command.commands.items())
    return found


@pytest.mark.parametrize(("name", "command"), all_commands())
def test_every_command_has_help_examples_codes_and_the_shared_options(
    finchat: Finchat, name: str, command: click.Command
) -> None:
    shown = finchat(*name.split(), "--help")
    assert shown.code == 0
    assert f"finchat {name}" in shown.out
    assert "Examples:" in shown.out
    assert "Exit codes: 0 " in shown.out
    for option in ("--json", "--store DIR", "--verbose"):
        assert option in shown.out


@pytest.mark.parametrize(("name", "command"), all_commands())
def test_examples_in_help_are_commands_that_parse(name: str, command: click.Command) -> None:
    lines = re.findall(r"^  (finchat .*)$", command.epilog or "", re.MULTILINE)
    calls = [shlex.split(call) for line in lines for call in re.split(r" \| | > \S+", line) if call]
    assert any(call[1:][: len(name.split())] == name.split() for call in calls)
    for call in calls:
        found, rest = finchat_command(call[1:])
        context = click.Context(found, obj=Session(SmallLibrary().open), resilient_parsing=False)
        _, left, _ = found.make_parser(context).parse_args(rest)
        assert not any(word.startswith("--") for word in left), call


def finchat_command(words: list[str]) -> tuple[click.Command, list[str]]:
    command, rest = dict(all_commands())[words[0]], words[1:]
    return (command.commands[rest[0]], rest[1:]) if isinstance(command, click.Group) else (command, rest)


def test_the_overview_says_of_each_command_what_its_own_help_begins_with(finchat: Finchat) -> None:
    overview = finchat("--help").out
    for name, (_, line) in COMMANDS.items():
        assert re.search(rf"^  {name}\s+{re.escape(line)}$", overview, re.MULTILINE)
    assert set(root.list_commands(click.Context(root))) == set(COMMANDS)


def test_version_is_the_installed_one(finchat: Finchat) -> None:
    assert finchat("--version").out == f"finchat {version('finchat-sec-qa')}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("--store", "S", "companies"),
        ("companies", "--store", "S"),
        ("--store", "X", "companies", "--store", "S"),
    ],
)
def test_the_store_may_stand_before_or_after_the_command(
    finchat: Finchat, library: SmallLibrary, arguments: tuple[str, ...]
) -> None:
    assert finchat(*arguments).code == 0
    assert library.opened == [(Path("S"), True, None)]
    assert library.closed == 1


@pytest.mark.parametrize("arguments", [("--json", "companies"), ("companies", "--json")])
def test_json_may_stand_before_or_after_the_command(finchat: Finchat, arguments: tuple[str, ...]) -> None:
    assert list(json.loads(finchat(*arguments).out)) == ["companies"]


def test_an_unknown_command_is_wrong_usage_and_the_nearest_is_named(finchat: Finchat) -> None:
    result = finchat("serch")
    assert result.code == 2
    assert "No such command 'serch'" in result.err
    assert "search" in result.err
    assert result.out == ""


def test_an_unknown_option_is_wrong_usage(finchat: Finchat) -> None:
    result = finchat("companies", "--nope")
    assert (result.code, result.out) == (2, "")
    assert "finchat: No such option" in result.err
    assert "Try 'finchat companies --help'" in result.err


def test_wrong_usage_with_json_is_json_on_standard_error(finchat: Finchat) -> None:
    result = finchat("companies", "--nope", "--json")
    assert result.code == 2
    assert json.loads(result.err)["error"]["code"] == "usage"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (StoreError("no disk"), 1),
        (ContactRequiredError("set FINCHAT_EDGAR_CONTACT"), 2),
        (StoreCorruptError("bad"), 1),
    ],
)
def test_an_expected_error_is_one_line_and_its_exit_code(
    capsys: pytest.CaptureFixture[str], error: FinChatError, code: int
) -> None:
    def fail(*_: object) -> SmallLibrary:
        raise error

    assert run(["companies"], opener=fail) == code  # type: ignore[arg-type]
    assert capsys.readouterr().err == f"finchat: {error}\n"
    assert run(["companies", "--json"], opener=fail) == code  # type: ignore[arg-type]
    out, err = capsys.readouterr()
    assert json.loads(err) == {"error": {"code": error.code, "message": str(error)}}
    assert out == ""


def test_an_error_of_the_system_names_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    def fail(*_: object) -> SmallLibrary:
        raise PermissionError(errno.EACCES, "Permission denied", "/store/\x1bfile")

    assert run(["companies"], opener=fail) == 1  # type: ignore[arg-type]
    assert capsys.readouterr().err == "finchat: /store/file: Permission denied\n"


def test_an_interrupt_is_130(capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(*_: object) -> SmallLibrary:
        raise KeyboardInterrupt

    assert run(["companies"], opener=interrupted) == 130  # type: ignore[arg-type]
    assert "Traceback" not in capsys.readouterr().err


def test_a_mistake_of_ours_is_not_hidden() -> None:
    def broken(*_: object) -> SmallLibrary:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(["companies"], opener=broken)  # type: ignore[arg-type]
