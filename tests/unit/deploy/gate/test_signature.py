import json

from tests.unit.deploy.gate.making import Dated, World, of, refused


def asked(world: World) -> list[list[str]]:
    return [json.loads(line) for line in world.cosign_log.read_text("utf-8").splitlines()]


def test_a_known_key_has_signed_the_index(world: World) -> None:
    verdict = world.judged(Dated())
    assert of(verdict, "signature").detail == "by the key one.pub"
    (command,) = asked(world)
    key = str(world.folder / "one.pub")
    assert command == [
        "verify", "--output", "json", "--allow-http-registry", "--key", key, "--insecure-ignore-tlog",
        f"{world.name}@{verdict.digest}",
    ]  # fmt: skip


def test_the_public_log_counts_where_the_policy_says_so(world: World) -> None:
    policy = world.given(signature={"keys": ["one.pub"]})
    assert world.judged(Dated(), policy=policy).accepted
    assert "--insecure-ignore-tlog" not in asked(world)[0]


def test_any_of_the_keys_will_do(world: World) -> None:
    policy = world.given(signature={"keys": ["two.pub", "one.pub"]})
    assert of(world.judged(Dated(), policy=policy), "signature").detail == "by the key one.pub"
    assert len(asked(world)) == 2


def test_an_identity_may_sign_without_a_key(world: World) -> None:
    who = {"identity": "ci", "issuer": "https://id.test"}
    policy = world.given(signature={"identities": [who], "transparency_log": False})
    assert (
        "the identity ci of https://id.test" in of(world.judged(Dated(), policy=policy), "signature").detail
    )
    (command,) = asked(world)
    expected = ["--certificate-identity-regexp", "ci", "--certificate-oidc-issuer", "https://id.test"]
    assert command[4:-1] == expected  # what it rests on is the log, so that is never left out


def test_an_image_that_nobody_known_has_signed_is_refused(world: World) -> None:
    who = {"identity": "stranger", "issuer": "https://id.test"}
    policy = world.given(signature={"keys": ["two.pub"], "identities": [who]})
    verdict = world.judged(Dated(), policy=policy)
    assert refused(verdict) == {"signature"}
    check = of(verdict, "signature")
    assert check.detail == (
        f"{verdict.digest} is not signed by the key two.pub: no signatures found; "
        "nor by the identity stranger of https://id.test: no signatures found"
    )
    assert "scripts/sign_images.py" in check.advice


def test_a_signature_of_another_digest_is_none(world: World) -> None:
    world.cosign(said='"sha256:" + "0" * 64')
    verdict = world.judged(Dated())
    assert refused(verdict) == {"signature"}
    assert "cosign says nothing of this digest" in of(verdict, "signature").detail


def test_signatures_are_looked_at_every_time(world: World) -> None:
    reference = world.push(Dated())
    assert world.inspect(reference).accepted
    (world.folder / "one.pub").write_text("revoked", "utf-8")
    assert refused(world.inspect(reference)) == {"signature"}


def test_without_cosign_it_is_not_checked_and_refused(world: World) -> None:
    (world.programs / "cosign").unlink()
    verdict = world.judged(Dated())
    check = of(verdict, "signature")
    assert (check.outcome, check.refuses) == ("not-checked", True)
    assert check.detail == "there is no program cosign"
    assert not verdict.accepted
