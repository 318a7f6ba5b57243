import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.metrics.bake import checked
from delivery.metrics.errors import BuildError, ProgressError
from delivery.metrics.progress import EXPORT, INTERNAL, SBOM, Step, covered, read_progress
from delivery.metrics.record import BETWEEN, stages
from tests.unit.delivery.metrics.builds import line, output, vertex

RUN = "[api builder 5/6] RUN make wheel"
COPY = "[webapp builder 2/6] COPY api api"


def test_a_step_is_told_over_several_lines() -> None:
    progress = read_progress([line(vertex(RUN)), line(vertex(RUN, 1)), line(vertex(RUN, 1, 3.5))], "log")
    (step,) = progress.steps
    assert (step.stage, step.cached, step.counted) == ("builder", False, True)
    assert progress.seconds == pytest.approx(2.5)


@pytest.mark.parametrize(
    ("name", "stage"),
    [
        (RUN, "builder"),
        ("[builder 5/6] RUN make wheel", "builder"),
        ("[api linux/amd64 builder 5/6] RUN make wheel", "builder"),
        ("[webapp export 2/2] RUN poetry export", "export"),
        ("[webapp internal] load build context", INTERNAL),
        ("[internal] load local bake definitions", INTERNAL),
        ("docker-image://docker.io/library/python:3.11-slim", INTERNAL),
        ("[api] exporting to image", EXPORT),
        ("[api linux/amd64] generating sbom using docker.io/docker/buildkit-syft-scanner:stable-1", SBOM),
    ],
)
def test_the_stage_is_read_from_the_name(name: str, stage: str) -> None:
    assert read_progress([line(vertex(name, 1, 2))], "log").steps[0].stage == stage


def test_a_cached_step_counts_and_takes_no_time() -> None:
    # BuildKit gives cached steps the times of the build that made them.
    lines = [line(vertex(COPY, 0, 0.1, cached=True)), line(vertex(RUN, 20, 22))]
    progress = read_progress(lines, "log")
    assert progress.seconds == pytest.approx(2)
    found = stages(progress)["builder"]
    assert (found.steps, found.cached, found.seconds) == (2, 1, pytest.approx(2))


def test_the_merge_of_a_linked_copy_is_no_step_of_its_own() -> None:
    lines = [
        line(vertex("[api api 1/2] LINK COPY --link /a /a", 1, 2), vertex("[api api 1/2] COPY /a /a", 2, 3))
    ]
    assert stages(read_progress(lines, "log"))["api"].steps == 1


def test_the_base_is_no_step() -> None:
    # whether it counts as cached depends on the engine: on where that keeps the image
    lines = [line(vertex("[api base 1/2] FROM docker.io/library/python:3.11-slim", 1, 2), vertex(RUN, 2, 3))]
    found = stages(read_progress(lines, "log"))
    assert (found["base"].steps, found["builder"].steps) == (0, 1)


def test_time_in_which_nothing_ran_is_told() -> None:
    progress = read_progress([line(vertex(COPY, 1, 2), vertex(RUN, 5, 6))], "log")
    assert stages(progress)[BETWEEN].seconds == pytest.approx(3)


def test_warnings_of_buildx_are_passed_over() -> None:
    assert read_progress(["WARNING: no output", "", line(vertex(RUN, 1, 2))], "log").steps


def test_a_cut_off_line_is_named() -> None:
    lines = [line(vertex(RUN, 1, 2)), line(vertex(COPY, 1, 2))[:50]]
    with pytest.raises(ProgressError, match="log:2: "):
        read_progress(lines, "log")


def test_a_time_that_is_none_is_named() -> None:
    with pytest.raises(ProgressError, match="'soon'"):
        read_progress([line({**vertex(RUN, 1, 2), "completed": "soon"})], "log")


@pytest.mark.parametrize("lines", [[], ["ERROR: no such target"], [line(vertex(RUN))]])
def test_a_progress_without_a_step_is_refused(lines: list[str]) -> None:
    with pytest.raises(ProgressError, match="no step of a build"):
        read_progress(lines, "log")


def test_a_failed_step_is_named_with_its_last_words() -> None:
    lines = [
        line(vertex(COPY, 1, 2, error="context canceled")),
        output(RUN, "first\nno such"),
        output(RUN, " file\n"),
        line(vertex(RUN, 1, 2, error="exit code: 1")),
    ]
    with pytest.raises(BuildError, match=r"(?s)RUN make wheel: exit code: 1\nfirst\nno such file$"):
        checked(read_progress(lines, "log"))


def test_output_that_is_not_base64_is_named() -> None:
    with pytest.raises(ProgressError, match="log:1: "):
        read_progress(['{"logs": [{"vertex": "a", "data": "?"}]}'], "log")


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 20))))
def test_covered_time_is_that_of_the_seconds_in_which_any_step_ran(spans: list[tuple[int, int]]) -> None:
    steps = [Step("[a 1/1] RUN", "a", start, start + length, cached=False) for start, length in spans]
    ran = {second for start, length in spans for second in range(start, start + length)}
    assert covered(steps) == len(ran)
