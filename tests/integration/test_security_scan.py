"""The security scan on a real image and a real engine, with faults planted in both."""

import json
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from delivery.scan.dockerfile import BuildChecks
from delivery.scan.model import Scope
from delivery.scan.tools import Toolbox, beside_python

pytestmark = pytest.mark.docker
VALUE = "hunter" + "2hunter2"
DOCKERFILE = f"""FROM python:3.11-slim AS base
RUN touch /usr/bin/raised /opt/open && chmod 4755 /usr/bin/raised && chmod 666 /opt/open
RUN touch /opt/gone && chmod 6755 /opt/gone && rm /opt/gone
FROM base AS small
ENV API_TOKEN={VALUE}
EXPOSE 22
"""


def docker(*arguments: str, folder: Path | None = None) -> str:
    done = subprocess.run(["docker", *arguments], cwd=folder, text=True, capture_output=True, check=False)
    assert done.returncode == 0, f"docker {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An image with faults; it is removed, also when the build has failed half way."""
    folder, name = tmp_path_factory.mktemp("image"), f"finchat-scan-{uuid.uuid4().hex[:8]}:test"
    (folder / "Dockerfile").write_text(DOCKERFILE, "utf-8")
    try:
        docker("buildx", "build", "--quiet", "--load", "--tag", name, ".", folder=folder)
        yield name
    finally:
        subprocess.run(["docker", "image", "rm", "--force", name], capture_output=True, check=False)


def scan(repo: Path, folder: Path, *arguments: str) -> dict[str, dict[str, Any]]:
    """The report's checks by name."""
    none = folder / "none.toml"
    none.touch()
    command = [sys.executable, "-m", "scripts.security_scan", "--json", "--exceptions", str(none)]
    command += ["--report-dir", str(folder / "reports"), *arguments]
    done = subprocess.run(command, cwd=repo, text=True, capture_output=True, check=False)
    assert done.returncode in {0, 1}, done.stderr
    values = json.loads(done.stdout)
    assert values["exit_code"] == done.returncode
    return {check["name"]: check for check in values["checks"]}


def test_faults_of_an_image_in_the_engine_are_found(repo: Path, tmp_path: Path, image: str) -> None:
    only = ["image-files", "image-users", "image-settings", "debian"]
    checks = scan(repo, tmp_path, "--image", image, *(part for name in only for part in ("--only", name)))
    found = {(finding["id"], finding["place"]) for name in only for finding in checks[name]["findings"]}
    assert found >= {
        ("setuid", f"{image} /usr/bin/raised"),
        ("world-writable", f"{image} /opt/open"),
        ("runs-as-root", f"{image} USER"),
        ("port", f"{image} EXPOSE"),
        ("secret-name", f"{image} ENV API_TOKEN"),
    }
    assert not any(place == f"{image} /opt/gone" for _, place in found)
    assert VALUE not in json.dumps(checks)
    # With or without a network: either packages were compared, or it says that they were not.
    debian = checks["debian"]
    assert ("packages against" in debian["looked_at"]) != bool(debian["not_checked"])


def test_an_image_that_is_not_there_is_not_checked(repo: Path, tmp_path: Path) -> None:
    name = f"finchat-scan-{uuid.uuid4().hex[:8]}:gone"
    checks = scan(repo, tmp_path, "--image", name, "--only", "image-files")
    assert checks["image-files"]["state"] == "not checked"
    assert checks["image-files"]["not_checked"][0].startswith(f"{name}: ")


def test_buildkit_checks_every_stage_that_a_target_needs(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(f"{DOCKERFILE}FROM small as last\nCOPY --from=given . /\n", "utf-8")
    (tmp_path / "given").mkdir()
    (tmp_path / "docker-bake.hcl").write_text(
        'target "default" {\n  target = "last"\n  contexts = { given = "given" }\n'
        '  output = ["type=oci,dest=no/such/folder.tar"]\n}\n',
        "utf-8",
    )
    outcome = BuildChecks().run(Scope(tmp_path, Toolbox(tmp_path, beside_python())))
    assert outcome.not_checked == ()
    assert {(found.id, found.where) for found in outcome.findings} == {
        ("SecretsUsedInArgOrEnv", "Dockerfile:5"),
        ("FromAsCasing", "Dockerfile:7"),
    }


def test_the_project_s_own_dockerfile_passes_buildkit_s_checks(repo: Path) -> None:
    outcome = BuildChecks().run(Scope(repo, Toolbox(repo, beside_python())))
    assert (outcome.findings, outcome.not_checked) == ((), ())
