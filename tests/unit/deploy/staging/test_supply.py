"""Images for staging: the policy that trusts a key of the run, and what a registry's images are called."""

from pathlib import Path

from deploy.engine import Command, Engine
from deploy.errors import EngineError
from deploy.gate import read_policy
from deploy.staging.supply import _forget, of_registry, policy_trusting
from tests.unit.deploy.staging.stand_in import settings

POLICIES = Path(__file__).resolve().parents[4] / "deploy" / "policies"


def test_images_are_named_as_they_are_pushed() -> None:
    images = of_registry(settings(), "localhost:5000/").images
    assert (images.api, images.webapp) == (
        "localhost:5000/finchat-sec-qa-api",
        "localhost:5000/finchat-sec-qa-webapp",
    )
    assert images.proxy == settings().images.proxy


def test_the_policy_changes_only_in_who_signs_and_where_from(tmp_path: Path) -> None:
    key = tmp_path / "staging.pub"
    key.write_text("a key", "utf-8")
    images = of_registry(settings(), "localhost:5000").images
    made = tmp_path / "policy.toml"
    first = read_policy(POLICIES / "staging.toml")
    made.write_text(policy_trusting(first, images, key), "utf-8")
    again = read_policy(made)
    assert again.repositories == (images.api, images.webapp)
    assert again.signature.keys == (key,)
    assert again.signature.identities == ()
    assert not again.signature.transparency_log
    assert again.local == "refuse"
    kept = {"platform", "builders", "bases", "max_age_days"}
    assert again.model_dump(include=kept) == first.model_dump(include=kept)
    assert again.owned == first.owned.resolve()  # type: ignore[union-attr]
    assert again.findings.exceptions == first.findings.exceptions.resolve()  # type: ignore[union-attr]
    other = {"exceptions"}
    assert again.findings.model_dump(exclude=other) == first.findings.model_dump(exclude=other)


class Images(Engine):
    """An engine with these images; those of `used` cannot be removed."""

    def __init__(self, listed: list[str], used: list[str]) -> None:
        super().__init__("nowhere")
        object.__setattr__(self, "listed", listed)
        object.__setattr__(self, "used", used)

    def run(self, command: Command) -> str:
        listed: list[str] = self.listed  # type: ignore[attr-defined]
        if command.arguments[1] == "ls":
            return "\n".join(listed)
        if command.arguments[2] in self.used:  # type: ignore[attr-defined]
            raise EngineError("conflict: a container is using it")
        listed.remove(command.arguments[2])
        return ""


def test_only_own_tags_that_nothing_runs_are_forgotten() -> None:
    own = ["localhost:1/stg/finchat-sec-qa-api:aa", "localhost:22/stg/finchat-sec-qa-webapp:1.2.3"]
    used = ["localhost:1/stg/finchat-sec-qa-api:latest"]
    others = [
        "localhost:1/other/finchat-sec-qa-api:aa",
        "localhost:1/finchat-sec-qa-api:aa",
        "example.com/stg/finchat-sec-qa-api:aa",
        "localhost:1/stg/finchat-sec-qa-api-more:aa",
        "finchat-sec-qa:api",
    ]
    engine = Images([*own, *used, *others], used)
    _forget(engine, "stg")
    assert engine.listed == [*used, *others]  # type: ignore[attr-defined]
