"""Workflows, forms, Dependabot's settings and compose files fit their published schemas.

Run by `make lint`. One process for all of them, since loading the validator takes longer than any check. A
file in .github that no schema is known for is a fault too: what is not checked is not clean.
"""

import argparse
import contextlib
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import check_jsonschema  # type: ignore[import-untyped] # ships no types

# Patterns of files, and the schema that check-jsonschema carries for them; the first that fits counts.
SCHEMAS = {
    ".github/workflows/*.y*ml": "vendor.github-workflows",
    ".github/actions/*/action.y*ml": "vendor.github-actions",
    ".github/dependabot.y*ml": "vendor.dependabot",
    ".github/ISSUE_TEMPLATE/config.y*ml": "vendor.github-issue-config",
    ".github/ISSUE_TEMPLATE/*.y*ml": "vendor.github-issue-forms",
    "compose*.y*ml": "vendor.compose-spec",
}


def plan(root: Path) -> tuple[dict[str, list[Path]], list[Path]]:
    """Schema to its files, and the files of .github that no schema is known for."""
    files = sorted({*root.glob("compose*.y*ml"), *(root / ".github").rglob("*.y*ml")})
    by_schema: dict[str, list[Path]] = {}
    unknown = []
    for file in files:
        schema = next(_schemas(file.relative_to(root)), None)
        if schema is None:
            unknown.append(file)
        else:
            by_schema.setdefault(schema, []).append(file)
    return by_schema, unknown


def _schemas(path: Path) -> Iterator[str]:
    return (schema for pattern, schema in SCHEMAS.items() if path.match(pattern))


def misfits(root: Path) -> list[str]:
    """What does not fit, with file and place, and the files of .github without a schema."""
    by_schema, unknown = plan(root)
    found = [
        f"{file.relative_to(root)}: no schema is known; name one in scripts/check_schemas.py"
        for file in unknown
    ]
    for schema, files in by_schema.items():
        found += (f"{Path(file).relative_to(root)}: {text}" for file, text in _misfits_of(schema, files))
    return found


def _misfits_of(schema: str, files: list[Path]) -> Iterator[tuple[str, str]]:
    told = io.StringIO()
    arguments = ["--output-format", "json", "--builtin-schema", schema, *map(str, files)]
    with contextlib.redirect_stdout(told):
        check_jsonschema.main(arguments, prog_name="check-jsonschema", standalone_mode=False)
    report = json.loads(told.getvalue())
    if report["status"] != "ok" and not report.get("errors") and not report.get("parse_errors"):
        yield str(files[0]), f"check-jsonschema failed without a reason: {told.getvalue()}"
    for error in report.get("errors", []):
        # A file of alternatives fits none of them; the deepest reason is the one that helps.
        best = error.get("best_deep_match") or error
        yield error["filename"], f"{best['path']}: {best['message']}"
    for broken in report.get("parse_errors", []):
        yield broken["filename"], broken["message"]


def main(arguments: list[str] | None = None) -> int:
    """Print what does not fit; 0 when everything does, 1 otherwise, 2 when there is nothing to check."""
    parser = argparse.ArgumentParser(
        prog="check_schemas",
        description=(__doc__ or "").strip(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="examples:\n  python -m scripts.check_schemas\n  python -m scripts.check_schemas --json",
    )
    parser.add_argument(
        "--root", type=Path, default=Path(__file__).resolve().parent.parent, help="checkout to check"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document at the end")
    options = parser.parse_args(arguments)
    by_schema, unknown = plan(options.root)
    if not by_schema and not unknown:
        print(f"not checked: no workflow, form or compose file in {options.root}", file=sys.stderr)
        return 2
    found = misfits(options.root)
    checked = {schema: len(files) for schema, files in by_schema.items()}
    if options.json:
        print(json.dumps({"files": checked, "misfits": found}, indent=2))
    else:
        print("\n".join(found) or f"schemas: {sum(checked.values())} files fit")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
