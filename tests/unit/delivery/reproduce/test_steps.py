import json
from collections.abc import Iterator

from delivery.reproduce import steps


def progress(*vertexes: tuple[str, str, bool]) -> Iterator[str]:
    """Lines of rawjson: digest, name and whether it was cached, of each step that is done."""
    for digest, name, cached in vertexes:
        yield json.dumps({"vertexes": [{"digest": digest, "name": name, "started": "1"}]})
        done = {"digest": digest, "name": name, "started": "1", "completed": "2"}
        yield json.dumps({"vertexes": [{**done, "cached": True} if cached else done]})


def test_steps_that_ran_are_told_from_cached_ones() -> None:
    told = steps.read(
        progress(
            ("1", "[internal] load build definition from Dockerfile", False),
            ("2", "[release-api base 1/1] FROM python:3.11-slim", True),
            ("3", "[release-api manifest 1/3] WORKDIR /build", True),
            ("4", "[release-api tools 2/2] RUN install", False),
            ("5", "[release-api builder 2/6] COPY api api", True),
            ("6", "[builder 5/6] RUN build", True),
        )
    )
    assert told.run == {"[release-api tools 2/2] RUN install"}
    assert told.cached == {"[release-api builder 2/6] COPY api api", "[builder 5/6] RUN build"}
    assert told.shared == frozenset()


def test_a_step_of_two_images_runs_once() -> None:
    told = steps.read(
        progress(
            ("1", "[release-api runtime 1/2] RUN x", False), ("1", "[release-webapp runtime 1/2] RUN x", True)
        )
    )
    assert told.cached == frozenset()
    assert len(told.run) == 1


def test_a_copy_between_stages_may_be_shared() -> None:
    copy = "[release-api api 1/2] COPY --link --from=deps-api /opt/venv /opt/venv"
    told = steps.read(progress(("1", copy, True)))
    assert (told.shared, told.cached) == ({copy}, frozenset())


def test_a_step_that_was_only_begun_did_not_run() -> None:
    begun = json.dumps({"vertexes": [{"digest": "1", "name": "[a 1/1] RUN x", "started": "1"}]})
    assert steps.read([begun]).run == frozenset()


def test_other_lines_say_why_a_build_failed() -> None:
    lines = [*progress(("1", "[a 1/1] RUN x", False)), "", "ERROR: no such target", "[]"]
    assert steps.read(lines).run == {"[a 1/1] RUN x"}
    assert steps.other_lines(lines) == ["ERROR: no such target", "[]"]
