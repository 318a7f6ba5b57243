"""Writes docs/answer.schema.json, the JSON schema of an answer, from the code.

Run by `make docs`; tests/docs/test_schema.py fails when it is out of date.
"""

import json
from pathlib import Path

from finchat_sec_qa.model.answer import SCHEMA, Answer

PAGE = Path(__file__).resolve().parent.parent / "docs" / "answer.schema.json"


def text() -> str:
    """The schema as it is written: JSON Schema 2020-12, fields in the contract's order."""
    schema = Answer.model_json_schema(by_alias=True, mode="serialization")
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA}
    return json.dumps({**head, **schema}, indent=2) + "\n"


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
