"""docs/cli.md is what the commands say of themselves."""

import pytest

from finchat_sec_qa.cli.app import COMMANDS
from scripts import make_cli_docs


def test_the_page_is_up_to_date() -> None:
    assert make_cli_docs.PAGE.read_text(encoding="utf-8") == make_cli_docs.text(), "run `make docs`"


def test_the_page_does_not_depend_on_who_makes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    before = make_cli_docs.text()
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("FINCHAT_STORE", "/elsewhere")
    assert make_cli_docs.text() == before


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_its_part(name: str) -> None:
    assert f"\n## finchat {name}\n" in make_cli_docs.text()
