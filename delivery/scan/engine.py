"""Images to look into: saved from the Docker engine, or given as a tar."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from delivery.scan.errors import NotCheckedError
from delivery.scan.image import Image, read
from delivery.scan.model import Missing
from delivery.scan.tools import Toolbox

DEFAULT_IMAGES = ("finchat-sec-qa:api", "finchat-sec-qa:webapp")
_HINT = "install Docker, or give the image as a tar (--image FILE)"


@contextmanager
def opened(names: Sequence[str], tools: Toolbox) -> Iterator[tuple[Image | Missing, ...]]:
    """The images of those references or tar files, in their order; what is not there as Missing.

    The saved tars last as long as the context.
    """
    with tempfile.TemporaryDirectory(prefix="finchat-scan-") as folder:
        yield tuple(_open(name, Path(folder) / f"{number}.tar", tools) for number, name in enumerate(names))


def _open(name: str, tar: Path, tools: Toolbox) -> Image | Missing:
    try:
        given = tools.root / name
        return read(name, given if given.is_file() else _saved(name, tar, tools))
    except NotCheckedError as reason:
        return Missing(name, str(reason))


def _saved(name: str, tar: Path, tools: Toolbox) -> Path:
    done = tools.run("docker", "image", "save", "--output", str(tar), name, hint=_HINT)
    if done.code:
        raise NotCheckedError(f"{name}: {done.complaint}; `make docker-build` builds the images")
    return tar
