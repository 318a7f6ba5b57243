"""Every text that git holds: the working tree, and each blob that any branch, tag or stash can reach."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from delivery.scan.errors import NotCheckedError
from delivery.scan.tools import Toolbox

BATCH = 500  # blobs that are in memory at a time
# Files whose every line can be read by itself: a line that the same path had before is not read again.
BY_LINE = {".css", ".hcl", ".html", ".js", ".json", ".md", ".py", ".sh", ".sql", ".svg"}
BINARY_LOOK = 8192  # a zero byte this early makes a file binary, as for git


@dataclass(frozen=True, slots=True)
class Text:
    """A text written to `file`; `path` is its name in the project.

    `blob` is empty for what the working tree holds, and git's id for what only the history does. `numbers`
    has, for each line of the file, its number in the project's text, from 1.
    """

    file: str
    path: str
    blob: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts, and how many blobs of the history and files of the tree were looked at for them."""

    texts: tuple[Text, ...]
    blobs: int
    files: int


def write_texts(tools: Toolbox, folder: Path) -> Texts:
    """Write every text into the folder once, however often it occurs; binary content is left out.

    Raises NotCheckedError outside a git repository, and for a shallow clone, whose history is not there.
    """
    if _git(tools, "rev-parse", "--is-shallow-repository").strip() == b"true":
        raise NotCheckedError("a shallow clone has no history; `git fetch --unshallow` gets it")
    tree = _tree(tools)
    history = _history(tools)
    writer = _Writer(folder)
    for blob, path in tree.items():
        writer.write(blob, path, (tools.root / path).read_bytes(), now=True)
    for blob, body in _bodies(tools, [blob for blob in history if blob not in tree]):
        writer.write(blob, history[blob], body, now=False)
    return Texts(tuple(writer.texts), len(history), len(tree))


def _git(tools: Toolbox, *arguments: str, stdin: bytes = b"") -> bytes:
    done = tools.run("git", *arguments, hint="install git", stdin=stdin)
    if done.code:
        raise NotCheckedError(f"git {arguments[0]}: {done.complaint}")
    return done.out


def _tree(tools: Toolbox) -> dict[str, str]:
    """Blob id to path of each file that git holds or would with `git add`, as it is on disk now."""
    listed = _git(tools, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate")
    names = [name for name in listed.decode("utf-8", "surrogateescape").split("\0") if name]
    # --stdin-paths ends a name at a newline; such a name is not worth more than saying so.
    if any("\n" in name for name in names):
        raise NotCheckedError("a file's name has a newline in it; rename it")
    real = [name for name in names if (tools.root / name).is_file() and not (tools.root / name).is_symlink()]
    paths = "".join(f"{name}\n" for name in real).encode("utf-8", "surrogateescape")
    blobs = _git(tools, "hash-object", "--no-filters", "--stdin-paths", stdin=paths).decode().split()
    return dict(zip(blobs, real, strict=True))


def _history(tools: Toolbox) -> dict[str, str]:
    """Blob id to one of its paths, of every reachable blob."""
    reached = _git(tools, "rev-list", "--objects", "--all").decode("utf-8", "replace").splitlines()
    named = {line[:40]: line[41:] for line in reached}
    ids = "".join(f"{name}\n" for name in named).encode()
    kinds = _git(tools, "cat-file", "--batch-check=%(objectname) %(objecttype)", stdin=ids).decode()
    return {line[:40]: named[line[:40]] for line in kinds.splitlines() if line.endswith(" blob")}


def _bodies(tools: Toolbox, blobs: list[str]) -> Iterator[tuple[str, bytes]]:
    """Each blob with what it holds."""
    for start in range(0, len(blobs), BATCH):
        some = blobs[start : start + BATCH]
        batch = _git(tools, "cat-file", "--batch", stdin="".join(f"{blob}\n" for blob in some).encode())
        at = 0
        for blob in some:
            # A line that ends in the size, that many bytes, and a newline.
            end = batch.index(b"\n", at)
            size = int(batch[at:end].rsplit(b" ", 1)[1])
            at = end + 1 + size + 1
            yield blob, batch[end + 1 : at - 1]


class _Writer:
    """Writes texts under a folder, and knows the lines that it wrote for each path."""

    def __init__(self, folder: Path) -> None:
        self.texts: list[Text] = []
        self._folder = folder
        self._written: dict[str, set[bytes]] = {}

    def write(self, blob: str, path: str, body: bytes, *, now: bool) -> None:
        """Write a text; nothing when it is binary or has no line that this path did not have before."""
        if b"\0" in body[:BINARY_LOOK]:
            return
        lines = list(enumerate(body.split(b"\n"), start=1))
        if Path(path).suffix in BY_LINE:
            lines = list(self._new(path, lines))
        if not lines:
            return
        # The name's last part stays, since its ending tells how to read the file.
        target = self._folder / blob / Path(path).name
        target.parent.mkdir()
        target.write_bytes(b"\n".join(line for _, line in lines))
        numbers = tuple(number for number, _ in lines)
        self.texts.append(Text(str(target), path, "" if now else blob, numbers))

    def _new(self, path: str, lines: list[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
        seen = self._written.setdefault(path, {b""})
        for number, line in lines:
            bare = line.strip()
            if bare not in seen:
                seen.add(bare)
                yield number, line
