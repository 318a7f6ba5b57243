"""`finchat schema`."""

import json

import click

from finchat_sec_qa.cli.options import SETTINGS, examples, pass_session, shared
from finchat_sec_qa.cli.output import print_data, print_json
from finchat_sec_qa.cli.session import Session
from finchat_sec_qa.model.answer import Answer

DIALECT = "https://json-schema.org/draft/2020-12/schema"


@click.command(
    "schema",
    context_settings=SETTINGS,
    epilog=examples("finchat schema > answer.schema.json", codes="0 done, 1 error, 2 wrong usage"),
)
@shared
@pass_session
def command(session: Session) -> None:
    """Print the JSON schema of an answer (indented; on one line with --json)."""
    schema = answer_schema()
    if session.json:
        print_data(schema)
    else:
        print_json(json.dumps(schema, indent=2))


def answer_schema() -> dict[str, object]:
    """The schema of what `Answer.to_json` gives; docs/answer.schema.json is the same."""
    schema = Answer.model_json_schema(by_alias=True, mode="serialization")
    return {"$schema": DIALECT, **schema}
