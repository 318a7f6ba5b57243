from pathlib import Path

import pytest

from delivery.attest import owned_files, owners
from delivery.attest.model import AttestError
from delivery.oci.layout import Layout
from tests.unit.delivery.oci.making import Making, files


def test_patterns_and_reasons_are_read() -> None:
    text = '[[file]]\npath = "etc/passwd"\nreason = "users"\n[[file]]\npath = "opt/*"\nreason = "ours"\n'
    assert owned_files.read(text, "list") == {"etc/passwd": "users", "opt/*": "ours"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[[file]]\npath = "a"\n', "entry 1: it needs path and reason"),
        ('[[file]]\npath = "a"\nreason = " "\n', "a has no reason"),
        ('[[file]]\npath = "*"\nreason = "all"\n', "not just"),
        ('[[file]]\npath = "**/*"\nreason = "all"\n', "not just"),
        ('[[file]]\npath = "/a"\nreason = "b"\n', "without a leading slash"),
        ('[[file]]\npath = "a"\nreason = "b"\n' * 2, "entry 2: a is listed twice"),
        ('[[file]]\npath = "a"\nreason = "b"\nuntil = "c"\n', "nothing else"),
        ("[[file]\n", "list: "),
    ],
)
def test_a_list_with_mistakes_is_refused(text: str, told: str) -> None:
    with pytest.raises(AttestError, match=told.replace("*", r"\*")):
        owned_files.read(text, "list")


def test_the_projects_own_list_is_sound(repo: Path) -> None:
    path = repo / "security" / "owned_files.toml"
    assert owned_files.read(path.read_text(encoding="utf-8"), str(path))


def test_patterns_that_fit_nothing_are_told(tmp_path: Path) -> None:
    making = Making()
    making.image(files({"opt/a": "1", "opt/b": "2"}))
    with Layout.open(making.archive(tmp_path / "image.tar")) as layout:
        account = owners.account(layout.files(layout.image()), 0, {"opt/*": "ours", "old/*": "gone"})
    assert account.problems == ()
    assert account.unused == ("old/*",)
    assert account.figures == {"list": 2}
