"""The proofs: a commit built twice with nothing in common, and a published image built again."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from delivery.oci.layout import Layout
from delivery.reproduce import build, checkout, distributions, plan, published, recipe
from delivery.reproduce.build import Built
from delivery.reproduce.checkout import Surroundings
from delivery.reproduce.compare import Difference, compare
from delivery.reproduce.published import Published
from delivery.reproduce.recipe import Recipe

DISTRIBUTIONS = "distributions"
# Files older and newer than any commit; open to all and to the owner alone; paths of different length.
FIRST = Surroundings("first", 0o022, 946_684_800)
SECOND = Surroundings("second/one/in/a/longer-path", 0o077, 2_145_916_800)


@dataclass(frozen=True, slots=True)
class Round:
    """One build: its `seconds`, how many `steps` of the Dockerfile it ran, and which copies it shared."""

    seconds: float
    steps: int
    shared: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one proof.

    `first` and `second` map what was built to its digest: of the platform manifest for an image, of the file
    for a wheel or sdist. `rounds` are the builds of images that were run for it.
    """

    name: str
    first: Mapping[str, str]
    second: Mapping[str, str]
    differences: tuple[Difference, ...]
    rounds: tuple[Round, ...] = ()

    @property
    def is_equal(self) -> bool:
        """True when every digest is the same in both."""
        return self.first == self.second


def images_twice(root: Path, revision: str, names: tuple[str, ...], work: Path) -> tuple[Outcome, ...]:
    """Both builds of the commit's images, and what differs, by image. Raises ReproduceError and OciError."""
    rounds = [_build_fresh(root, revision, names, work, around) for around in (FIRST, SECOND)]
    return tuple(_compared(name, rounds[0], rounds[1]) for name in names)


def distributions_twice(root: Path, revision: str, python: Path, work: Path) -> Outcome:
    """Both builds of the commit's wheel and sdist, and what differs. Raises ReproduceError."""
    epoch = checkout.commit_time(root, revision)
    folders = []
    for around in (FIRST, SECOND):
        source = work / DISTRIBUTIONS / around.path
        checkout.check_out(root, revision, source, around)
        folders.append(work / DISTRIBUTIONS / f"built-{around.umask:03o}")
        distributions.build(python, source, folders[-1], epoch, around.umask)
    found = distributions.compare_folders(*folders)
    first, second = (
        {each.name: distributions.digest(each.read_bytes()) for each in sorted(folder.iterdir())}
        for folder in folders
    )
    return Outcome(DISTRIBUTIONS, first, second, found)


def again(root: Path, image: Published, work: Path) -> tuple[Recipe, Outcome]:
    """A published image, built again from its provenance. Raises ReproduceError and OciError."""
    how = recipe.read(image.side.image, image.provenance)
    source = work / "checkout"
    checkout.check_out(root, how.revision, source, FIRST)
    built = build.run(plan.rebuild(how, work / "images"), source)
    with Layout.open(built.build.archive(how.target)) as layout:
        other = published.side(layout, layout.image(how.platform))
        found = compare(image.side, other)
    first, second = {how.target: image.side.image.digest}, {how.target: other.image.digest}
    return how, Outcome(how.target, first, second, found, rounds=(_told(built),))


def _build_fresh(
    root: Path, revision: str, names: tuple[str, ...], work: Path, around: Surroundings
) -> Built:
    source = work / "checkouts" / around.path
    checkout.check_out(root, revision, source, around)
    version = str(tomllib.loads((source / "pyproject.toml").read_text("utf-8"))["project"]["version"])
    epoch = checkout.commit_time(root, revision)
    planned = plan.fresh(revision, epoch, version, names, work / f"images-{around.umask:03o}")
    return build.run(planned, source, around.umask)


def _compared(name: str, first: Built, second: Built) -> Outcome:
    with Layout.open(first.build.archive(name)) as one, Layout.open(second.build.archive(name)) as other:
        sides = published.side(one, one.image()), published.side(other, other.image())
        found = compare(*sides)
    return Outcome(
        name,
        {name: sides[0].image.digest},
        {name: sides[1].image.digest},
        found,
        rounds=(_told(first), _told(second)),
    )


def _told(built: Built) -> Round:
    return Round(round(built.seconds, 1), len(built.steps.run), tuple(sorted(built.steps.shared)))
