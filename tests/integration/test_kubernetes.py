"""The Kubernetes manifests: complete, of the restricted profile, valid for clusters of several versions."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kubernetes_validate import validate
from ruamel.yaml import YAML

from finchat_sec_qa.config import variables
from scripts import k8s_manifests
from tests.absence import REPO, absent

IMAGES = {name: f"registry.example.com/{name}@sha256:{'0a' * 32}" for name in k8s_manifests.VARIABLES}
GIVEN = {variable: IMAGES[name] for name, variable in k8s_manifests.VARIABLES.items()}
VERSIONS = ("1.29", "1.31", "1.33", "1.35", "1.37")
# Kinds that the Prometheus operator brings; the cluster's own schemas do not know them.
OF_THE_OPERATOR = {"ServiceMonitor", "PrometheusRule"}
Manifest = dict[str, Any]


def load(text: str) -> list[Manifest]:
    return [one for one in YAML(typ="safe").load_all(text) if one]


def sources() -> list[Manifest]:
    """The resources as they stand in the base; also where kubectl is not."""
    files = sorted((REPO / "deploy/kubernetes/base").glob("*.yaml"))
    return [
        one for file in files if file.name != "kustomization.yaml" for one in load(file.read_text("utf-8"))
    ]


@pytest.fixture(scope="module", params=k8s_manifests.overlays())
def rendered(request: pytest.FixtureRequest) -> list[Manifest]:
    if shutil.which("kubectl") is None:
        absent("no kubectl on PATH, which puts the manifests together")
    return load(k8s_manifests.render(request.param, IMAGES))


def of_kind(manifests: list[Manifest], kind: str) -> dict[str, Manifest]:
    return {one["metadata"]["name"]: one for one in manifests if one["kind"] == kind}


def pods(manifests: list[Manifest]) -> Iterator[tuple[str, Manifest]]:
    for name, one in of_kind(manifests, "Deployment").items():
        yield name, one["spec"]["template"]["spec"]


def containers(manifests: list[Manifest]) -> Iterator[tuple[str, Manifest]]:
    for name, pod in pods(manifests):
        for kind in ("containers", "initContainers", "ephemeralContainers"):
            for one in pod.get(kind, ()):
                yield f"{name}/{one['name']}", one


def test_there_are_both_overlays() -> None:
    assert k8s_manifests.overlays() == ["production", "staging"]


def test_every_manifest_is_valid_for_each_cluster(rendered: list[Manifest]) -> None:
    checked = [one for one in rendered if one["kind"] not in OF_THE_OPERATOR]
    assert len(checked) >= 18
    for version in VERSIONS:
        for one in checked:
            validate(one, version, strict=True)


def test_the_schemas_tell_what_is_wrong(rendered: list[Manifest]) -> None:
    """The check above could not fail if the validator took anything."""
    (wrong,) = [one for one in load(YAML_WITH_A_TYPO) if one]
    with pytest.raises(Exception, match="replica"):
        validate(wrong, VERSIONS[0], strict=True)


YAML_WITH_A_TYPO = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: a}
spec:
  replica: 1
  selector: {matchLabels: {a: b}}
  template: {metadata: {labels: {a: b}}, spec: {containers: [{name: a, image: b}]}}
"""


def test_all_that_is_needed_is_there(rendered: list[Manifest]) -> None:
    expected = {
        "Namespace": 1,
        "ConfigMap": 1,
        "PersistentVolumeClaim": 1,
        "Deployment": 3,
        "Service": 3,
        "HorizontalPodAutoscaler": 2,
        "PodDisruptionBudget": 2,
        "Ingress": 1,
        "NetworkPolicy": 7,
        "ServiceMonitor": 1,
        "PrometheusRule": 1,
    }
    assert {kind: len(of_kind(rendered, kind)) for kind in expected} == expected
    assert len(rendered) == sum(expected.values())
    spaces = {one["metadata"].get("namespace") for one in rendered if one["kind"] != "Namespace"}
    assert spaces == set(of_kind(rendered, "Namespace"))


