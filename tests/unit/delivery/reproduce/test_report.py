from delivery.reproduce import report
from delivery.reproduce.compare import Difference
from delivery.reproduce.proof import Outcome, Round

NAMES = ("published", "rebuilt")
TIME = Difference("/app/main.py", "time", "1970-01-01T00:00:01", "1970-01-01T00:00:02", 5, "COPY app  /app")


def outcome(*differences: Difference) -> Outcome:
    second = {"api": "sha256:2" if differences else "sha256:1"}
    return Outcome("api", {"api": "sha256:1"}, second, differences, (Round(12.3, 27, ()),))


def test_equal_images_are_told_by_their_digest() -> None:
    assert list(report.lines(outcome(), NAMES)) == ["api: equal (27 steps in 12 s)", "  api  sha256:1"]


def test_a_difference_names_file_values_and_step() -> None:
    told = list(report.lines(outcome(TIME, Difference("/x", "extra", "absent", "file", 6)), NAMES))
    assert told[0].startswith("api: DIFFERENT")
    assert told[1:3] == ["  api  published: sha256:1", "  api  rebuilt: sha256:2"]
    assert told[3] == (
        "  time       /app/main.py: published 1970-01-01T00:00:01, rebuilt 1970-01-01T00:00:02"
        " [layer 5: COPY app /app]"
    )
    assert told[4].startswith("  extra      /x: only in rebuilt")


def test_what_is_not_told_is_counted() -> None:
    told = list(report.lines(outcome(*[TIME] * 7), NAMES, most=3))
    assert told[-1] == "  … and 4 more (4 of time); --all tells them"
    assert len(told) == 3 + 3 + 1


def test_the_document_holds_all_of_it() -> None:
    told = report.document([outcome(), outcome(TIME)])
    assert told["equal"] is False
    assert [each["equal"] for each in told["proofs"]] == [True, False]
    assert told["proofs"][1]["differences"][0]["where"] == "/app/main.py"
    assert told["proofs"][0]["rounds"] == ({"seconds": 12.3, "steps": 27, "shared": ()},)
