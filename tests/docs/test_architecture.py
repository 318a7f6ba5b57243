"""The picture of the house is the import contract, and the contract names every room there is."""

import re
import tomllib
from pathlib import Path
from xml.etree import ElementTree

from scripts import make_picture


def test_the_committed_picture_is_up_to_date() -> None:
    assert make_picture.PICTURE.read_text(encoding="utf-8") == make_picture.draw(), "run `make docs`"


def test_every_room_of_the_package_is_in_the_picture_once(repo: Path) -> None:
    package = repo / "finchat_sec_qa"
    rooms = {path.parent.name for path in package.glob("*/__init__.py")}
    rooms |= {path.stem for path in package.glob("*.py") if not path.stem.startswith("_")}
    picture = ElementTree.fromstring(make_picture.draw())  # noqa: S314 - our own text
    names = [text.text for text in picture.iterfind(".//*[@class='name']")]
    assert sorted(names, key=str) == sorted(rooms | {"api", "webapp"})


def test_higher_rows_stand_higher() -> None:
    at = {box.room: box.y for box in make_picture.boxes()}
    assert at["api"] == at["webapp"] < at["cli"] < at["wiring"] < at["store"] < at["model"] < at["errors"]


def test_the_page_tells_every_contract(repo: Path) -> None:
    rules = tomllib.loads((repo / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = rules["tool"]["importlinter"]["contracts"]
    page = (repo / "docs/architecture.md").read_text(encoding="utf-8")
    assert len(re.findall(r"^\d+\. ", page, re.MULTILINE)) == len(contracts)


def test_links_between_pages_lead_somewhere(repo: Path) -> None:
    pages = [*repo.glob("*.md"), *(repo / "docs").rglob("*.md"), *(repo / "benchmarks").rglob("*.md")]
    broken = {
        f"{page.relative_to(repo)} -> {link}"
        for page in pages
        for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
        if "://" not in link and not (page.parent / link).exists()
    }
    assert not broken
