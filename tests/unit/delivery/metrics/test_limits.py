from pathlib import Path

import pytest

from delivery.metrics import limits
from delivery.metrics.errors import LimitsError
from delivery.metrics.record import Record
from tests.unit.delivery.metrics.builds import MB, image, record

MOST = limits.read()


def over(found: Record, earlier: list[Record] | None = None) -> tuple[str, ...]:
    return limits.over(found, earlier or [], MOST)


def test_a_build_like_those_before_it_is_within_its_limits() -> None:
    assert over(record(), [record()] * 5) == ()


@pytest.mark.parametrize(("name", "most"), [("api", 60), ("webapp", 20)])
def test_an_image_over_its_size_is_named(name: str, most: int) -> None:
    assert over(record(images={name: image(most * MB)})) == ()
    (reason,) = over(record(images={name: image(most * MB + 100_000)}))
    assert reason == f"{name}: {most}.1 MB compressed above its base; at most {most} MB"


def test_growth_is_held_against_the_median_of_the_last_five() -> None:
    # Nine of 10 MB are too long ago to count, one of the last five is an outlier.
    sizes = [10] * 9 + [30, 30, 55, 30, 30]
    earlier = [record(images={"api": image(size * MB)}) for size in sizes]
    assert over(record(images={"api": image(33 * MB)}), earlier) == ()
    (reason,) = over(record(images={"api": image(34 * MB)}), earlier)
    assert reason.startswith("api: 34.0 MB compressed is 13 % over the median of the last 5 builds (30.0 MB)")


def test_growth_of_the_base_is_not_ours() -> None:
    earlier = [record(images={"api": image(compressed=100 * MB)})] * 5
    assert over(record(images={"api": image(compressed=200 * MB)}), earlier) == ()


def test_without_a_known_base_the_whole_size_is_compared() -> None:
    earlier = [record(images={"api": image(None, compressed=100 * MB)})] * 5
    (reason,) = over(record(images={"api": image(None, compressed=120 * MB)}), earlier)
    assert "20 % over" in reason


def test_few_earlier_builds_are_no_measure() -> None:
    found = record(99, images={"api": image(40 * MB)})
    assert over(found, [record()] * 2) == ()
    told = limits.not_checked(found, [record()] * 2, MOST)
    assert {"api: growth: too few earlier builds", "duration: too few builds like it"} <= set(told)


def test_a_slow_build_is_named_with_the_stage() -> None:
    (reason,) = over(record(21), [record(10)] * 5)
    assert reason.startswith(
        "the build took 21.0 s, 2.1 times the median of the last 5 builds like it (10.0 s)"
    )
    assert reason.endswith("was builder")


@pytest.mark.parametrize(
    "earlier", [record(1, cached=4), record(1, machine="another")], ids=["cached", "machine"]
)
def test_builds_of_another_kind_say_nothing_of_the_duration(earlier: Record) -> None:
    assert over(record(100), [earlier] * 5) == ()


def test_seconds_that_a_busy_machine_adds_are_no_regression() -> None:
    assert over(record(5), [record(1)] * 5) == ()


@pytest.mark.parametrize(("sbom", "said"), [(None, "no SBOM is attested"), (0, "lists no package")])
def test_an_image_needs_an_sbom(sbom: int | None, said: str) -> None:
    (reason,) = over(record(images={"api": image(sbom=sbom)}))
    assert said in reason


def test_vulnerabilities_count_where_they_are_known() -> None:
    assert over(record(vulnerabilities={"trivy": None, "debian": {"critical": 0, "high": 0, "low": 9}})) == ()
    (reason,) = over(record(vulnerabilities={"trivy": {"high": 2}}))
    assert reason.startswith("2 high vulnerabilities by the check trivy; at most 0")


def test_what_is_not_known_is_told() -> None:
    told = limits.not_checked(record(images={"api": image(None)}), [record()] * 5, MOST)
    assert set(told) == {
        "api: size above its base: the base image is not at hand",
        "webapp: any limit of size: the build was not of it",
        "vulnerabilities (trivy): not scanned at this revision",
    }


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[images.api]\nabove_base_mb = 0", "images.api.above_base_mb"),
        ("[images.api]\nabove_base = 5", "images.api.above_base_mb"),
        ("[[", "limits.toml: "),
    ],
)
def test_limits_that_cannot_be_read_are_named(tmp_path: Path, text: str, named: str) -> None:
    path = tmp_path / "limits.toml"
    path.write_text(text)
    with pytest.raises(LimitsError, match=named):
        limits.read(path)


def test_limits_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(LimitsError, match=r"none\.toml"):
        limits.read(tmp_path / "none.toml")
