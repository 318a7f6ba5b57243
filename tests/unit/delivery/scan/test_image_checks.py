import tarfile
from pathlib import Path
from typing import Any

import pytest

from delivery.scan import engine
from delivery.scan.image_files import ImageFiles
from delivery.scan.image_settings import ImageSettings
from delivery.scan.image_users import ImageUsers
from delivery.scan.model import Check, Missing, Outcome, Scope
from delivery.scan.tools import Toolbox
from tests.unit.delivery.oci.making import entry
from tests.unit.delivery.scan.planted import ORDINARY_USER, TOKEN, image, program, scope

PASSWD = b"root:x:0:0:root:/root:/usr/sbin/nologin\nfinchat:x:10001:10001::/:/usr/sbin/nologin\n"


def looked(check: Check, tmp_path: Path, *layers: list[Any], **values: Any) -> list[tuple[str, str]]:
    """(id, place) of what the check finds in an image of these layers."""
    outcome = check.run(scope(tmp_path, image(tmp_path, *layers, **values)))
    assert outcome.not_checked == ()
    return [(finding.id, finding.where) for finding in outcome.findings]


@pytest.mark.parametrize("mode", [0o4755, 0o2755, 0o6711])
def test_a_setuid_file_is_found(tmp_path: Path, mode: int) -> None:
    layer = [entry("usr/bin/su", b"#!", mode=mode)]
    assert looked(ImageFiles(), tmp_path, layer) == [("setuid", "small /usr/bin/su")]


def test_a_setuid_file_that_a_later_layer_removes_or_mends_is_gone(tmp_path: Path) -> None:
    below = [entry("bin/su", b"#!", mode=0o4755), entry("bin/mount", b"#!", mode=0o4755)]
    above = [entry("bin/.wh.su"), entry("bin/mount", b"#!", mode=0o755)]
    assert looked(ImageFiles(), tmp_path, below, above) == []


def test_what_everybody_may_write_is_found(tmp_path: Path) -> None:
    layer = [
        entry("tmp", type=tarfile.DIRTYPE, mode=0o1777),
        entry("opt/venv/.lock", mode=0o666),
        entry("opt/open", type=tarfile.DIRTYPE, mode=0o777),
        entry("dev/null", type=tarfile.CHRTYPE, mode=0o666),
        entry("lib/link", type=tarfile.SYMTYPE, linkname="tmp", mode=0o777),
    ]
    found = looked(ImageFiles(), tmp_path, layer)
    assert found == [("world-writable", "small /opt/open"), ("world-writable", "small /opt/venv/.lock")]


def test_a_private_file_is_found_even_where_a_later_layer_hides_it(tmp_path: Path) -> None:
    below = [entry("app/.env", b"X=1"), entry("home/.aws/credentials", b"x"), entry("app/.git/config", b"x")]
    found = looked(ImageFiles(), tmp_path, below, [entry("app/.wh..env")])
    assert found == [
        ("private-file", "small /app/.env"),
        ("private-file", "small /app/.git/config"),
        ("private-file", "small /home/.aws/credentials"),
    ]


@pytest.mark.parametrize("user", ["", "0", "0:0", "root", "toor"])
def test_an_image_that_runs_as_root_is_found(tmp_path: Path, user: str) -> None:
    layer = [entry("etc/passwd", PASSWD + b"toor:x:0:0::/:/usr/sbin/nologin\n")]
    found = looked(ImageUsers(), tmp_path, layer, config={"User": user, "Env": []})
    assert ("runs-as-root", "small USER") in found
    assert ("second-root", "small /etc/passwd:3") in found


def test_login_shells_and_passwords_are_found(tmp_path: Path) -> None:
    passwd = PASSWD + b"a:x:1:1::/:/bin/bash\nb:x:2:2::/:\nc::3:3::/:/bin/false\n"
    layer = [entry("etc/passwd", passwd), entry("etc/shadow", b"root:*:1::\na:$y$x:1::\nb::1::\nc:!:1::\n")]
    assert looked(ImageUsers(), tmp_path, layer) == [
        ("login-shell", "small /etc/passwd:3"),
        ("login-shell", "small /etc/passwd:4"),
        ("no-password", "small /etc/passwd:5"),
        ("password", "small /etc/shadow:2"),
        ("password", "small /etc/shadow:3"),
    ]


