import os
import subprocess
from pathlib import Path

import pytest

from delivery.reproduce import checkout
from delivery.reproduce.checkout import YEAR, Surroundings
from delivery.reproduce.errors import RevisionError
from tests.unit.delivery.reproduce.making import commit, git


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    root = tmp_path / "clone"
    commit(root, {"app/main.py": "run()", "run.sh": "#!/bin/sh"}, executable="run.sh")
    return root


def out(root: Path, folder: Path, revision: str, umask: int = 0o022, since: int = 0) -> Path:
    checkout.check_out(root, revision, folder, Surroundings("x", umask, since))
    return folder


def modes(folder: Path) -> dict[str, int]:
    return {name: (folder / name).stat().st_mode & 0o777 for name in ("app", "app/main.py", "run.sh")}


def test_two_checkouts_share_content_and_nothing_else(clone: Path, tmp_path: Path) -> None:
    head = git(clone, "rev-parse", "HEAD")
    one = out(clone, tmp_path / "one", head)
    two = out(clone, tmp_path / "a" / "longer" / "path", head, umask=0o077, since=10 * YEAR)
    assert (one / "app/main.py").read_text() == (two / "app/main.py").read_text() == "run()"
    assert modes(one) == {"app": 0o755, "app/main.py": 0o644, "run.sh": 0o755}
    assert modes(two) == {"app": 0o700, "app/main.py": 0o600, "run.sh": 0o700}
    for name in ("app", "app/main.py", "run.sh"):
        assert 0 <= (one / name).stat().st_mtime < YEAR
        assert 10 * YEAR <= (two / name).stat().st_mtime < 11 * YEAR


def test_no_file_keeps_a_time_that_the_engine_may_have_seen(clone: Path, tmp_path: Path) -> None:
    head = git(clone, "rev-parse", "HEAD")
    times = [(out(clone, tmp_path / name, head) / "run.sh").stat().st_mtime_ns for name in ("one", "two")]
    assert times[0] != times[1]


def test_what_is_not_committed_stays_out_and_the_clone_as_it_is(clone: Path, tmp_path: Path) -> None:
    head = git(clone, "rev-parse", "HEAD")
    (clone / "app/main.py").write_text("changed")
    (clone / "new").write_text("new")
    before = git(clone, "status", "--porcelain", "--branch")
    made = out(clone, tmp_path / "one", head)
    assert (made / "app/main.py").read_text() == "run()"
    assert not (made / "new").exists()
    assert git(clone, "status", "--porcelain", "--branch") == before
    assert git(clone, "worktree", "list").count("\n") == 0


def test_hooks_and_variables_of_git_do_not_reach_it(
    clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = tmp_path / "template"
    (template / "hooks").mkdir(parents=True)
    hook = template / "hooks" / "post-checkout"
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    hook.chmod(0o755)
    head = git(clone, "rev-parse", "HEAD")
    monkeypatch.setenv("GIT_TEMPLATE_DIR", str(template))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    out(clone, tmp_path / "one", head)
    assert not (tmp_path / "ran").exists()


def test_a_shallow_clone_will_do(clone: Path, tmp_path: Path) -> None:
    commit(clone, {"more": "1"})
    shallow = tmp_path / "shallow"
    subprocess.run(["git", "clone", "-q", "--depth=1", f"file://{clone}", shallow], check=True)
    head = git(shallow, "rev-parse", "HEAD")
    assert (out(shallow, tmp_path / "one", head) / "more").read_text() == "1"


@pytest.mark.parametrize("revision", ["f" * 40, "no-such-branch", "--help"])
def test_a_commit_that_is_not_there_is_named(clone: Path, tmp_path: Path, revision: str) -> None:
    with pytest.raises(RevisionError, match=f"{revision} is not in the clone"):
        out(clone, tmp_path / "one", revision)


def test_the_time_of_a_commit_is_its_committer_s(clone: Path) -> None:
    assert checkout.commit_time(clone, "HEAD") == int(git(clone, "log", "-1", "--format=%ct"))
    assert checkout.resolve(clone, "HEAD") == git(clone, "rev-parse", "HEAD")
    assert os.listdir(clone)  # noqa: PTH208 - only that it is still there
