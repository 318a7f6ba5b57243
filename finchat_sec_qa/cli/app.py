"""Finds the subcommand, runs it, and turns every outcome into an exit code.

A command's module is imported only when that command runs, so that `finchat --help` stays fast.
"""

import json
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import NoReturn

import click

from finchat_sec_qa.cli.options import SETTINGS, examples, shared
from finchat_sec_qa.cli.plain import clean
from finchat_sec_qa.cli.session import Opener, Session, open_library
from finchat_sec_qa.errors import FinChatError

INTERRUPTED = 130  # as a shell reports a program that Ctrl-C ended
TERMINATED = 143  # the same for SIGTERM

# name: (module in this package, what `finchat --help` says of it)
COMMANDS = {
    "ingest": ("ingest", "Read filings from disk or EDGAR into the store."),
    "ask": ("ask", "Answer a question, or a file of questions."),
    "search": ("search", "Find passages by their words."),
    "facts": ("facts", "List reported facts, or a metric over the years."),
    "compare": ("compare", "Compare metrics of companies over fiscal periods."),
    "statement": ("statement", "Print a statement of a company as its filing prints it."),
    "sections": ("sections", "List the Items of a filing."),
    "show": ("show", "Print the text of a filing, or a place in it."),
    "verify": ("verify", "Check an answer against the stored filings."),
    "companies": ("companies", "List the companies in the store."),
    "filings": ("filings", "List the filings in the store."),
    "store": ("store", "Look after the store: check, back up, restore, remove and more."),
    "serve": ("serve", "Start the API and the web pages."),
    "schema": ("schema", "Print the JSON schema of an answer."),
}


class Commands(click.Group):
    """The subcommands, loaded when asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Their names, in the order of a first session."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import the command's module; None for an unknown name."""
        if cmd_name not in COMMANDS:
            return None
        found = import_module(f"finchat_sec_qa.cli.{COMMANDS[cmd_name][0]}").command
        assert isinstance(found, click.Command)  # noqa: S101 - tells mypy; the modules are ours
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, but with our names to suggest for a mistyped one."""
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            raise click.exceptions.NoSuchCommand(args[0], possibilities=list(COMMANDS), ctx=ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(
    cls=Commands,
    context_settings=SETTINGS,
    no_args_is_help=True,
    epilog=examples(
        "finchat ingest --samples",
        'finchat ask "What was Apple\'s revenue in fiscal 2023?"',
        "finchat ingest AAPL --form 10-K --limit 2",
        "finchat serve --samples",
        codes="0 answered or done, 1 error, 2 wrong usage, 3 refused to answer, 130 interrupted",
    ),
)
@click.version_option(package_name="finchat-sec-qa", prog_name="finchat", message="%(prog)s %(version)s")
@shared
def finchat() -> None:
    """Answer questions about SEC filings, with proof.

    Every answer is tied to the exact place in a stored filing. Data goes to standard output, everything
    else to standard error. The options --store, --json and -v may stand before or after the command.
    """


def run(arguments: Sequence[str], opener: Opener = open_library) -> int:
    """Run one command line (without the program's name); returns the exit code.

    Expected errors are printed to standard error in one line, as JSON with --json.
    """
    session = Session(opener)
    try:
        code = finchat.main(list(arguments), prog_name="finchat", standalone_mode=False, obj=session)
        sys.stdout.flush()
    except click.Abort:
        return INTERRUPTED
    except SystemExit as ended:
        return TERMINATED if ended.code == TERMINATED else _reader_left()  # the one exit of click's own
    except click.UsageError as error:
        hint = "" if error.ctx is None else f"\nTry '{error.ctx.command_path} --help'."
        return _report("usage", error.format_message() + hint, error.exit_code, as_json="--json" in arguments)
    except click.ClickException as error:
        return _report("error", error.format_message(), error.exit_code, as_json=session.json)
    except FinChatError as error:
        return _report(error.code, str(error), error.exit_code, as_json=session.json)
    except BrokenPipeError:
        return _reader_left()
    except OSError as error:
        return _report("os", _os_message(error), 1, as_json=session.json)
    return int(code or 0)


def main() -> NoReturn:
    """Run the program's own command line and exit.

    SIGTERM unwinds the program as Ctrl-C does: worker processes end with it, and no half file is left.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    sys.exit(run(sys.argv[1:]))


def _reader_left() -> int:
    """Whoever read our output (`head`, say) has closed it: no complaint, and nothing to flush at exit."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno() if sys.__stdout__ else 1)
    return 1


def _os_message(error: OSError) -> str:
    reason = error.strerror or str(error)
    return f"{error.filename}: {reason}" if error.filename else reason


def _report(code: str, message: str, exit_code: int, *, as_json: bool) -> int:
    if as_json:
        click.echo(json.dumps({"error": {"code": code, "message": message}}), err=True)
    else:
        click.echo(f"finchat: {clean(message)}", err=True)
    return exit_code
