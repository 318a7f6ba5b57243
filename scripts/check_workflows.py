"""The workflows hold the house rules that neither their schema nor zizmor knows.

Run by `make lint`. A workflow only calls what a person can call on any host: make targets, bake targets and
scripts that exist. Actions are pinned by commit, rights are given per job, and every job has an end.
"""

import argparse
import json
import re
import shlex
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError

PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")
VERSION_COMMENT = re.compile(r"#\s*v\d+(\.\d+)*\b")
PYTHONS = {"python", "python3", ".venv/bin/python"}
# Where a step may write: the files by which GitHub hands values to later steps and to the summary.
HANDOVERS = {"$GITHUB_ENV", "$GITHUB_OUTPUT", "$GITHUB_STEP_SUMMARY"}
BAKE_OPTIONS_WITH_VALUE = {"--set", "--file", "-f", "--metadata-file", "--progress", "--allow", "--builder"}


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """A rule that is broken: the file, its line (from 1), and what to do."""

    path: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


@dataclass(frozen=True, slots=True)
class Callables:
    """What a step may call: names of make targets and bake targets, and the checkout that holds scripts/."""

    make: frozenset[str]
    bake: frozenset[str]
    root: Path

    @classmethod
    def of(cls, root: Path) -> "Callables":
        """Read them from Makefile and docker-bake.hcl. Raises FileNotFoundError when one is missing."""
        makefile = (root / "Makefile").read_text(encoding="utf-8")
        bakefile = (root / "docker-bake.hcl").read_text(encoding="utf-8")
        return cls(
            frozenset(re.findall(r"^([a-z][a-z-]*):(?!=)", makefile, re.MULTILINE)),
            frozenset(re.findall(r'^(?:target|group) "([^"]+)"', bakefile, re.MULTILINE)) | {"default"},
            root,
        )


Report = Callable[[int, str], Fault]


def faults(root: Path) -> list[Fault]:
    """What is wrong with the workflows and own actions of the checkout, in order of file and line.

    Raises FileNotFoundError when there is no workflow at all: nothing checked is not clean.
    """
    files = sorted((root / ".github/workflows").glob("*.y*ml"))
    if not files:
        raise FileNotFoundError(f"no workflow in {root / '.github/workflows'}")
    callables = Callables.of(root)
    found = [fault for file in files for fault in _of_file(file, callables, _of_workflow)]
    for file in sorted((root / ".github/actions").glob("*/action.y*ml")):
        found += _of_file(file, callables, _of_action)
    return sorted([*found, *_different_pins(root, files)])


def _of_file(
    file: Path,
    callables: Callables,
    rules: Callable[[CommentedMap, list[str], Callables, Report], Iterator[Fault]],
) -> Iterator[Fault]:
    path = str(file.relative_to(callables.root))

    def report(line: int, text: str) -> Fault:
        return Fault(path, line, text)

    text = file.read_text(encoding="utf-8")
    try:
        document = YAML(typ="rt").load(text)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        yield report(mark.line + 1 if mark else 1, f"is not valid YAML: {getattr(error, 'problem', error)}")
        return
    if not isinstance(document, CommentedMap):
        yield report(1, "is no mapping; a workflow has `on` and `jobs`")
        return
    yield from rules(document, text.splitlines(), callables, report)


def _of_workflow(
    workflow: CommentedMap, lines: list[str], callables: Callables, report: Report
) -> Iterator[Fault]:
    if workflow.get("permissions") != {}:
        yield report(
            _line(workflow, "permissions"), "write `permissions: {}` at the top; jobs take what they need"
        )
    if "concurrency" not in workflow:
        yield report(1, "has no `concurrency`; say which runs replace or wait for each other")
    jobs = workflow.get("jobs") or CommentedMap()
    for name, job in jobs.items():
        line = _line(jobs, name)
        if not isinstance(job, CommentedMap):
            yield report(line, f"job '{name}' is no mapping")
            continue
        yield from (report(line, text) for text in _of_job(name, job))
        yield from _of_uses(job, lines, callables.root, report)
        for step in job.get("steps") or []:
            yield from _of_step(step, lines, callables, report)


def _of_action(
    action: CommentedMap, lines: list[str], callables: Callables, report: Report
) -> Iterator[Fault]:
    for step in (action.get("runs") or {}).get("steps") or []:
        yield from _of_step(step, lines, callables, report)


def _of_job(name: str, job: CommentedMap) -> Iterator[str]:
    if not isinstance(job.get("permissions"), CommentedMap):
        yield f"job '{name}' has no `permissions` of its own; list each one it needs, or write {{}}"
    # A job that calls a workflow takes its limits from there.
    if "uses" not in job and not isinstance(job.get("timeout-minutes"), int):
        yield f"job '{name}' has no `timeout-minutes`; without it a job that hangs runs six hours"


def _of_step(step: CommentedMap, lines: list[str], callables: Callables, report: Report) -> Iterator[Fault]:
    yield from _of_uses(step, lines, callables.root, report)
    used, given = str(step.get("uses", "")), step.get("with") or CommentedMap()
    if used.startswith("actions/checkout@") and given.get("persist-credentials") is not False:
        yield report(
            _line(step, "uses"), "checkout leaves its token behind; add `persist-credentials: false`"
        )
    if used.startswith("docker/bake-action@"):
        for target in re.split(r"[\s,]+", str(given.get("targets", "default")).strip()):
            if target not in callables.bake:
                yield report(_line(given, "targets"), _no_bake_target(target))
    if "run" in step:
        yield from _of_run(step, callables, report)