def test_the_namespace_enforces_the_restricted_profile(rendered: list[Manifest]) -> None:
    (space,) = of_kind(rendered, "Namespace").values()
    assert space["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_images_are_given_by_digest(rendered: list[Manifest]) -> None:
    assert {one["image"] for _, one in containers(rendered)} == set(IMAGES.values())


def restricted(manifests: list[Manifest]) -> None:
    for name, pod in pods(manifests):
        context = pod["securityContext"]
        assert context["runAsNonRoot"] is True, name
        assert (context["runAsUser"], context["runAsGroup"]) == (10001, 10001), name
        assert context["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert pod["automountServiceAccountToken"] is False, name
        assert pod["enableServiceLinks"] is False, name
        assert not any(pod.get(shared) for shared in ("hostNetwork", "hostPID", "hostIPC")), name
        allowed = {"name", "configMap", "secret", "emptyDir", "persistentVolumeClaim"}
        assert {key for volume in pod["volumes"] for key in volume} <= allowed, name
    found = dict(containers(manifests))
    assert sorted(found) == ["api-writer/api", "api/api", "webapp/webapp"]
    for name, one in found.items():
        context = one["securityContext"]
        assert context["allowPrivilegeEscalation"] is False, name
        assert context["readOnlyRootFilesystem"] is True, name
        assert context["capabilities"] == {"drop": ["ALL"]}, name
        assert not context.get("privileged"), name
        assert not {"runAsUser", "runAsNonRoot", "seccompProfile"} & context.keys(), f"{name}: the pod's own"
        assert all("hostPort" not in port for port in one["ports"]), name
        for kind in ("requests", "limits"):
            assert set(one["resources"][kind]) == {"cpu", "memory", "ephemeral-storage"}, name
        probes = {
            kind: one[f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "liveness", "readiness")
        }
        assert probes == {"startup": "/health", "liveness": "/health", "readiness": "/ready"}, name


def test_every_container_is_of_the_restricted_profile() -> None:
    restricted(sources())


def test_an_overlay_takes_nothing_of_that_away(rendered: list[Manifest]) -> None:
    restricted(rendered)


def test_one_writes_and_the_others_read() -> None:
    deployments = of_kind(sources(), "Deployment")
    writer, reader = deployments["api-writer"]["spec"], deployments["api"]["spec"]
    assert (writer["replicas"], writer["strategy"]) == (1, {"type": "Recreate"})
    assert "replicas" not in reader
    mounts = {
        name: [
            mount.get("readOnly", False)
            for one in spec["template"]["spec"]["containers"]
            for mount in one["volumeMounts"]
            if mount["name"] == "store"
        ]
        for name, spec in (("api", reader), ("api-writer", writer))
    }
    assert mounts == {"api": [True], "api-writer": [False]}
    (one,) = reader["template"]["spec"]["containers"]
    assert {"name": "FINCHAT_STORE_READONLY", "value": "true"} in one["env"]
    (claim,) = of_kind(sources(), "PersistentVolumeClaim").values()
    assert claim["spec"]["accessModes"] == ["ReadWriteOnce"]


def test_settings_are_settings_of_the_program() -> None:
    base = load((REPO / "deploy/kubernetes/base/kustomization.yaml").read_text("utf-8"))[0]
    named = {line.partition("=")[0] for one in base["configMapGenerator"] for line in one["literals"]}
    named |= {entry["name"] for _, one in containers(sources()) for entry in one.get("env", ())}
    assert named <= set(variables())


def test_selectors_find_what_they_mean() -> None:
    manifests = sources()
    labels = {
        name: one["spec"]["template"]["metadata"]["labels"]
        for name, one in of_kind(manifests, "Deployment").items()
    }

    def chosen(selector: dict[str, str]) -> set[str]:
        return {name for name, held in labels.items() if selector.items() <= held.items()}

    for name, one in of_kind(manifests, "Service").items():
        assert chosen(one["spec"]["selector"]) == {name}
        assert one["metadata"]["labels"].items() <= labels[name].items()
    for name, one in of_kind(manifests, "PodDisruptionBudget").items():
        assert chosen(one["spec"]["selector"]["matchLabels"]) == {name}
    for name, one in of_kind(manifests, "Deployment").items():
        assert chosen(one["spec"]["selector"]["matchLabels"]) == {name}
    for one in of_kind(manifests, "HorizontalPodAutoscaler").values():
        assert one["spec"]["scaleTargetRef"]["name"] in labels
    (ingress,) = of_kind(manifests, "Ingress").values()
    backends = {
        path["backend"]["service"]["name"]
        for each in ingress["spec"]["rules"]
        for path in each["http"]["paths"]
    }
    assert backends == {"webapp", "api"}


def test_nobody_reaches_anybody_but_as_said() -> None:
    policies = {name: one["spec"] for name, one in of_kind(sources(), "NetworkPolicy").items()}
    assert policies["default-deny"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    out = {name: spec for name, spec in policies.items() if spec.get("egress")}
    assert set(out) == {"allow-names", "webapp-to-api", "writer-to-edgar"}
    (way,) = out["writer-to-edgar"]["egress"]
    assert way["ports"] == [{"protocol": "TCP", "port": 443}]
    assert {"10.0.0.0/8", "192.168.0.0/16", "169.254.0.0/16"} <= set(way["to"][0]["ipBlock"]["except"])
    name = {"app.kubernetes.io/name": "api-writer"}
    assert out["writer-to-edgar"]["podSelector"] == {"matchLabels": name}
    assert all("from" in way for spec in policies.values() for way in spec.get("ingress", ()))


def test_the_alerts_are_those_of_prometheus(rendered: list[Manifest]) -> None:
    (rule,) = of_kind(rendered, "PrometheusRule").values()
    groups = {group["name"] for group in rule["spec"]["groups"]}
    files = {file.name: load(file.read_text("utf-8"))[0] for file in k8s_manifests.RULES.glob("*.yml")}
    assert set(k8s_manifests.NOT_THERE) <= set(files)
    expected = [file["groups"] for name, file in sorted(files.items()) if name not in k8s_manifests.NOT_THERE]
    assert groups == {group["name"] for each in expected for group in each}
    (monitor,) = of_kind(rendered, "ServiceMonitor").values()
    chosen = monitor["spec"]["selector"]["matchLabels"].items()
    services = of_kind(rendered, "Service")
    assert all(chosen <= one["metadata"]["labels"].items() for one in services.values())
    (endpoint,) = monitor["spec"]["endpoints"]
    assert all(
        endpoint["port"] in {port["name"] for port in one["spec"]["ports"]} for one in services.values()
    )


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "API_IMAGE is not set"),
        ({**GIVEN, "WEBAPP_IMAGE": "ghcr.io/acme/finchat-sec-qa-webapp:1.0.0"}, "WEBAPP_IMAGE is 'ghcr.io"),
        ({**GIVEN, "API_IMAGE": f"a@sha256:{'0' * 63}"}, "API_IMAGE is 'a@sha256"),
        ({**GIVEN, "API_IMAGE": f"a@sha256:{'0' * 64}\nb"}, "API_IMAGE is"),
    ],
)
def test_a_tag_is_refused(given: dict[str, str], told: str) -> None:
    with pytest.raises(k8s_manifests.ManifestError, match="by digest") as error:
        k8s_manifests.images(given)
    assert told in str(error.value)


def test_an_overlay_that_is_none_is_told() -> None:
    assert k8s_manifests.chosen_overlays([]) == ["production", "staging"]
    with pytest.raises(k8s_manifests.ManifestError, match="no overlay test; there are production, staging"):
        k8s_manifests.chosen_overlays(["test", "staging"])


def test_without_kubectl_it_says_so() -> None:
    with pytest.raises(k8s_manifests.ManifestError, match="no program 'no-kubectl'"):
        k8s_manifests.render("staging", IMAGES, kubectl="no-kubectl")


def test_the_program_writes_a_file_for_each_overlay(tmp_path: Path) -> None:
    if shutil.which("kubectl") is None:
        absent("no kubectl on PATH, which puts the manifests together")
    command = [sys.executable, "-m", "scripts.k8s_manifests", "--output-dir", str(tmp_path)]
    path = {"PATH": f"{Path(shutil.which('kubectl') or '').parent}"}
    done = subprocess.run(
        command, env={**path, **GIVEN}, cwd=REPO, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(tmp_path / "production.yaml"), str(tmp_path / "staging.yaml")]
    refused = subprocess.run(command, env=path, cwd=REPO, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert refused.stderr.startswith("error: API_IMAGE is not set")
