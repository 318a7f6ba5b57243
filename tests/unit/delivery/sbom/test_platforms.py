"""The platform of an image is stated; here it is held against what a real interpreter says."""

import sys

import pytest
from packaging.markers import default_environment
from packaging.tags import sys_tags

from delivery.sbom.platforms import PYTHON, image_platform, running_platform


def test_every_variable_of_markers_is_stated() -> None:
    assert image_platform().markers.keys() == default_environment().keys()


@pytest.mark.parametrize("name", ["linux/amd64", "linux/arm64"])
def test_the_variables_are_those_of_the_interpreter_in_the_image(name: str) -> None:
    """Of the running one, but for its version, its machine, and what names the running kernel."""
    stated, real = image_platform(name).markers, default_environment()
    own = {"platform_machine", "platform_release", "platform_version"}
    own |= {key for key in real if key.endswith("_version")}
    if sys.platform == "linux":
        assert {key: stated[key] for key in stated if key not in own} == {
            key: value for key, value in real.items() if key not in own
        }
    assert stated["python_version"] == "3.11" == ".".join(map(str, PYTHON))


def test_the_tags_are_those_of_the_interpreter_in_the_image() -> None:
    """Every tag that a real CPython 3.11 on Linux takes, and none of another machine or libc."""
    tags = image_platform("linux/amd64").tags
    assert all("x86_64" in tag.platform or tag.platform == "any" for tag in tags)
    assert not any("musl" in tag.platform for tag in tags)
    running = running_platform()
    if running.name == "linux/x86_64" and running.markers["python_version"] == "3.11":
        real = {tag for tag in sys_tags() if "musl" not in tag.platform}
        assert real <= tags


def test_an_unknown_platform_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"linux/riscv64.*linux/amd64, linux/arm64"):
        image_platform("linux/riscv64")
