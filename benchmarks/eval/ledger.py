"""The ledger: JSON lines, one for each question of each set."""

import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.eval.verdict import Verdict
from finchat_sec_qa.errors import UsageError

Source = dict[str, str | int]
Key = tuple[str, str]  # set and id: what names a question over runs


@dataclass(frozen=True, slots=True)
class Line:
    """One question and what became of it.

    set       name of the question set
    gold      the true answer in words; "no answer" where the store supports none
    answer    our answer in words, a refusal's message, or the pages found
    value     our number and its unit, "" without one
    sources   {"filing", "page"?, "fact_id"?, "concept"?} of each citation or page found, in their order
    why       why it is not right, and what `verify` objects to; "" where all is well
    cited     whether the proof of the gold answer is cited; None where there is none to cite
    verified  whether `verify` confirms the answer; None for searches and errors, which have none
    """

    set: str
    id: str
    company: str
    question: str
    gold: str
    answer: str
    value: str
    sources: tuple[Source, ...]
    verdict: Verdict
    why: str
    cited: bool | None
    verified: bool | None

    @property
    def key(self) -> Key:
        """What names the question over runs."""
        return self.set, self.id

    @property
    def error(self) -> bool:
        """True when the program failed at it."""
        return self.verdict is Verdict.ERROR


def read(path: Path) -> tuple[Line, ...]:
    """The lines of a ledger; none where there is no file. Raises UsageError for a line that is none."""
    if not path.is_file():
        return ()
    return tuple(_read(path))


def _read(path: Path) -> Iterator[Line]:
    for number, text in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if not text:
            continue
        try:
            yield _line(json.loads(text))
        except (ValueError, TypeError, KeyError) as error:
            raise UsageError(
                f"{path}:{number}: no line of a ledger ({error}); remove the file to start a new one"
            ) from error


def _line(fields: dict[str, Any]) -> Line:
    return Line(**fields | {"verdict": Verdict(fields["verdict"]), "sources": tuple(fields["sources"])})


def write(path: Path, lines: Iterable[Line]) -> None:
    """Put a whole ledger in the place of the earlier one; whatever happens, one of them stands there."""
    put(path, "".join(json.dumps(asdict(line), ensure_ascii=False) + "\n" for line in lines))


def put(path: Path, text: str) -> None:
    """Write a file in one step: it is the earlier one or all of the new one."""
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}-", delete=False
    ) as stream:
        try:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
            Path(stream.name).replace(path)
        except BaseException:
            Path(stream.name).unlink(missing_ok=True)
            raise


def merged(earlier: Sequence[Line], new: Sequence[Line]) -> tuple[Line, ...]:
    """The new lines, and of the sets that were not asked this time the earlier ones, before them."""
    asked = {line.set for line in new}
    return (*(line for line in earlier if line.set not in asked), *new)
