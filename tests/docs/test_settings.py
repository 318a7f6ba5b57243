"""What is documented is what is read: each variable once, with its default, in both places."""

import re
from pathlib import Path

import pytest

from finchat_sec_qa.config import PREFIX, load, variables
from scripts import make_settings_docs

READ_BY_TESTS = {"FINCHAT_TEST_SHARED"}
NAME = re.compile(rf"\b{PREFIX}[A-Z][A-Z_]*[A-Z]\b")


def read_by_compose(repo: Path) -> set[str]:
    """What the compose files take from the environment for themselves: ports, images, limits."""
    files = [*repo.glob("compose*.yaml"), repo / "deploy" / "swarm" / "stack.yaml"]
    texts = [path.read_text(encoding="utf-8") for path in files]
    return {name for text in texts for name in re.findall(r"\$\{(FINCHAT_[A-Z_]+)", text)}


def test_the_generated_parts_are_up_to_date(repo: Path) -> None:
    page = (repo / make_settings_docs.PAGE).read_text(encoding="utf-8")
    assert page == make_settings_docs.page(page), "run `make docs`"
    example = (repo / make_settings_docs.EXAMPLE).read_text(encoding="utf-8")
    assert example == make_settings_docs.example(), "run `make docs`"


def test_the_page_and_the_example_hold_each_variable_once(repo: Path) -> None:
    page = (repo / "docs/configuration.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(FINCHAT_\w+)` \|", page, re.MULTILINE) == list(variables())
    example = (repo / ".env.example").read_text(encoding="utf-8")
    assert re.findall(r"^#(FINCHAT_\w+)=", example, re.MULTILINE) == list(variables())


def test_the_examples_defaults_are_the_real_ones(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name)
    lines = (repo / ".env.example").read_text(encoding="utf-8").splitlines()
    given = dict(line[1:].split("=", 1) for line in lines if line.startswith(f"#{PREFIX}"))
    secret_files = {name for name in given if name.endswith("_FILE")}
    assert load({name: value for name, value in given.items() if name not in secret_files}) == load({})


def test_no_text_or_program_names_a_variable_that_is_not_read(repo: Path) -> None:
    """Tests may name wrong ones on purpose; everything else is searched, programs and pages alike."""
    suffixes = {".py", ".md", ".sh", ".html", ".toml", ".yaml", ".yml", ""}
    places = [repo / "README.md", repo / "Makefile", repo / "CONTRIBUTING.md"]
    for folder in ("finchat_sec_qa", "api", "webapp", "scripts", "benchmarks", "docs", ".ci"):
        places += [path for path in (repo / folder).rglob("*") if path.is_file() and path.suffix in suffixes]
    unknown = {
        f"{path.relative_to(repo)}: {name}"
        for path in places
        for name in NAME.findall(path.read_text(encoding="utf-8"))
        if name not in variables() and name not in READ_BY_TESTS | read_by_compose(repo)
    }
    assert not unknown
