import os
from dataclasses import replace
from pathlib import Path

import pytest

from delivery.reproduce import build, plan
from delivery.reproduce.errors import BuildError, CachedError
from delivery.reproduce.plan import Build
from tests.unit.delivery.reproduce.making import program
from tests.unit.delivery.reproduce.test_steps import progress

RAN = next(line for line in progress(("1", "[api 1/2] RUN x", False)) if "completed" in line)
CACHED = next(line for line in progress(("2", "[api 2/2] RUN y", True)) if "completed" in line)


@pytest.fixture
def planned(tmp_path: Path) -> Build:
    return plan.fresh("a" * 40, 17, "1.2", ("api",), tmp_path / "images")


def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """`docker` runs that script; it is started in the checkout with the plan's variables."""
    folder = program(tmp_path / "bin", "docker", script)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_the_plan_is_run_in_the_checkout_with_its_variables_only(
    tmp_path: Path, planned: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    docker(tmp_path, monkeypatch, f"""
        umask > "$IMAGES/seen"; pwd >> "$IMAGES/seen"; echo "$@ $GIT_SHA $REGISTRY$PUSH" >> "$IMAGES/seen"
        touch "$IMAGES/api.tar"; echo '{RAN}' >&2""")  # fmt: skip
    monkeypatch.setenv("REGISTRY", "example.com")
    monkeypatch.setenv("PUSH", "true")
    monkeypatch.setenv("GIT_SHA", "b" * 40)
    built = build.run(planned, tmp_path, umask=0o077)
    seen = (planned.folder / "seen").read_text().splitlines()
    assert seen == ["0077", str(tmp_path), f"{' '.join(planned.command[1:])} {'a' * 40} "]
    assert built.steps.run == {"[api 1/2] RUN x"}
    assert built.seconds >= 0


def test_a_cached_step_proves_nothing_and_is_named(
    tmp_path: Path, planned: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = f"""touch "$IMAGES/api.tar"; echo x >> "$IMAGES/times"; echo '{RAN}' >&2; echo '{CACHED}' >&2"""
    docker(tmp_path, monkeypatch, script)
    with pytest.raises(CachedError, match=r"1 steps came from the cache.*\[api 2/2\] RUN y"):
        build.run(planned, tmp_path)
    assert len((planned.folder / "times").read_text()) // 2 == build.ATTEMPTS


def test_what_another_build_shared_is_run_at_the_next_attempt(
    tmp_path: Path, planned: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    docker(tmp_path, monkeypatch, f"""
        echo '{RAN}' >&2
        [ -e "$IMAGES/api.tar" ] || echo '{CACHED}' >&2
        touch "$IMAGES/api.tar" """)  # fmt: skip
    assert build.run(planned, tmp_path).steps.cached == frozenset()


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (
            f"echo '{RAN}' >&2; echo 'ERROR: no target release-api' >&2; exit 3",
            r"\(3\)[\s\S]*no target release-api",
        ),
        ("exit 0", "no step"),
        (f"echo '{RAN}' >&2", "no archive of api"),
    ],
)
def test_a_build_that_failed_is_told(
    tmp_path: Path, planned: Build, monkeypatch: pytest.MonkeyPatch, script: str, said: str
) -> None:
    docker(tmp_path, monkeypatch, script)
    with pytest.raises(BuildError, match=said):
        build.run(planned, tmp_path)


def test_without_docker_it_says_what_to_install(tmp_path: Path, planned: Build) -> None:
    with pytest.raises(BuildError, match="install Docker"):
        build.run(replace(planned, command=("no-such-docker-program",)), tmp_path)
