from pathlib import Path

import pytest

from deploy.errors import SettingError
from deploy.settings import ENVIRONMENTS, load, token_of

LEAST = """
name = "trial"
policy = "policy.toml"
[images]
api = "registry.example/api"
webapp = "registry.example/webapp"
[network]
subnet = "10.9.8.0/24"
"""


def written(folder: Path, text: str) -> str:
    path = folder / "trial.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("name", sorted(each.stem for each in ENVIRONMENTS.glob("*.toml")))
def test_the_environments_of_the_project_can_be_read(name: str) -> None:
    settings = load(name)
    assert settings.policy.is_file()
    assert settings.production == (name == "production")


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    settings = load(written(tmp_path, LEAST))
    assert settings.policy == tmp_path / "policy.toml"
    assert settings.network.address(21) == "10.9.8.21"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (LEAST.replace("10.9.8.0/24", "10.9.8.1/24"), "network.subnet"),
        (LEAST.replace("10.9.8.0/24", "10.9.8.0/28"), "network.subnet"),
        (LEAST.replace("trial", "No Name"), "name"),
        (LEAST + "api_prot = 5", "network.api_prot"),
        (LEAST + "[canary]\npercent = 0", "canary.percent"),
        (LEAST.replace("[images]", "[imags]"), "images"),
        ('alertmanagers = ["alerts.example:9093"]\n' + LEAST, "alertmanagers.0"),
        ('alertmanagers = ["10.0.0.5"]\n' + LEAST, "alertmanagers.0"),
        ('alertmanagers = ["10.0.0.5:99999"]\n' + LEAST, "alertmanagers.0"),
    ],
)
def test_a_mistake_names_the_file_and_the_key(tmp_path: Path, text: str, key: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(SettingError) as raised:
        load(path)
    assert path in str(raised.value)
    assert key in str(raised.value)


def test_a_file_that_is_no_toml_names_the_line(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="line 1"):
        load(written(tmp_path, "name = = 1"))


def test_an_unknown_environment_names_those_that_are_known() -> None:
    with pytest.raises(SettingError, match=r"no environment 'prod'.*Known: production, staging"):
        load("prod")


def test_the_token_is_read_and_an_empty_file_is_refused(tmp_path: Path) -> None:
    token = tmp_path / "token"
    settings = load(written(tmp_path, 'api_token_file = "token"\n' + LEAST))
    with pytest.raises(SettingError, match="cannot read"):
        token_of(settings)
    token.write_text("\n", encoding="utf-8")
    with pytest.raises(SettingError, match="is empty"):
        token_of(settings)
    token.write_text("abc\n", encoding="utf-8")
    assert token_of(settings) == "abc"
    assert token_of(load(written(tmp_path, LEAST))) is None
