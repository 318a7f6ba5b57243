"""Builds as data: the command line and the variables, from which anyone can repeat them by hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from delivery.reproduce.recipe import BASE, EPOCH, REVISION, Recipe

# Variables of docker-bake.hcl that must not reach it from the caller's environment.
SETTINGS = frozenset(
    {"ATTEST", BASE, "BUILDER_ID", EPOCH, REVISION, "IMAGES", "LATEST", "PLATFORMS", "PUSH", "REGISTRY"}
    | {"VERSION"}
)
IMAGES = ("api", "webapp")
_BAKE = ("docker", "buildx", "bake", "--file=docker-bake.hcl", "--no-cache", "--progress=rawjson")


@dataclass(frozen=True, slots=True)
class Build:
    """A build: `command`, run in a checkout with `variables`, writes NAME.tar of every image to `folder`."""

    command: tuple[str, ...]
    variables: Mapping[str, str]
    images: tuple[str, ...]
    folder: Path

    def archive(self, image: str) -> Path:
        """Where the image's OCI archive will be."""
        return self.folder / f"{image}.tar"


def rebuild(recipe: Recipe, folder: Path) -> Build:
    """The build of a published image, from its recipe.

    The base is replaced by its digest as a named context: BASE_IMAGE stays as it was, since a label tells it.
    """
    target = f"release-{recipe.target}"
    given = {
        **{f"args.{name}": value for name, value in sorted(recipe.arguments.items())},
        **{
            f"contexts.{name}": f"docker-image://{_untagged(name)}@{digest}"
            for name, digest in sorted(recipe.pins.items())
        },
    }
    variables = {
        BASE: recipe.base,
        "PLATFORMS": recipe.platform,
        **({"VERSION": recipe.version} if recipe.version else {}),
        **_always(recipe.revision, recipe.epoch, folder),
    }
    settings = [f"--set={target}.{name}={value}" for name, value in given.items()]
    return Build((*_BAKE, *settings, target), variables, (recipe.target,), folder)


def fresh(revision: str, epoch: int, version: str, images: tuple[str, ...], folder: Path) -> Build:
    """The build of a commit, with what CI gives to it; `epoch` in seconds since 1970."""
    variables = {"VERSION": version, **_always(revision, epoch, folder)}
    return Build((*_BAKE, *(f"release-{image}" for image in images)), variables, images, folder)


def _always(revision: str, epoch: int, folder: Path) -> dict[str, str]:
    return {
        REVISION: revision,
        EPOCH: str(epoch),
        # Attestations tell the time of the build; they are no part of the platform manifest.
        "ATTEST": "false",
        "IMAGES": str(folder),
        # The archives lie outside of the checkout.
        "BUILDX_BAKE_ENTITLEMENTS_FS": "0",
    }


def _untagged(name: str) -> str:
    """The image's name without its tag; a colon before the last slash is a port's."""
    folder, slash, last = name.rpartition("/")
    return f"{folder}{slash}{last.partition(':')[0]}"
