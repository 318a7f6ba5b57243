"""Which licences may be shipped, by the SBOM."""

import json
from pathlib import Path

import pytest

from delivery.release.licences import Rules, faults, packages, rules

OURS = Rules(allowed=frozenset({"MIT", "Apache-2.0"}), read={"known": "MIT, by its text"})


@pytest.mark.parametrize(
    ("licence", "fine"),
    [
        ("MIT", True),
        ("MIT AND Apache-2.0", True),
        ("MIT OR GPL-3.0-only", True),
        ("(GPL-3.0-only OR MIT) AND Apache-2.0", True),
        ("MIT AND GPL-3.0-only", False),
        ("GPL-3.0-only", False),
        ("GPL-3.0-only WITH Classpath-exception-2.0", False),
        ("LicenseRef-own", False),
        ("MIT AND (", False),
        ("NOASSERTION", False),
        (None, False),
    ],
)
def test_an_expression_is_judged_by_its_parts(licence: str | None, fine: bool) -> None:
    assert (list(faults({"one": licence}, OURS)) == []) is fine


def test_an_unknown_licence_passes_where_a_person_has_read_it() -> None:
    assert list(faults({"known": "NOASSERTION"}, OURS)) == []
    (fault,) = faults({"unknown": "NOASSERTION"}, OURS)
    assert fault.startswith("unknown: its licence is not known")
    assert list(faults({"known": "GPL-3.0-only"}, OURS)) != [], "reading a text does not allow another"


def test_packages_come_from_the_sbom(tmp_path: Path) -> None:
    bill = tmp_path / "sbom.json"
    bill.write_text(
        json.dumps({"packages": [{"name": "a", "licenseDeclared": "MIT"}, {"name": "b"}]}), "utf-8"
    )
    assert packages(bill) == {"a": "MIT", "b": None}


def test_the_shipped_rules_can_be_read() -> None:
    ours = rules()
    assert "MIT" in ours.allowed
    assert not any(each.startswith(("GPL", "AGPL")) for each in ours.allowed)
