from pathlib import Path

import pytest

from delivery.scan.errors import NotCheckedError
from delivery.scan.model import Finding, Outcome
from delivery.scan.secrets import Secrets
from tests.unit.delivery.scan.planted import TOKEN, git, scope, write


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    root = tmp_path / "repo"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    return root


def commit(root: Path, files: dict[str, str]) -> None:
    write(root, files)
    git(root, "add", "--all")
    git(root, "commit", "-q", "-m", "a change")


def found(root: Path) -> list[tuple[str, str]]:
    outcome = Secrets().run(scope(root))
    assert not any(TOKEN in finding.message for finding in outcome.findings)
    return [(finding.id, finding.where) for finding in outcome.findings]


def test_a_secret_in_a_file_is_found_with_its_line(repo: Path) -> None:
    commit(repo, {"settings.py": f'NAME = "x"\n\nKEY = "{TOKEN}"\n'})
    assert found(repo) == [("aws-access-key", "settings.py:3")]


def test_a_new_file_counts_and_an_ignored_one_does_not(repo: Path) -> None:
    write(repo, {".gitignore": ".env\n", ".env": f"KEY={TOKEN}\n", "new.txt": f"{TOKEN}\n"})
    assert found(repo) == [("aws-access-key", "new.txt:1")]


@pytest.mark.parametrize("name", ["settings.py", "settings.yml", "settings"])
def test_a_secret_that_only_the_history_has_is_found(repo: Path, name: str) -> None:
    commit(repo, {name: "name: x\n"})
    commit(repo, {name: f"name: x\nkey: {TOKEN}\n"})
    blob = git(repo, "rev-parse", f"HEAD:{name}").strip()
    commit(repo, {name: "name: x\n"})
    (finding,) = Secrets().run(scope(repo)).findings
    assert (finding.id, finding.where) == ("aws-access-key", name)
    assert f"line 2 of blob {blob[:12]} in the history" in finding.message


def test_a_secret_on_another_branch_tag_or_stash_is_found(repo: Path) -> None:
    commit(repo, {"a.py": "A = 1\n"})
    git(repo, "switch", "-q", "-c", "other")
    commit(repo, {"b.py": f'B = "{TOKEN}"\n'})
    git(repo, "tag", "kept")
    git(repo, "switch", "-q", "main")
    git(repo, "branch", "-q", "-D", "other")
    write(repo, {"a.py": f'A = "{TOKEN}"\n'})
    git(repo, "stash", "-q")
    assert found(repo) == [("aws-access-key", "a.py"), ("aws-access-key", "b.py")]


def test_a_secret_of_many_versions_is_one_finding(repo: Path) -> None:
    for number in range(4):
        commit(repo, {"a.py": f'A = {number}\nKEY = "{TOKEN}"\n'})
    assert found(repo) == [("aws-access-key", "a.py:2")]


def test_a_remark_in_the_file_turns_nothing_off(repo: Path) -> None:
    commit(repo, {"a.py": f'KEY = "{TOKEN}"  # pragma: allowlist secret\n'})
    assert found(repo) == [("aws-access-key", "a.py:1")]


def test_a_clean_repository_says_what_was_looked_at(repo: Path) -> None:
    commit(repo, {"a.py": "A = 1\n", "sub/b.py": "B = 2\n"})
    (repo / "picture.bin").write_bytes(b"\0" + TOKEN.encode())
    outcome = Secrets().run(scope(repo))
    assert outcome == Outcome((), (), "3 files and 2 blobs of the history, 2 distinct texts")


def test_a_shallow_clone_is_not_checked(repo: Path, tmp_path: Path) -> None:
    commit(repo, {"a.py": f'KEY = "{TOKEN}"\n'})
    commit(repo, {"a.py": "A = 1\n"})
    git(tmp_path, "clone", "-q", "--depth", "1", repo.as_uri(), "shallow")
    with pytest.raises(NotCheckedError, match="git fetch --unshallow"):
        Secrets().run(scope(tmp_path / "shallow"))


def test_what_is_no_repository_is_not_checked(tmp_path: Path) -> None:
    with pytest.raises(NotCheckedError, match="not a git repository"):
        Secrets().run(scope(tmp_path))


def test_findings_have_an_order() -> None:
    later, sooner = Finding("a", "b", 2, "c", "d"), Finding("a", "b", 1, "c", "d")
    assert sorted([later, sooner]) == [sooner, later]
