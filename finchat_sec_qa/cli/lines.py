"""Files of questions, one JSON object a line, and the files of results that are written beside them."""

import json
import os
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from finchat_sec_qa.cli.output import note
from finchat_sec_qa.cli.progress import meter
from finchat_sec_qa.cli.requests import ScopeOptions, complaint
from finchat_sec_qa.errors import FinChatError, UsageError
from finchat_sec_qa.model.request import MAX_QUESTION, ScopeRequest

MAX_LINE = 1_000_000  # bytes; a question has a few hundred
SHOWN_ERRORS = 20
STANDARD = "-"  # standard input or output


class QuestionLine(BaseModel):
    """One line: an id of the caller's, a question, and where to look. Other fields are ignored, but told."""

    model_config = ConfigDict(frozen=True, extra="allow")

    id: str | int
    question: str = Field(min_length=1, max_length=MAX_QUESTION)
    scope: ScopeRequest | None = None

    @property
    def where(self) -> ScopeRequest:
        """The scope; everything when none was given."""
        return self.scope or ScopeRequest()


@dataclass(frozen=True, slots=True)
class Numbered:
    """A line and its number in the file, from 1."""

    number: int
    line: QuestionLine


def read_questions(name: str) -> list[Numbered]:
    """All lines of the file (or "-"), blank ones left out.

    Raises UsageError that names file and number of every line that is not as it should be, so that
    nothing is answered before all of it is known to be readable.
    """
    if name == STANDARD:
        return _parse("standard input", sys.stdin.buffer)
    with Path(name).open("rb") as lines:
        return _parse(name, lines)


def _parse(name: str, lines: BinaryIO) -> list[Numbered]:
    found: list[Numbered] = []
    errors: list[str] = []
    unknown: set[str] = set()
    number = 0
    while raw := lines.readline(MAX_LINE + 1):
        number += 1
        if len(raw) > MAX_LINE:
            raise UsageError(f"{name}:{number}: the line is longer than {MAX_LINE} bytes")
        if not raw.strip():
            continue
        try:
            line = QuestionLine.model_validate_json(raw)
        except ValidationError as error:
            errors.append(f"{name}:{number}: {complaint(error)}")
            continue
        unknown.update(line.model_extra or ())
        found.append(Numbered(number, line))
    if errors:
        raise UsageError(_all_of(errors))
    if unknown:
        note(f"{name}: ignored fields: {', '.join(sorted(unknown))}")
    return found


def _all_of(errors: Sequence[str]) -> str:
    shown = list(errors[:SHOWN_ERRORS])
    if len(errors) > SHOWN_ERRORS:
        shown.append(f"… and {len(errors) - SHOWN_ERRORS} more")
    return "\n".join(
        [*shown, 'each line must be {"id": …, "question": …, "scope": {…}?}; nothing was answered']
    )


def one_of(
    words: str | None, file: str | None, output: str | None, options: ScopeOptions, *, name: str
) -> None:
    """Check that either words or a file were given, and nothing that the other form would ignore.

    Raises UsageError.
    """
    if (words is None) == (file is None):
        raise UsageError(f"give either {name} or --file")
    if file is None and output is not None:
        raise UsageError("--output goes with --file only")
    if file is not None and any(options.values()):
        raise UsageError("with --file the scope stands in each line; leave the scope options out")


def answer_all(questions: str, output: str, work: Callable[[QuestionLine], dict[str, Any]]) -> Counter[str]:
    """Write `work(line)` for each line of `questions` to `output`; counts the results by "status".

    A line that fails is told with its number (with a traceback when the fault is ours), and its result is
    {"id", "status": "error", "error": {"code", "message"}}: every line has one, in the same order. The
    output appears whole or, when interrupted, not at all.
    """
    lines = read_questions(questions)
    counts: Counter[str] = Counter()
    with whole_file(output) as target, meter("questions") as shown:
        for done, numbered in enumerate(lines, start=1):
            line = numbered.line
            try:
                result = work(line)
            except FinChatError as error:
                shown.note(f"finchat: {questions}:{numbered.number}: {error}")
                result = _failure(line, error.code, str(error))
            except Exception as error:  # noqa: BLE001 - a mistake of ours must not lose the other answers
                shown.note(f"finchat: {questions}:{numbered.number}: {traceback.format_exc()}")
                result = _failure(line, "internal", repr(error))
            target.write(json.dumps(result, ensure_ascii=False, separators=(",", ":")) + "\n")
            counts[result.get("status", "")] += 1
            shown.step(done, len(lines), line.question)
    return counts


def _failure(line: QuestionLine, code: str, message: str) -> dict[str, Any]:
    return {"id": line.id, "status": "error", "error": {"code": code, "message": message}}


@contextmanager
def whole_file(name: str) -> Iterator[TextIO]:
    """A file that takes its name only once it is complete; "-" is standard output."""
    if name == STANDARD:
        yield sys.stdout
        return
    path = Path(name)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(handle, "w", encoding="utf-8", newline="\n") as target:  # noqa: PTH123 - of a descriptor
            yield target
            target.flush()
            os.fsync(target.fileno())
        Path(temporary).chmod(_mode(path))
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _mode(path: Path) -> int:
    """The mode of the file that is replaced, else what the umask leaves of 0666 (mkstemp gives 0600)."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
