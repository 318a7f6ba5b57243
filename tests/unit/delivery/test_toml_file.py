from pathlib import Path

import pytest

from delivery.toml_file import read_toml


class WrongError(Exception):
    """The error of whoever asks."""


def test_a_file_is_read_as_utf_8(tmp_path: Path) -> None:
    file = tmp_path / "any.toml"
    file.write_bytes('[part]\nname = "Ä"\n'.encode())
    assert read_toml(file, WrongError) == {"part": {"name": "Ä"}}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"name = ", "is no TOML: .*end of document"),
        (b'name = "\xff"', "is no TOML: .*utf-8"),
        (b"[part]\n[part]\n", "is no TOML: .*twice"),
        (None, "cannot be read: No such file"),
    ],
)
def test_what_cannot_be_read_is_named(content: bytes | None, why: str, tmp_path: Path) -> None:
    file = tmp_path / "any.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(WrongError, match=rf"any\.toml: {why}"):
        read_toml(file, WrongError)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(WrongError, match="cannot be read: Is a directory"):
        read_toml(tmp_path, WrongError)
