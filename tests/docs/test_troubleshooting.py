"""Every error and every reason of refusal has its line in docs/troubleshooting.md."""

import inspect
import re
from pathlib import Path
from typing import get_args

import pytest

from finchat_sec_qa import errors
from finchat_sec_qa.model.answer import RefusalReason

KINDS = [
    kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.FinChatError)
]


@pytest.fixture(scope="module")
def page(repo: Path) -> str:
    return (repo / "docs/troubleshooting.md").read_text(encoding="utf-8")


def test_every_code_is_listed_with_its_exit_code_and_status(page: str) -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\d) \| (\d+) \| [^|]{20,}", page, re.MULTILINE)
    assert {(code, int(leave), int(http)) for code, leave, http in rows} == {
        (kind.code, kind.exit_code, kind.http_status) for kind in KINDS
    }


def test_every_reason_of_refusal_is_listed(page: str) -> None:
    refusals = page.partition("## Refusals")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", refusals, re.MULTILINE)) == set(get_args(RefusalReason))
