"""A sound image passes every check; each planted fault is caught, and named."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from delivery.attest import gate, report
from delivery.attest.model import CHECKS, AttestError, Problem, Verdict
from delivery.oci.layout import Layout
from tests.unit.delivery.attest.making import (
    COMMIT,
    SITE,
    V02,
    V1,
    Parts,
    expected,
    judged,
    real_base,
)
from tests.unit.delivery.oci.making import Making, entry, files, statement, tar


@pytest.fixture
def parts() -> Parts:
    return Parts()


def found(verdict: Verdict) -> set[tuple[str, str]]:
    return {(each.check, each.subject) for each in verdict.problems}


@pytest.mark.parametrize("version", [V02, V1])
def test_a_sound_image_passes(parts: Parts, tmp_path: Path, version: str) -> None:
    verdict = judged(parts, tmp_path, version, **real_base(parts))
    assert verdict.problems == ()
    assert verdict.passed
    assert verdict.figures == {
        "layers": 2,
        "layers of the base image": 1,
        "Debian packages": 1,
        "Python distributions": 1,
        "files of base image": 4,  # python3, ast.py, and two of dpkg itself
        "files of debian": 3,  # dash, sh, and the link /bin
        "files of list": 1,
        "files of python": 5,
    }


def test_without_the_base_at_hand_the_provenance_tells_its_layers(parts: Parts, tmp_path: Path) -> None:
    verdict = judged(parts, tmp_path)
    assert verdict.passed
    assert verdict.figures["layers of the base image"] == 1


def _argument(name: str, value: str) -> Callable[[Parts], object]:
    return lambda parts: parts.arguments.update({f"build-arg:{name}": value})


def _env(each: str) -> Callable[[Parts], object]:
    return lambda parts: parts.config["Env"].append(each)


def _set(**values: object) -> Callable[[Parts], object]:
    return lambda parts: [setattr(parts, name, value) for name, value in values.items()]


def _file(path: str, body: bytes = b"x") -> Callable[[Parts], object]:
    return lambda parts: parts.app.update({path: body})


def _label(name: str, value: str) -> Callable[[Parts], object]:
    return lambda parts: parts.config["Labels"].update({f"org.opencontainers.image.{name}": value})


FAULTS: dict[str, tuple[Callable[[Parts], object], str, str]] = {
    "empty builder id": (_set(builder=""), "builder", "provenance"),
    "not mode=max": (_set(steps=False), "attached", "provenance"),
    "another subject": (_set(subject=f"sha256:{'0' * 64}"), "subject", V02),
    "wrong commit of git": (_set(vcs="f" * 40), "revision", "vcs.revision"),
    "dirty checkout": (_set(vcs=f"{COMMIT}-dirty"), "revision", "vcs.revision"),
    "wrong commit given": (_argument("GIT_SHA", "unknown"), "revision", "build argument GIT_SHA"),
    "wrong label": (_label("revision", "f" * 40), "revision", "label org.opencontainers.image.revision"),
    "wrong variable": (
        lambda parts: parts.config.update({"Env": ["FINCHAT_REVISION=f"]}),
        "revision",
        "variable FINCHAT_REVISION",
    ),
    "no commit": (lambda parts: (_set(vcs="")(parts), parts.arguments.clear()), "revision", "provenance"),
    "no base named": (lambda parts: parts.materials.pop(), "base", "provenance"),
    "base without digest": (lambda parts: parts.materials[1].pop("digest"), "base", "python:3.11-slim"),
    "base of another name": (_label("base.name", "python:3.12-slim"), "base", "python:3.12-slim"),
    "base of another digest": (
        _label("base.name", f"python:3.11-slim@sha256:{'0' * 64}"),
        "base",
        f"python:3.11-slim@sha256:{'0' * 64}",
    ),
    "no Dockerfile": (_set(recipe=b""), "dockerfile", "Dockerfile"),
    "another Dockerfile": (_set(recipe=b"FROM scratch\n"), "dockerfile", "Dockerfile"),
    "package missing": (
        lambda parts: parts.packages.remove("pkg:pypi/demo@1.0"), "package", "pypi demo 1.0"
    ),
    "Debian package missing": (lambda parts: parts.packages.pop(0), "package", "deb dash 0.5.12-2"),
    "package of another version": (
        lambda parts: parts.packages.__setitem__(1, "pkg:pypi/demo@1.1"), "package", "pypi demo 1.0"
    ),
    "package too many": (lambda parts: parts.packages.append("pkg:pypi/ghost@9"), "package", "pypi ghost 9"),
    "content of a module": (
        _file(f"{SITE}/demo/__init__.py", b"answer = 41\n"), "content", f"{SITE}/demo/__init__.py"
    ),
    "bill of another file": (
        lambda parts: parts.bill_files.update({"opt/venv/bin/demo": "0" * 64}), "content", "opt/venv/bin/demo"
    ),
    "bill of no file": (lambda parts: parts.bill_files.update({"gone": "0" * 64}), "content", "gone"),
    "extra file": (_file("opt/extra"), "file", "opt/extra"),
    "extra bytecode": (
        _file(f"{SITE}/__pycache__/evil.cpython-311.pyc"), "file", f"{SITE}/__pycache__/evil.cpython-311.pyc"
    ),
    "Debian's file replaced": (_file("usr/bin/dash", b"evil"), "file", "usr/bin/dash"),
    "base image's file replaced": (_file("usr/local/bin/python3", b"evil"), "file", "usr/local/bin/python3"),
    "secret as build argument": (_argument("API_TOKEN", "hunter2"), "leak", "build argument API_TOKEN"),
    "secret as variable": (_env("DB_PASSWORD=hunter2"), "leak", "variable DB_PASSWORD"),
    "secret in the history": (
        lambda parts: parts.history.append({"created_by": "RUN |1 PIP_TOKEN=abc /bin/sh -c pip"}),
        "leak",
        "history PIP_TOKEN",
    ),
    "password in an address": (
        _argument("INDEX", "https://me:" + "s3cret@example.com/simple"), "leak", "provenance"
    ),
    "key in the Dockerfile": (
        _set(recipe=b"RUN echo -----BEGIN RSA " + b"PRIVATE KEY-----"), "leak", "provenance, Dockerfile"
    ),
    "key file": (_file("opt/venv/id_rsa"), "leak", "opt/venv/id_rsa"),
    "folder of git": (_file("src/.git/config"), "leak", "src/.git/config"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("version", [V02, V1], ids=["0.2", "1"])
def test_a_planted_fault_is_caught_and_named(parts: Parts, tmp_path: Path, fault: str, version: str) -> None:
    spoil, check, subject = FAULTS[fault]
    spoil(parts)
    verdict = judged(parts, tmp_path, version)
    assert (check, subject.replace(V02, version)) in found(verdict)
    assert not verdict.passed


def test_bytecode_of_the_standard_library_is_the_base_images(parts: Parts, tmp_path: Path) -> None:
    module, compiled = (
        f"usr/local/lib/python3.11/{name}" for name in ("ast.py", "__pycache__/ast.cpython-311.pyc")
    )
    parts.app[compiled] = b"bytecode"
    assert judged(parts, tmp_path).problems == ()
    parts.app[module] = b"standard = False"
    assert {("file", module), ("file", compiled)} <= found(judged(parts, tmp_path))


def test_every_check_has_a_planted_fault() -> None:
    assert {check for _, check, _ in FAULTS.values()} == set(CHECKS)


@pytest.mark.parametrize("without", [V02, "https://spdx.dev/Document"])
def test_a_missing_statement_is_a_problem_and_what_needs_it_unchecked(
    parts: Parts, tmp_path: Path, without: str
) -> None:
    verdict = judged(parts, tmp_path, without=without)
    name, unchecked = (
        ("provenance", {"builder", "revision", "base", "dockerfile"})
        if without == V02
        else ("SBOM", {"package", "content"})
    )
    assert ("attached", name) in found(verdict)
    assert set(verdict.unchecked) == unchecked
    assert not verdict.passed


def test_another_base_image_is_caught(parts: Parts, tmp_path: Path) -> None:
    real = real_base(parts)
    parts.base = tar(entry("other", b""))
    assert ("base", "python:3.11-slim") in found(judged(parts, tmp_path, **real))


def test_a_base_that_is_no_material_is_caught(parts: Parts, tmp_path: Path) -> None:
    real = {**real_base(parts), "base_digests": frozenset({f"sha256:{'1' * 64}"})}
    (problem,) = judged(parts, tmp_path, **real).problems
    assert problem.check == "base"
    assert "no material" in problem.text


def test_a_base_for_another_platform_is_not_checked(parts: Parts, tmp_path: Path) -> None:
    verdict = judged(parts, tmp_path, base={"linux/arm64": ()}, base_digests=frozenset())
    assert "base" in verdict.unchecked
    assert not verdict.passed


def test_an_unknown_dockerfile_is_not_checked(parts: Parts, tmp_path: Path) -> None:
    assert "dockerfile" in judged(parts, tmp_path, dockerfile=None).unchecked


def test_a_package_installed_above_the_base_owns_its_files(parts: Parts, tmp_path: Path) -> None:
    parts.app |= {"usr/bin/tool": b"tool", "var/lib/dpkg/info/tool.list": b"/.\n/bin/tool\n"}
    assert found(judged(parts, tmp_path)) == {("file", "var/lib/dpkg/info/tool.list")}


def test_the_base_images_files_stay_its_own_with_another_mode(parts: Parts, tmp_path: Path) -> None:
    parts.app |= {"usr/bin/dash": b"dash", "usr/local/bin/python3": b"python"}
    assert judged(parts, tmp_path).passed


def test_an_unreadable_statement_is_an_error(parts: Parts, tmp_path: Path) -> None:
    parts.materials = [{"uri": 7}]
    with pytest.raises(AttestError, match=r"provenance sha256:.*material\.uri"):
        judged(parts, tmp_path)


def test_a_platform_that_was_not_saved_is_not_checked(tmp_path: Path) -> None:
    making = Making()
    gone = making.image(files({"a": "a"}), architecture="arm64")
    del making.blobs[gone]
    with Layout.open(making.archive(tmp_path / "image.tar")) as layout:
        (verdict,) = gate.check(layout, expected())
    assert (verdict.platform, verdict.digest, verdict.passed) == ("linux/arm64", gone, False)
    assert not report.passed([verdict])


def test_an_attestation_about_nothing_is_caught(tmp_path: Path) -> None:
    making, nothing = Making(), f"sha256:{'0' * 64}"
    making.attest(nothing, statement(nothing, V02, {}))
    with Layout.open(making.archive(tmp_path / "image.tar")) as layout:
        (verdict,) = gate.check(layout, expected())
    assert [each.check for each in verdict.problems] == ["subject"]


def test_an_empty_layout_does_not_pass(tmp_path: Path) -> None:
    with Layout.open(Making().archive(tmp_path / "image.tar")) as layout:
        verdicts = gate.check(layout, expected())
    assert not report.passed(verdicts)
    assert "nothing was checked" in "\n".join(report.lines("image", verdicts))


def test_the_report_names_state_and_subject(parts: Parts, tmp_path: Path) -> None:
    parts.app["opt/extra"] = b""
    verdict = judged(parts, tmp_path, dockerfile=None)
    text = "\n".join(report.lines("small", [verdict]))
    assert "FAILED       file " in text
    assert "opt/extra: no package, project or list owns this file (layer 1)" in text
    assert "not checked  dockerfile" in text
    assert "passed       builder" in text
    document = json.loads(json.dumps(report.document("small", [verdict])))
    assert document["passed"] is False
    assert document["manifests"][0]["checks"]["file"] == "FAILED"
    assert document["manifests"][0]["problems"][0]["subject"] == "opt/extra"


def test_problems_sort_and_read() -> None:
    problem = Problem("file", "a", "b")
    assert str(problem) == "file: a: b"
    assert dataclasses.replace(problem, subject="Z") < problem
