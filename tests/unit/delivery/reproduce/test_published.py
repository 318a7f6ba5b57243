import json
import os
from pathlib import Path

import pytest

from delivery.oci.errors import OciError
from delivery.reproduce import published
from delivery.reproduce.errors import RefusedError
from tests.unit.delivery.attest.making import V02, Parts
from tests.unit.delivery.reproduce.making import program


def test_a_layout_gives_image_files_and_provenance(tmp_path: Path) -> None:
    path = Parts().layout(tmp_path)
    with published.opened(str(path), "linux/amd64") as found:
        assert found.provenance.arguments["target"] == "api"
        assert "usr/bin/dash" in found.side.entries(found.side.image)


def test_without_provenance_it_is_refused(tmp_path: Path) -> None:
    path = Parts().layout(tmp_path, without=V02)
    with pytest.raises(RefusedError, match="no provenance"), published.opened(str(path)):
        pass


def test_provenance_of_another_image_is_refused(tmp_path: Path) -> None:
    path = Parts(subject=f"sha256:{'1' * 64}").layout(tmp_path)
    with pytest.raises(RefusedError, match="about another image"), published.opened(str(path)):
        pass


def test_an_option_is_no_reference() -> None:
    with pytest.raises(RefusedError, match="neither"), published.opened("--help"):
        pass


def test_an_image_that_is_nowhere_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = program(tmp_path / "bin", "docker", "echo manifest unknown >&2; exit 1")
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(OciError, match="manifest unknown"), published.opened("example.com/x:1"):
        pass


def test_the_registry_s_provenance_is_read_for_one_platform_or_several() -> None:
    predicate = {"invocation": {}}
    for told in ({"SLSA": predicate}, {"linux/amd64": {"SLSA": predicate}, "linux/arm64": {"SLSA": {}}}):
        (found,) = published.parse_attested(json.dumps(told), "linux/amd64")
        assert found.predicate == predicate
        assert found.is_provenance
    assert published.parse_attested("null", "linux/amd64") == []
    assert published.parse_attested('{"linux/arm64": {"SLSA": {}}}', "linux/amd64") == []
    with pytest.raises(RefusedError, match="no JSON"):
        published.parse_attested("{", "linux/amd64")