def _of_uses(holder: CommentedMap, lines: list[str], root: Path, report: Report) -> Iterator[Fault]:
    if "uses" not in holder:
        return
    used, line = str(holder["uses"]), _line(holder, "uses")
    if used.startswith("$/"):
        if not (root / used.removeprefix("$/")).exists():
            yield report(line, f"'{used}' does not exist")
    elif not PINNED.fullmatch(used):
        yield report(
            line, f"'{used}' is not pinned; name the commit (40 hex digits), and the version as comment"
        )
    elif not VERSION_COMMENT.search(lines[line - 1]):
        yield report(line, f"'{used}' does not say its version; write it behind, as in `# v1.2.3`")


def _of_run(step: CommentedMap, callables: Callables, report: Report) -> Iterator[Fault]:
    script, line = str(step["run"]), _line(step, "run")
    if "${{" in script:
        yield report(line, "`${{ }}` inside `run` is put into the shell as code; hand it over by `env`")
    for command in script.replace("\\\n", " ").splitlines():
        if command.strip() and not command.lstrip().startswith("#"):
            yield from (report(line, text) for text in _of_command(command, callables))


def _of_command(command: str, callables: Callables) -> Iterator[str]:
    """What is wrong with one line of a step's script, in words."""
    lexer = shlex.shlex(command, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    try:
        words = list(lexer)
    except ValueError as error:
        yield f"'{command.strip()}' cannot be read: {error}"
        return
    if len(words) > 2 and words[-2] in {">", ">>"} and words[-1] in HANDOVERS:
        words = words[:-2]
    if any(set(word) <= set("();<>|&") for word in words) or "`" in command or "$(" in command:
        yield f"'{command.strip()}' is a program of its own; put it into scripts/ and call that"
        return
    yield from _of_words(words, callables)


def _of_words(words: list[str], callables: Callables) -> Iterator[str]:
    match words:
        case ["make", *rest]:
            targets = [word for word in rest if not word.startswith("-") and "=" not in word]
            yield from (
                f"make target '{name}' is not in Makefile" for name in targets if name not in callables.make
            )
        case ["docker", "buildx", "bake", *rest]:
            yield from (_no_bake_target(name) for name in _bake_names(rest) if name not in callables.bake)
        case [python, "-m", module, *_] if python in PYTHONS and module.startswith("scripts."):
            yield from _missing(callables.root, module.replace(".", "/") + ".py")
        case [python, script, *_] if python in PYTHONS and script.startswith("scripts/"):
            yield from _missing(callables.root, script)
        case [script, *_] if script.startswith("scripts/"):
            yield from _missing(callables.root, script)
        case ["gh", "release", *_]:
            return
        case _:
            yield f"'{' '.join(words)}' is no make, docker buildx bake, gh release or file in scripts/"


def _bake_names(arguments: list[str]) -> Iterator[str]:
    """The targets among the arguments of `docker buildx bake`."""
    skip = False
    for word in arguments:
        if not skip and not word.startswith("-"):
            yield word
        skip = word in BAKE_OPTIONS_WITH_VALUE


def _missing(root: Path, script: str) -> Iterator[str]:
    if not (root / script).is_file():
        yield f"'{script}' does not exist"


def _no_bake_target(name: str) -> str:
    return f"bake target '{name}' is not in docker-bake.hcl"


def _different_pins(root: Path, files: list[Path]) -> Iterator[Fault]:
    """An action that is pinned to two commits: one of them was forgotten."""
    first: dict[str, str] = {}
    for file in files:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            named = re.search(r"uses:\s*([^@\s]+)@([0-9a-f]{40})", line)
            if named and first.setdefault(named[1], named[2]) != named[2]:
                text = f"'{named[1]}' is pinned to another commit elsewhere ({first[named[1]]}); use one"
                yield Fault(str(file.relative_to(root)), number, text)


def _line(holder: CommentedMap, key: str) -> int:
    """The line (from 1) of a key of a mapping; 1 where the mapping does not have it."""
    return int(holder.lc.key(key)[0]) + 1 if key in holder else 1


def main(arguments: list[str] | None = None) -> int:
    """Print the faults; 0 when there is none, 1 when there are, 2 when nothing could be checked."""
    parser = argparse.ArgumentParser(
        prog="check_workflows",
        description=(__doc__ or "").strip(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="examples:\n  python -m scripts.check_workflows\n  python -m scripts.check_workflows --json",
    )
    parser.add_argument(
        "--root", type=Path, default=Path(__file__).resolve().parent.parent, help="checkout to check"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    options = parser.parse_args(arguments)
    try:
        found = faults(options.root.resolve())
    except FileNotFoundError as error:
        print(f"not checked: {error}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps({"faults": [asdict(fault) for fault in found]}, indent=2))
    else:
        print("\n".join(map(str, found)) or "workflows: no fault")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
