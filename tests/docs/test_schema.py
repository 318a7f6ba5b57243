"""The published schema of an answer is the code's, and real answers fit it."""

import json
from pathlib import Path

import jsonschema
import pytest

from finchat_sec_qa.cli.schema import answer_schema
from finchat_sec_qa.model.answer import Answer, AnswerScope, Refusal

REFUSED = Answer(
    id="0" * 64,
    question="What was Acme's revenue?",
    scope=AnswerScope(),
    status="refused",
    answer="",
    value=None,
    calculation=None,
    citations=(),
    refusal=Refusal(reason="company_unknown", message="No filing of Acme is in the store."),
)


@pytest.fixture(scope="module")
def schema(repo: Path) -> dict[str, object]:
    loaded: dict[str, object] = json.loads((repo / "docs/answer.schema.json").read_text(encoding="utf-8"))
    return loaded


def test_the_published_schema_is_up_to_date(schema: dict[str, object]) -> None:
    assert schema == answer_schema(), "run `make docs`"


def test_it_is_a_valid_schema_that_a_refusal_fits(schema: dict[str, object]) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(REFUSED.to_json()), schema)


@pytest.mark.parametrize(
    ("field", "value"),
    [("status", "maybe"), ("schema", "finchat.answer/2"), ("value", {"number": "1e9"}), ("extra", 1)],
)
def test_it_refuses_what_the_contract_does_not_allow(
    schema: dict[str, object], field: str, value: object
) -> None:
    body = {**json.loads(REFUSED.to_json()), field: value}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(body, schema)
