"""Writes docs/cli.md from the help of every command.

Run by `make docs`; tests/unit/cli/test_reference.py fails when it is out of date.
"""

from importlib import import_module
from pathlib import Path

import click

from finchat_sec_qa.cli.app import COMMANDS, finchat

PAGE = Path(__file__).resolve().parent.parent / "docs" / "cli.md"
WIDTH = 100  # columns of the help as it stands here; a terminal gives it its own
INTRODUCTION = """\
# The command line

<!-- Made by `make docs` from the commands' own help; do not edit. -->

`finchat` prints data on standard output and everything else (progress, warnings, errors) on standard error.
On a terminal it prints tables and colours (NO_COLOR is respected); elsewhere plain lines, lists with a
header line and tabs between the cells. With `--json` every command prints JSON: one object on one line, the
same as the HTTP API gives. Control characters in filings never reach a terminal.

| exit code | means |
|---|---|
| 0 | answered, or done |
| 1 | an error: a filing failed, an answer does not hold, a server ended, a store cannot be used |
| 2 | wrong usage: an unknown option, company, filing or setting |
| 3 | refused: the stored filings do not answer the question |
| 130, 143 | interrupted with Ctrl-C, or ended with SIGTERM (`serve`: 0) |

An error is one line, `finchat: what is wrong and what to do`; with `--json` it is
`{"error": {"code": "…", "message": "…"}}`, still on standard error.

## Files of questions

`finchat ask --file` and `finchat search --file` read one JSON object a line:

```json
{"id": "q-1", "question": "What was Apple's revenue in fiscal 2023?", "scope": {"companies": ["AAPL"]}}
```

`scope` may be left out; its fields are `companies`, `filings`, `forms`, `fiscal_years` (lists) and `as_of`
(a date). All lines are checked before the first is answered: a line that cannot be read ends the run with
exit code 2, and nothing is written. `ask` writes an answer a line under the line's `id`, with the answer's
own in `answer_id`; `search` writes `{"id", "hits"}`. A line that fails later has the result
`{"id", "status": "error", "error": {"code", "message"}}`, is named on standard error, and makes the exit
code 1. The output file appears only when it is complete.
"""


def text() -> str:
    """The page."""
    parts = [INTRODUCTION, _part("##", "finchat", finchat, None)]
    root = click.Context(finchat, info_name="finchat")
    for name, (module, _) in COMMANDS.items():
        command = import_module(f"finchat_sec_qa.cli.{module}").command
        parts.append(_part("##", f"finchat {name}", command, root))
        if isinstance(command, click.Group):
            parent = click.Context(command, info_name=name, parent=root)
            parts.extend(
                _part("###", f"finchat {name} {sub}", one, parent) for sub, one in command.commands.items()
            )
    return "\n".join(parts)


def _part(heading: str, title: str, command: click.Command, parent: click.Context | None) -> str:
    context = click.Context(
        command,
        info_name=title.rsplit(" ", 1)[-1],
        parent=parent,
        terminal_width=WIDTH,
        help_option_names=command.context_settings["help_option_names"],  # not taken from it by itself
    )
    return f"{heading} {title}\n\n```text\n{command.get_help(context)}\n```\n"


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
