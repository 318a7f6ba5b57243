import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finchat_sec_qa.cli.show import Place, find_section, read_text
from finchat_sec_qa.errors import NotFoundError, UsageError
from tests.unit.cli.conftest import Finchat
from tests.unit.cli.small_library import BYTES, DIGEST, FILING, ITEM_1A, NUMBER, TEXT, SmallLibrary, section


def test_without_a_place_it_is_the_whole_text_exactly(finchat: Finchat) -> None:
    assert finchat("show", FILING).out == TEXT + "\n"


def test_the_characters_of_a_citation(finchat: Finchat) -> None:
    assert finchat("show", FILING, "--start", NUMBER, "--end", NUMBER + 5).out == "1,234\n"


def test_an_item(finchat: Finchat) -> None:
    shown = finchat("show", FILING, "--section", "item 1a", "--json")
    assert json.loads(shown.out) == {
        "filing": FILING,
        "document": 0,
        "sha256": DIGEST,
        "start": ITEM_1A,
        "end": len(TEXT),
        "text": TEXT[ITEM_1A:],
    }


@given(st.data())
def test_any_place_is_that_slice_of_the_text(data: st.DataObject) -> None:
    library = SmallLibrary()
    start = data.draw(st.integers(0, len(TEXT)))
    end = data.draw(st.integers(start, len(TEXT)))
    place = Place(library.filing(FILING).documents[0], start, end)
    assert read_text(library.open(None, True, None), FILING, place) == TEXT[start:end]


def test_the_address_of_the_bytes(finchat: Finchat) -> None:
    shown = finchat("show", FILING, "--original").out
    assert "url     https://www.sec.gov/acme.htm\n" in shown
    assert f"sha256  {DIGEST}\n" in shown
    assert f"bytes   {len(BYTES)}\n" in shown
    assert json.loads(finchat("show", FILING, "--original", "--json").out)["sha256"] == DIGEST


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("nothing",), "no filing nothing"),
        ((FILING, "--document", 7), "has no document 7"),
        ((FILING, "--section", "Item 9"), "its sections: Part I, Item 1, Part I, Item 1A"),
        ((FILING, "--start", 5, "--end", 4), "no such place: 5 to 4"),
        ((FILING, "--end", 10_000), "no such place: 0 to 10000"),
        ((FILING, "--section", "Item 1", "--start", 1), "not both"),
        ((FILING, "--start", -1), "Invalid value"),
    ],
)
def test_a_place_that_is_not_there(finchat: Finchat, words: tuple[object, ...], told: str) -> None:
    result = finchat("show", *words)
    assert (result.code, result.out) == (2, "")
    assert told in result.err


SECTIONS = (
    section("Part I", "Item 1", 0, 5),
    section("Part II", "Item 1", 5, 9),
    section("Part II", "Item 1A", 9, 12),
    section("", "Item 8", 0, 3, document=1),
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Part II, Item 1", 1), ("part ii item 1", 1), ("Item 1A", 2), ("ITEM 1A.", 2), ("Item 8", 3)],
)
def test_sections_are_found_by_item_or_part_and_item(name: str, expected: int) -> None:
    assert find_section(SECTIONS, name, None, "f") == SECTIONS[expected]


def test_an_item_of_two_parts_must_be_told_apart() -> None:
    with pytest.raises(UsageError, match=r"Part I, Item 1 .*Part II, Item 1 "):
        find_section(SECTIONS, "Item 1", None, "f")


def test_only_the_document_asked_for_is_looked_at() -> None:
    with pytest.raises(NotFoundError):
        find_section(SECTIONS, "Item 8", 0, "f")
