"""The limits: the shipped file is whole, a mistake names its key, and other limits are told apart."""

from pathlib import Path

import pytest

from deploy.errors import SettingError
from deploy.staging.limits import STANDARD, is_standard, read


def test_the_shipped_limits_are_the_standard() -> None:
    limits = read()
    assert is_standard(limits)
    assert limits.load.most_failed == limits.soak.most_failed == limits.deploy.most_failed == 0


def test_a_killed_proxy_may_take_one_request_of_each_user_with_it() -> None:
    drill = read().drill
    assert drill.most_failed < drill.most_failed_proxy == drill.users


def test_other_limits_are_not(tmp_path: Path) -> None:
    other = tmp_path / "limits.toml"
    other.write_text(STANDARD.read_text("utf-8").replace("p95_ms = 750", "p95_ms = 7500"), "utf-8")
    assert not is_standard(read(other))


def test_the_fewest_requests_can_be_reached() -> None:
    limits = read()
    for each in (limits.load, limits.soak):
        assert each.fewest_requests < each.seconds * each.requests_per_second


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("users = 8", "users = 0", "load.users"),
        ("[soak]", "[soaked]", "soaked"),
        ("most_growth_mib = 48", 'most_growth_mib = "much"', "soak.most_growth_mib"),
        ("[load]", "[load", "is no TOML"),
    ],
)
def test_a_mistake_names_the_file_and_the_key(tmp_path: Path, old: str, new: str, named: str) -> None:
    text = STANDARD.read_text("utf-8")
    assert old in text
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(SettingError) as raised:
        read(wrong)
    assert "wrong.toml" in str(raised.value)
    assert named in str(raised.value)
