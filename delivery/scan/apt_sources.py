"""Where the apt inside an image looks for packages: sources.list and sources.list.d, in both forms."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from delivery.scan.errors import NotCheckedError
from delivery.scan.image import APT_BELOW, APT_LIST, Image

_OPTIONS = re.compile(r"^(\s*\S+\s+)\[[^]]*]")
_NO = {"no", "false", "without", "off", "disable"}  # as apt reads them


@dataclass(frozen=True, slots=True)
class Source:
    """One suite of one mirror: binary packages of these components."""

    uri: str
    suite: str
    components: tuple[str, ...]

    @property
    def folder(self) -> str:
        """The address below which the suite's index lies, without a slash at its end."""
        return f"{self.uri.rstrip('/')}/dists/{self.suite}"


def security_folder(image: Image, codename: str) -> str:
    """The address of the security suite of that release, as the image's own sources name it.

    The first fitting source counts. Raises NotCheckedError when there is none, or none over HTTP.
    """
    wanted = {f"{codename}-security", f"{codename}/updates"}  # the second until Debian 10
    for source in sources(image):
        if source.suite not in wanted or "main" not in source.components:
            continue
        if not _is_open(source.uri):
            raise NotCheckedError(
                f"the mirror of {source.suite} in /etc/apt is no plain HTTP address, and no other is read"
            )
        return source.folder
    raise NotCheckedError(
        f"/etc/apt names no mirror of {codename}-security; add one to the image's sources to have it compared"
    )


def _is_open(uri: str) -> bool:
    """Whether it is an address of HTTP that holds no password."""
    try:
        address = urlsplit(uri)
    except ValueError:
        return False
    return address.scheme in {"http", "https"} and bool(address.hostname) and "@" not in address.netloc


def sources(image: Image) -> Iterator[Source]:
    """Every source of binary packages, in the order in which apt reads them."""
    below = sorted(path for path in image.entries if path.startswith(APT_BELOW))
    for path in (APT_LIST, *below):
        text = image.text(path) or ""
        if path.endswith(".list"):
            yield from _lines(text)
        elif path.endswith(".sources"):
            yield from _stanzas(text)


def _lines(text: str) -> Iterator[Source]:
    """The form of one line: deb [options] uri suite component..."""
    for line in text.splitlines():
        words = _OPTIONS.sub(r"\1", line.partition("#")[0]).split()
        if len(words) > 2 and words[0] == "deb":
            yield Source(words[1], words[2], tuple(words[3:]))


def _stanzas(text: str) -> Iterator[Source]:
    """The form of deb822(5): each stanza names types, uris, suites and components, several of each."""
    kept = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    for stanza in re.split(r"\n[ \t]*\n", kept):
        fields = _fields(stanza)
        on = not {word.lower() for word in fields.get("enabled", ())} & _NO
        if on and "deb" in fields.get("types", ()):
            components = fields.get("components", ())
            for uri in fields.get("uris", ()):
                yield from (Source(uri, suite, components) for suite in fields.get("suites", ()))


def _fields(stanza: str) -> dict[str, tuple[str, ...]]:
    """The words of each field, by its name in small letters; a line that begins with a blank goes on."""
    found: dict[str, tuple[str, ...]] = {}
    name = ""
    for line in stanza.splitlines():
        if line[:1] in {" ", "\t"}:
            found[name] = (*found.get(name, ()), *line.split())
        else:
            name, _, value = line.partition(":")
            name = name.strip().lower()
            found[name] = tuple(value.split())
    return found
