import base64
from pathlib import Path
from urllib.parse import quote

import pytest

from delivery.attest import leaks
from tests.unit.delivery.attest.making import Parts, judged

VALUE = 'pa"s&s/wörd 123456'
GIVEN = "hunter2" * 2


def where(parts: Parts, path: Path, *secrets: str) -> set[str]:
    return {each.subject for each in judged(parts, path, secrets=secrets).problems if each.check == "leak"}


@pytest.mark.parametrize(
    "written",
    [
        VALUE,
        quote(VALUE, safe=""),
        base64.b64encode(VALUE.encode()).decode(),
        base64.b64encode(f"user:{VALUE}".encode()).decode(),
        base64.urlsafe_b64encode(f"ab{VALUE}cd".encode()).decode(),
    ],
    ids=[
        "as it is",
        "percent-encoded",
        "base64",
        "base64 of more",
        "URL-safe base64 of more",
    ],
)
def test_a_given_secret_is_found_however_it_is_written(tmp_path: Path, written: str) -> None:
    parts = Parts()
    parts.history.append({"created_by": f"RUN echo {written}"})
    assert where(parts, tmp_path, VALUE) == {"history"}


def test_a_given_secret_is_found_as_go_writes_json() -> None:
    assert 'pa\\"s\\u0026s/wörd 123456' in set(leaks._forms(VALUE))


def test_a_given_secret_is_found_in_every_place(tmp_path: Path) -> None:
    parts = Parts(recipe=f"RUN echo {GIVEN}".encode())
    parts.packages.append(f"pkg:generic/{GIVEN}@1")
    parts.config["Cmd"] = [GIVEN]
    parts.app[f"opt/{GIVEN}"] = b""
    parts.history.append({"created_by": GIVEN})
    assert where(parts, tmp_path, GIVEN) >= {
        "provenance, Dockerfile",
        "SBOM",
        "configuration",
        "history",
        "names of files",
    }


def test_no_message_holds_the_secret(tmp_path: Path) -> None:
    parts = Parts()
    parts.arguments["build-arg:API_TOKEN"] = GIVEN
    verdict = judged(parts, tmp_path, secrets=(GIVEN,))
    assert verdict.problems
    assert not any("hunter2" in str(each) for each in verdict.problems)


@pytest.mark.parametrize(
    "text",
    [
        "AKIA" + "A" * 16,
        "ghp_" + "a" * 36,
        "github_pat_" + "a" * 22,
        "glpat-" + "a" * 20,
        "pypi-AgE" + "a" * 60,
        "xoxb-" + "1" * 12,
        ".".join(["eyJ" + "a" * 12, "eyJ" + "b" * 12, "c" * 12]),
    ],
)
def test_tokens_of_well_known_kinds_are_found(tmp_path: Path, text: str) -> None:
    parts = Parts()
    parts.config["Labels"]["note"] = text
    assert where(parts, tmp_path) == {"configuration"}


@pytest.mark.parametrize(
    "harmless",
    [
        "FINCHAT_API_TOKEN_FILE=/run/secrets/token",
        "API_TOKEN=",
        "API_TOKEN=$TOKEN",
        "API_TOKEN=/run/secrets/token",
        "GPG_KEY=A035C8C19219BA821ECEA86B64E628F8D684696D",
        "INDEX=https://example.com:8443/simple",
    ],
)
def test_what_is_no_secret_is_left_alone(tmp_path: Path, harmless: str) -> None:
    parts = Parts()
    parts.config["Env"].append(harmless)
    assert where(parts, tmp_path) == set()


def test_a_secret_too_short_to_look_for_is_left_out(tmp_path: Path) -> None:
    assert where(Parts(), tmp_path, "", "abc") == set()
