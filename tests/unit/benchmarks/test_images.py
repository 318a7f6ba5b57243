import tomllib
from pathlib import Path

import pytest

from benchmarks.images.builds import Build, engine_cpu, summed
from benchmarks.images.checkout import CHANGES, LEFT_OUT, LOCKED, SOURCE
from benchmarks.images.starts import _stamp


@pytest.fixture
def checkout(tmp_path: Path, repo: Path) -> Path:
    """Those files of a checkout that are changed."""
    for name in (SOURCE, "pyproject.toml", "poetry.lock"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((repo / name).read_bytes())
    return tmp_path


@pytest.mark.parametrize(
    ("change", "changed"), [("source", SOURCE), ("version", "pyproject.toml"), ("lock", "poetry.lock")]
)
def test_a_change_is_a_new_one_every_time_and_touches_one_file(
    checkout: Path, change: str, changed: str
) -> None:
    names = (SOURCE, "pyproject.toml", "poetry.lock")
    seen = [{name: (checkout / name).read_bytes() for name in names}]
    for number in range(1, 10):
        CHANGES[change](checkout, number)
        seen.append({name: (checkout / name).read_bytes() for name in names})
    assert len({state[changed] for state in seen}) == 10
    assert all(state[name] == seen[0][name] for state in seen for name in names if name != changed)


def test_the_changed_lock_installs_the_same(checkout: Path) -> None:
    def packages() -> dict[str, tuple[str, int]]:
        lock = tomllib.loads((checkout / "poetry.lock").read_text())
        return {each["name"]: (each["version"], len(each["files"])) for each in lock["package"]}

    before = packages()
    CHANGES["lock"](checkout, 1)
    after = packages()
    name = LOCKED.replace("_", "-")
    assert after == {**before, name: (before[name][0], before[name][1] - LEFT_OUT)}


def test_a_lock_with_nothing_left_to_change_is_an_error(checkout: Path) -> None:
    (checkout / "poetry.lock").write_text("package = []\n")
    with pytest.raises(ValueError, match="run fewer rounds"):
        CHANGES["lock"](checkout, 1)


def test_ratios_are_taken_within_each_round() -> None:
    # The second round was made on a machine three times as busy; the ratio is the same.
    seconds = {"naive": (10.0, 30.0, 12.0), "ours": (2.0, 6.0, 3.0), "attested": (5.0,)}
    builds = [
        Build(kind, "source", took, None, 1.0) for kind, all_took in seconds.items() for took in all_took
    ]
    (found,) = summed(builds)
    assert (found.ratio, found.attested_ratio) == (0.2, 0.5)
    assert found.seconds == {"naive": 12.0, "ours": 3.0, "attested": 5.0}
    assert set(found.cpu.values()) == {None}


def test_the_engines_processor_time_is_known_or_not() -> None:
    used = engine_cpu()
    assert used is None or used > 0


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("2026-05-01T10:00:00Z", 0),
        ("2026-05-01T10:00:01.5Z", 1.5),
        ("2026-05-01T12:00:01.123456789+02:00", 1.123456),
    ],
)
def test_times_of_the_engine_are_read(text: str, more: float) -> None:
    assert _stamp(text) - 1777629600 == pytest.approx(more, abs=1e-5)


def test_what_is_no_time_is_an_error() -> None:
    with pytest.raises(ValueError, match="'never'"):
        _stamp("never")
