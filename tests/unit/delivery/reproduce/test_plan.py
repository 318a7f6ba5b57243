from pathlib import Path

from delivery.reproduce import plan
from delivery.reproduce.recipe import Recipe

COMMIT, DIGEST = "a" * 40, f"sha256:{'b' * 64}"
BASE = "example.com:5000/python:3.11"


def test_a_published_image_is_rebuilt_by_its_target_from_the_pinned_base() -> None:
    how = Recipe(COMMIT, "api", "linux/arm64", 17, "1.2", BASE, {"A": "1"}, {
        BASE: DIGEST,
    })  # fmt: skip
    build = plan.rebuild(how, Path("/out"))
    assert build.command == (
        "docker", "buildx", "bake", "--file=docker-bake.hcl", "--no-cache", "--progress=rawjson",
        "--set=release-api.args.A=1",
        f"--set=release-api.contexts.{BASE}=docker-image://example.com:5000/python@{DIGEST}",
        "release-api",
    )  # fmt: skip
    assert build.variables == {
        "ATTEST": "false",
        "BASE_IMAGE": BASE,
        "BUILDX_BAKE_ENTITLEMENTS_FS": "0",
        "GIT_SHA": COMMIT,
        "IMAGES": "/out",
        "PLATFORMS": "linux/arm64",
        "SOURCE_DATE_EPOCH": "17",
        "VERSION": "1.2",
    }
    assert build.archive("api") == Path("/out/api.tar")


def test_without_a_version_the_commit_s_own_is_left() -> None:
    how = Recipe(COMMIT, "api", "linux/amd64", 17, "", "python:3.11", {}, {"python:3.11": DIGEST})
    assert "VERSION" not in plan.rebuild(how, Path("/out")).variables


def test_a_commit_is_built_with_its_time_and_nothing_of_the_cache() -> None:
    build = plan.fresh(COMMIT, 17, "1.2", ("api", "webapp"), Path("/out"))
    assert build.command[3:] == (
        "--file=docker-bake.hcl", "--no-cache", "--progress=rawjson", "release-api", "release-webapp",
    )  # fmt: skip
    assert build.variables["SOURCE_DATE_EPOCH"] == "17"
    assert build.images == ("api", "webapp")


def test_every_variable_of_the_bake_file_is_kept_from_the_caller(repo: Path) -> None:
    declared = {
        line.split('"')[1]
        for line in (repo / "docker-bake.hcl").read_text(encoding="utf-8").splitlines()
        if line.startswith("variable ")
    }
    # Certificates only decide what is trusted while installing; what is installed is pinned by hash.
    assert declared - {"CA_BUNDLE"} <= plan.SETTINGS
