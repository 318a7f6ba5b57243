from pathlib import Path

import pytest

from delivery.registry.client import Registry
from delivery.registry.errors import ReferenceFormError, RegistryError
from delivery.registry.protected import Protected, Use, demand_met, parse_use, protect, read_uses
from delivery.registry.reference import Reference
from delivery.registry.survey import survey
from tests.unit.delivery.registry.fake_registry import FakeRegistry

NOWHERE = "sha256:" + "0" * 64


def use(text: str) -> Use:
    return parse_use(text, "deployed.txt:1", "deployed")


def found(fake: FakeRegistry, registry: Registry, *uses: str) -> Protected:
    repository = Reference(fake.host, "team/app")
    return protect(registry, repository, survey(registry, "team/app"), [use(text) for text in uses])


def test_a_file_of_references_is_read(tmp_path: Path) -> None:
    path = tmp_path / "deployed.txt"
    path.write_text(f"# production\nhost.example/team/app:1.0.0\n\n  {NOWHERE}  # staging\nlatest\n", "utf-8")
    uses = read_uses(path)
    assert [str(one.reference.tag or one.reference.digest) for one in uses] == ["1.0.0", NOWHERE, "latest"]
    assert uses[1].source == f"{path}:4"


@pytest.mark.parametrize("line", ["host.example/team/app", "a b", "app@sha256:12"])
def test_a_line_that_names_no_image_is_told_with_its_number(tmp_path: Path, line: str) -> None:
    path = tmp_path / "deployed.txt"
    path.write_text(f"latest\n{line}\n", "utf-8")
    with pytest.raises(ReferenceFormError, match=r"deployed\.txt:2"):
        read_uses(path)


def test_a_file_that_is_not_there_stops_everything(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match=r"nothing\.txt"):
        read_uses(tmp_path / "nothing.txt")


@pytest.mark.parametrize(
    "written", ["1.0.0", "{host}/team/app:1.0.0", "app:1.0.0", "mirror.example/other/app:1.0.0"]
)
def test_a_tag_is_found_however_it_is_written(fake: FakeRegistry, registry: Registry, written: str) -> None:
    digest = fake.put_image("1.0.0")
    protected = found(fake, registry, written.format(host=fake.host))
    assert protected.tags == (("1.0.0", "deployed"),)
    assert protected.digests == ((digest, "deployed"),)


def test_a_digest_without_a_tag_protects_all_that_it_leads_to(fake: FakeRegistry, registry: Registry) -> None:
    image = fake.put_image()
    index = fake.put_index(images=(image,))
    assert dict(found(fake, registry, f"{fake.host}/team/app@{index}").digests) == dict.fromkeys(
        (index, image), "deployed"
    )


def test_where_tag_and_digest_are_written_both_stay(fake: FakeRegistry, registry: Registry) -> None:
    moved, runs = fake.put_image("stable", content=b"moved"), fake.put_image(content=b"runs")
    protected = found(fake, registry, f"{fake.host}/team/app:stable@{runs}")
    assert protected.tags == (("stable", "deployed"),)
    assert protected.digests == ((runs, "deployed"),)
    assert moved not in dict(protected.digests)  # the tag itself is kept, by its name


@pytest.mark.parametrize("written", ["{host}/team/app:9.9.9", "{host}/team/app@" + NOWHERE, "team/app:9.9.9"])
def test_a_deployed_image_that_is_not_there_stops_everything(
    fake: FakeRegistry, registry: Registry, written: str
) -> None:
    fake.put_image("1.0.0")
    with pytest.raises(RegistryError, match=r"deployed\.txt:1.*not in.*nothing was deleted"):
        found(fake, registry, written.format(host=fake.host))


def test_images_of_other_repositories_do_not_matter(fake: FakeRegistry, registry: Registry) -> None:
    fake.put_image("1.0.0")
    assert found(fake, registry, f"{fake.host}/team/other:1.0.0", "mirror.example/app:9.9.9") == Protected()


def test_a_bare_tag_must_be_in_one_of_the_repositories() -> None:
    here, nowhere = use("1.0.0"), use(NOWHERE)
    demand_met([here], [Protected(), Protected(met=frozenset({here}))])
    with pytest.raises(RegistryError, match=NOWHERE):
        demand_met([here, nowhere], [Protected(met=frozenset({here}))])
