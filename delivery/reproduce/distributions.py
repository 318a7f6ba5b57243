"""The sdist and the wheel, built and compared as files and by what they hold."""

import hashlib
import io
import os
import subprocess
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from delivery.reproduce.compare import ABSENT, Difference
from delivery.reproduce.errors import BuildError

_BUILD = """\
import sys
from poetry.core.masonry import api
api.build_wheel(sys.argv[1])
api.build_sdist(sys.argv[1])
"""

# What is told of a member: content, mode and time.
Member = tuple[str, str, str]


def build(python: Path, checkout: Path, folder: Path, epoch: int, umask: int = -1) -> None:
    """Write both into `folder` with a Python that has poetry-core; `epoch` in seconds since 1970.

    Raises BuildError.
    """
    folder.mkdir(parents=True)
    environ = os.environ | {"SOURCE_DATE_EPOCH": str(epoch), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [str(python), "-c", _BUILD, str(folder)]
    try:
        done = subprocess.run(
            command, cwd=checkout, env=environ, umask=umask, capture_output=True, text=True, check=False
        )
    except FileNotFoundError as error:
        raise BuildError(f"there is no {python}; run scripts/environment.sh tools") from error
    if done.returncode:
        raise BuildError(f"the wheel was not built ({done.returncode}): {done.stderr.strip()}")


def compare_folders(first: Path, second: Path) -> tuple[Difference, ...]:
    """What differs between the distributions in two folders; empty exactly when all bytes are equal."""
    one, other = ({each.name: each.read_bytes() for each in folder.iterdir()} for folder in (first, second))
    found: list[Difference] = []
    for name in sorted(one.keys() | other.keys()):
        if name not in one or name not in other:
            what = "extra" if name in other else "missing"
            found.append(Difference(name, what, _present(name in one), _present(name in other)))
        elif one[name] != other[name]:
            inside = list(_members_differ(name, members(one[name]), members(other[name])))
            found += inside or [Difference(name, "packing", digest(one[name]), digest(other[name]))]
    return tuple(found)


def digest(body: bytes) -> str:
    """`sha256:` and 64 hex digits."""
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def members(archive: bytes) -> Mapping[str, Member]:
    """Content, mode and time of the members of a wheel or sdist by name; empty for what is neither."""
    if zipfile.is_zipfile(io.BytesIO(archive)):
        with zipfile.ZipFile(io.BytesIO(archive)) as wheel:
            return {
                each.filename: (
                    digest(wheel.read(each)),
                    f"{each.external_attr >> 16:o}",
                    str(each.date_time),
                )
                for each in wheel.infolist()
            }
    if tarfile.is_tarfile(io.BytesIO(archive)):
        with tarfile.open(fileobj=io.BytesIO(archive)) as sdist:
            return {each.name: (_content(sdist, each), f"{each.mode:o}", str(each.mtime)) for each in sdist}
    return {}


def _content(sdist: tarfile.TarFile, member: tarfile.TarInfo) -> str:
    stream = sdist.extractfile(member) if member.isfile() else None
    return digest(stream.read()) if stream else member.linkname


def _members_differ(
    name: str, one: Mapping[str, Member], other: Mapping[str, Member]
) -> Iterator[Difference]:
    for path in sorted(one.keys() | other.keys()):
        where = f"{name}: {path}"
        if path not in one or path not in other:
            what = "extra" if path in other else "missing"
            yield Difference(where, what, _present(path in one), _present(path in other))
            continue
        for what, first, second in zip(("content", "mode", "time"), one[path], other[path], strict=True):
            if first != second:
                yield Difference(where, what, first, second)


def _present(there: bool) -> str:  # noqa: FBT001 - a word for a truth value
    return "present" if there else ABSENT
