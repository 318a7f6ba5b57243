"""Writes sbom.spdx.json and sbom.cyclonedx.json from the locked dependencies, or compares them.

Any Python will do: without the libraries at hand, the one in .venv takes over. `--help` has examples.
"""

import argparse
import importlib.util
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:  # run as a file, the folder of the file stands there instead
    sys.path.insert(0, str(ROOT))

LIBRARIES = ("cyclonedx", "packageurl", "packaging", "spdx_tools")
DIFFERENT, FAILED = 1, 2
EXAMPLES = """\
examples:
  python scripts/generate_sbom.py                               what the api image is made of
  python scripts/generate_sbom.py --target webapp --output-dir dist/sbom/webapp --json
  python scripts/generate_sbom.py --target environment          what .venv is made of, on this machine
  python scripts/generate_sbom.py --check finchat-sec-qa:api    does BuildKit's SBOM say the same?
  python scripts/generate_sbom.py --check image.tar             the same of an OCI layout, or of a JSON file

exit codes: 0 written, or the two agree; 1 they differ; 2 not done: wrong usage, or it could not be checked
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks. Returns the exit code."""
    options = _options(arguments)
    _find_libraries(sys.argv[1:] if arguments is None else arguments)
    from delivery.sbom.errors import SbomError  # noqa: PLC0415 - its libraries were only just made sure of

    try:
        facts = _check(options) if options.check else _write(options)
    except (SbomError, OSError) as error:
        print(f"generate_sbom: not {'checked' if options.check else 'written'}: {error}", file=sys.stderr)
        return FAILED
    print(json.dumps(facts, ensure_ascii=False) if options.json else "\n".join(_lines(facts)))
    return 0 if facts.get("agree", True) else DIFFERENT


def _write(options: argparse.Namespace) -> Mapping[str, Any]:
    from delivery.sbom.subject import Subject  # noqa: PLC0415 - as in main
    from delivery.sbom.write import write  # noqa: PLC0415 - and the libraries that validate take seconds to load

    return write(Subject(ROOT, options.target, options.platform), options.output_dir)


def _check(options: argparse.Namespace) -> Mapping[str, Any]:
    from delivery.sbom.check import check  # noqa: PLC0415 - as in main
    from delivery.sbom.subject import Subject  # noqa: PLC0415 - as in main

    return check(Subject(ROOT, options.target, options.platform), options.check)


def _lines(facts: Mapping[str, Any]) -> Iterator[str]:
    yield (
        f"{facts['name']} {facts['version']}: {facts['packages']} packages, "
        f"{facts['dependencies']} dependencies between them"
    )
    if unknown := facts["without_licence"]:
        yield f"licence not known for certain (NOASSERTION) of {len(unknown)}: {', '.join(unknown)}"
    for path in facts.get("files", ()):
        yield f"wrote {path}"
    for name, reason in facts.get("tolerated", {}).items():
        yield f"not locked, and no fault: {name}: {reason}"
    for one in facts.get("differences", ()):
        yield f"differs: {one['message']}"
    if facts.get("agree"):
        yield f"agrees with the SBOM of {facts['against']}"


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="generate_sbom.py",
        description="Write the SBOM of an image, or of the environment, from the locked dependencies.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--target", choices=("api", "webapp", "environment"), default="api", help="of what (default: api)"
    )
    parser.add_argument(
        "--platform",
        choices=("linux/amd64", "linux/arm64"),
        default="linux/amd64",
        help="of the image (default: linux/amd64); an environment's is the interpreter's own",
    )
    parser.add_argument(
        "--output-dir",
        type=Path,
        default=Path(),
        metavar="DIR",
        help="folder to write to (default: this one)",
    )
    parser.add_argument(
        "--check",
        metavar="FILE_OR_IMAGE",
        help="write nothing; compare with this SBOM: a JSON file, an OCI layout, an image that carries one",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of lines")
    return parser.parse_args(arguments)


def _find_libraries(arguments: Sequence[str]) -> None:
    """Return when they can be imported; else start anew with .venv's Python, or exit and say what to do."""
    missing = [name for name in LIBRARIES if importlib.util.find_spec(name) is None]
    if not missing:
        return
    environment = ROOT / ".venv"
    python = environment / "bin" / "python"
    if python.exists() and Path(sys.prefix).resolve() != environment.resolve():
        os.execv(python, [str(python), str(Path(__file__).resolve()), *arguments])  # noqa: S606 - no shell
    print(f"generate_sbom: no {', '.join(missing)} here; run `make install-dev` first", file=sys.stderr)
    sys.exit(FAILED)


if __name__ == "__main__":
    sys.exit(main())
