"""Writes the table in docs/configuration.md, and .env.example, from the settings the program reads.

Run by `make docs`; tests/docs/test_settings.py fails when they are out of date.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from finchat_sec_qa.config import PREFIX, Settings, variables

ROOT = Path(__file__).resolve().parent.parent
PAGE, EXAMPLE = "docs/configuration.md", ".env.example"
BEGIN, END = "<!-- settings: made by `make docs` -->", "<!-- end of settings -->"
# These defaults depend on the machine: what platformdirs says on Linux stands for them.
PLATFORM_DEFAULTS = {"store": "~/.local/share/finchat-sec-qa", "edgar_cache": "~/.cache/finchat-sec-qa/edgar"}
HEAD = """\
# Every setting and its default. Copy this to .env, take the # from the lines you change, and load it with
#   set -a; . ./.env; set +a
# docs/configuration.md says what is allowed. Made by `make docs`; do not edit.
"""


def table() -> str:
    """One row a variable: its name, default, what is allowed, what it means."""
    fields = Settings.model_json_schema()["properties"]
    rows = ["| variable | default | allowed | meaning |", "|---|---|---|---|"]
    for variable, meaning in variables().items():
        name = _field(variable)
        default = f"`{_default(name)}`" if name in fields and _default(name) else "(none)"
        limits = _allowed(fields[name]) if name in fields else "a readable file"
        rows.append(f"| `{variable}` | {default} | {limits} | {meaning} |")
    return "\n".join(rows)


def example() -> str:
    """The text of .env.example: each variable once, commented out, with its default."""
    parts = [HEAD]
    fields = Settings.model_fields
    for variable, meaning in variables().items():
        default = _default(_field(variable)) if _field(variable) in fields else ""
        parts.append(f"# {meaning}\n#{variable}={default}\n")
    return "\n".join(parts)


def page(text: str) -> str:
    """The configuration page with its table made anew between the two marks."""
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}\n{table()}\n{END}{rest.split(END)[1]}"


def _field(variable: str) -> str:
    return variable.removeprefix(PREFIX).lower()


def _default(name: str) -> str:
    """The default as it would be written in the environment."""
    if name in PLATFORM_DEFAULTS:
        return PLATFORM_DEFAULTS[name]
    value = Settings.model_json_schema()["properties"][name].get("default", "")
    return str(value).lower() if isinstance(value, bool) else str(value)


def _allowed(schema: Mapping[str, Any]) -> str:
    """What pydantic will take, in words."""
    if "enum" in schema:
        return ", ".join(f"`{choice}`" for choice in schema["enum"])
    if schema["type"] in {"integer", "number"}:
        low = f"{schema['minimum']:g} to" if "minimum" in schema else "above 0, up to"
        return f"{low} {schema['maximum']:g}"
    if schema["type"] == "boolean":
        return "`true`, `false`"
    return _words(schema)


def _words(schema: Mapping[str, Any]) -> str:
    """What a text may be."""
    if schema.get("format") == "path":
        return "a folder"
    if "pattern" in schema:
        return (
            "http(s) address" if schema["pattern"].startswith("^http") else "number/second, /minute or /hour"
        )
    return "text"


def main() -> None:
    """Write both files."""
    (ROOT / EXAMPLE).write_text(example(), encoding="utf-8")
    written = page((ROOT / PAGE).read_text(encoding="utf-8"))
    (ROOT / PAGE).write_text(written, encoding="utf-8")


if __name__ == "__main__":
    main()
