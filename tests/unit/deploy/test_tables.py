from pathlib import Path

import pytest
from pydantic import ValidationError

from deploy.errors import SettingError
from deploy.tables import Table, read_table


class Inner(Table):
    number: int


class Outer(Table):
    name: str
    inner: Inner


GOOD = 'name = "a"\n[inner]\nnumber = 1\n'


def written(folder: Path, text: bytes) -> Path:
    file = folder / "some.toml"
    file.write_bytes(text)
    return file


def test_a_file_is_a_value_that_does_not_change(tmp_path: Path) -> None:
    found = read_table(written(tmp_path, GOOD.encode()), Outer)
    assert found == Outer(name="a", inner=Inner(number=1))
    with pytest.raises(ValidationError, match="frozen"):
        found.name = "b"  # type: ignore[misc]  # which is what is tried here


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "name: is missing; inner: is missing"),
        (GOOD.replace("1", '"x"').encode(), "inner.number: Input should be a valid integer"),
        (GOOD.encode() + b"more = 2\n", "inner.more: is no setting of this file"),
        (b"name = = 1", "is no TOML: Invalid value (at line 1, column 8)"),
        (b"name = '\xff'", "is no TOML: 'utf-8' codec can't decode"),
    ],
)
def test_every_mistake_is_told_with_the_file_and_the_key(tmp_path: Path, text: bytes, said: str) -> None:
    file = written(tmp_path, text)
    with pytest.raises(SettingError) as raised:
        read_table(file, Outer)
    assert str(raised.value).startswith(f"{file}: {said}")


def test_what_cannot_be_read_is_an_error_of_the_asked_kind(tmp_path: Path) -> None:
    class OtherError(SettingError):
        pass

    with pytest.raises(OtherError, match=f"{tmp_path}: cannot be read: Is a directory"):
        read_table(tmp_path, Outer, OtherError)
