"""The CLI run in this process over a small library."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from finchat_sec_qa.cli import run
from tests.unit.cli.small_library import SmallLibrary


@dataclass(frozen=True)
class Result:
    """What a run left behind."""

    code: int
    out: str
    err: str


Finchat = Callable[..., Result]


@pytest.fixture
def library() -> SmallLibrary:
    return SmallLibrary()


@pytest.fixture
def finchat(library: SmallLibrary, capsys: pytest.CaptureFixture[str]) -> Finchat:
    def call(*arguments: object) -> Result:
        code = run([str(argument) for argument in arguments], opener=library.open)
        out, err = capsys.readouterr()
        return Result(code, out, err)

    return call