def test_an_ordinary_image_is_clean(tmp_path: Path) -> None:
    layer = [entry("etc/passwd", PASSWD), entry("usr/bin/python", b"#!", mode=0o755)]
    for check in (ImageFiles(), ImageUsers(), ImageSettings()):
        assert looked(check, tmp_path, layer) == []


def test_other_ports_are_found(tmp_path: Path) -> None:
    config = {**ORDINARY_USER, "ExposedPorts": {"8000/tcp": {}, "22/tcp": {}, "5000/udp": {}}}
    outcome = ImageSettings().run(scope(tmp_path, image(tmp_path, [], config=config)))
    assert [finding.message.split()[1] for finding in outcome.findings] == ["22/tcp", "5000/udp"]


def test_secrets_in_what_an_image_shows_are_found_and_not_repeated(tmp_path: Path) -> None:
    value = "hunter" + "2hunter2"
    config = {
        **ORDINARY_USER,
        "Env": [
            f"API_TOKEN={value}",
            "FINCHAT_API_TOKEN_FILE=/run/secrets/token",
            "GPG_KEY=A035C8C19219BA82",
        ],
        "Labels": {"note": f"key {TOKEN}", "org.opencontainers.image.revision": "0123456789abcdef" * 2},
    }
    history = (f"RUN |1 DB_PASSWORD={value} /bin/sh -c make", "COPY . .", "RUN login --token $TOKEN")
    outcome = ImageSettings().run(scope(tmp_path, image(tmp_path, [], config=config, history=history)))
    assert [(finding.id, finding.where) for finding in outcome.findings] == [
        ("secret-name", "small ENV API_TOKEN"),
        ("secret-name", "small step 1"),
        ("aws-access-key", "small LABEL note"),
    ]
    assert not any(value in finding.message or TOKEN in finding.message for finding in outcome.findings)


def test_a_missing_image_is_not_checked(tmp_path: Path) -> None:
    there = image(tmp_path, [entry("etc/passwd", PASSWD)])
    images = Scope(tmp_path, Toolbox(tmp_path, ()), (Missing("gone", "gone: no such image"), there))
    outcome = ImageUsers().run(images)
    assert outcome == Outcome((), ("gone: no such image",), "small: 2 accounts")


def test_images_are_opened_from_tars_and_from_the_engine(tmp_path: Path) -> None:
    image(tmp_path, [entry("etc/passwd", PASSWD)])
    # Stands in for `docker image save --output FILE NAME`.
    code = (
        "import shutil\nif sys.argv[5] == 'api:1': shutil.copy('small.tar', sys.argv[4])\n"
        "else: sys.exit('Error: No such image')"
    )
    tools = Toolbox(tmp_path, (program(tmp_path / "bin", "docker", code),))
    with engine.opened(["small.tar", "api:1", "api:2"], tools) as (given, saved, gone):
        assert not isinstance(given, Missing)
        assert not isinstance(saved, Missing)
        assert given.entries == saved.entries
        assert saved.tar.is_file()
    assert not saved.tar.exists()
    assert gone == Missing("api:2", "api:2: Error: No such image; `make docker-build` builds the images")


def test_without_docker_the_reason_says_what_to_do(tmp_path: Path) -> None:
    with engine.opened(["api:1"], Toolbox(tmp_path, ())) as (gone,):
        assert isinstance(gone, Missing)
        assert gone.reason == "no program docker; install Docker, or give the image as a tar (--image FILE)"


def test_a_broken_tar_is_not_checked(tmp_path: Path) -> None:
    (tmp_path / "small.tar").write_bytes(b"no tar at all")
    with engine.opened(["small.tar"], Toolbox(tmp_path, ())) as (gone,):
        assert isinstance(gone, Missing)
        assert "small.tar" in gone.reason
