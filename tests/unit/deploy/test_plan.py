import json
from pathlib import Path

import pytest
import yaml

from deploy import plan
from deploy.commands.plan import steps
from deploy.model import Colour, Release, State
from deploy.settings import Settings, load
from deploy.stack import values
from deploy.stack.files import files

RELEASE = Release(revision="a" * 40, version="1.0", api="reg/api@sha256:1", webapp="reg/web@sha256:2")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    path = tmp_path / "trial.toml"
    path.write_text(
        'name = "trial"\npolicy = "p"\n[images]\napi = "reg/api"\nwebapp = "reg/web"\n'
        '[network]\nsubnet = "10.9.8.0/24"\n[environment]\nFINCHAT_EDGAR_CONTACT = "Acme $5 a@b.c"\n'
        '[colours.green]\nFINCHAT_LOG_LEVEL = "DEBUG"\n',
        encoding="utf-8",
    )
    return load(str(path))


def test_a_colour_is_started_by_one_command_with_its_own_addresses(settings: Settings) -> None:
    command = plan.colour_up(settings, Colour.GREEN, RELEASE)
    assert command.arguments[:3] == ("compose", "--project-name", "trial-green")
    assert command.environment["API_IMAGE"] == "reg/api@sha256:1"
    assert command.environment["API_ADDRESS"] == "10.9.8.31"
    assert command.environment["API_URL"] == "http://10.9.8.10:8102"
    assert command.given is not None
    variables = json.loads(command.given)["services"]["webapp"]["environment"]
    assert variables == {"FINCHAT_EDGAR_CONTACT": "Acme $$5 a@b.c", "FINCHAT_LOG_LEVEL": "DEBUG"}


def test_variables_of_one_colour_do_not_reach_the_other(settings: Settings) -> None:
    command = plan.colour_up(settings, Colour.BLUE, RELEASE)
    assert command.given is not None
    assert "FINCHAT_LOG_LEVEL" not in command.given


def test_a_token_comes_by_file_and_is_in_no_command_line(settings: Settings) -> None:
    command = plan.colour_up(settings, Colour.BLUE, RELEASE, token=True)
    assert command.given is not None
    assert "/run/secrets/finchat/api_token" in command.given
    told = files(settings, "s3cret")
    assert told["secrets/blue/api_token"] == "s3cret"  # noqa: S105 - none
    assert "credentials_file: token" in told["prometheus/prometheus.yml"]
    assert "credentials_file" not in files(settings, None)["prometheus/prometheus.yml"]


def test_prometheus_is_let_out_to_alertmanagers_and_only_for_them(settings: Settings) -> None:
    alone = plan.base_up(settings, "image", ["prometheus"])
    assert str(values.ALERTS) not in alone.arguments
    assert "alerting" not in yaml.safe_load(files(settings, None)["prometheus/prometheus.yml"])
    told = settings.model_copy(update={"alertmanagers": ("10.0.0.5:9093",)})
    assert str(values.ALERTS) in plan.base_up(told, "image", ["prometheus"]).arguments
    wanted = yaml.safe_load(files(told, None)["prometheus/prometheus.yml"])["alerting"]
    assert wanted == {"alertmanagers": [{"static_configs": [{"targets": ["10.0.0.5:9093"]}]}]}


def test_the_base_is_renewed_when_anything_that_it_is_made_of_changes(settings: Settings) -> None:
    told = files(settings, None)
    first = plan.fingerprint(settings, "image", told)
    assert first == plan.fingerprint(settings, "image", dict(told))
    assert first != plan.fingerprint(settings, "other", told)
    assert first != plan.fingerprint(settings, "image", {**told, "haproxy.cfg": "x"})


def test_the_steps_of_a_first_deploy_make_the_base_and_try_nothing(settings: Settings) -> None:
    names = [step.name for step in steps(settings, None, "b" * 40)]
    assert names == ["gate", "make the base", "make room in blue", "start blue", "ask blue", "switch to blue"]


def test_the_steps_of_a_later_deploy_go_to_the_other_colour_and_try_it(settings: Settings) -> None:
    state = State(active=Colour.BLUE, colours={Colour.BLUE: RELEASE})
    found = {step.name: step.lines for step in steps(settings, state, "b" * 40)}
    assert list(found)[-2:] == ["try green", "switch to green"]
    assert "route blue 90 %, green 10 %" in found["try green"]
    assert found["switch to green"][-1] == "blue stays warm"


def test_a_long_argument_is_cut_where_it_is_shown(settings: Settings) -> None:
    shown = str(plan.agent(settings, "look"))
    assert "exec -i" in shown
    assert len(shown) < 300
