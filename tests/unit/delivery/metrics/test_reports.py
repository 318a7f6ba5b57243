import re
from html.parser import HTMLParser

import pytest
from prometheus_client.parser import text_string_to_metric_families

from delivery.metrics import limits
from delivery.metrics.exposition import exposition
from delivery.metrics.page import SHOWN, page
from delivery.metrics.plot import Point, ceiling, lines
from delivery.metrics.record import Record
from tests.unit.delivery.metrics.builds import MB, image, record

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def samples(found: Record) -> Samples:
    families = text_string_to_metric_families(exposition(found).decode())
    return {
        (each.name, tuple(sorted(each.labels.items()))): each.value
        for family in families
        for each in family.samples
    }


def test_prometheus_reads_the_figures() -> None:
    told = samples(record(12.5, cached=3, vulnerabilities={"debian": {"critical": 0, "high": 2}}))
    assert told["finchat_build_duration_seconds", ()] == 12.5
    assert told["finchat_build_stage_steps", (("cached", "true"), ("stage", "builder"))] == 3
    assert told["finchat_image_above_base_bytes", (("image", "api"),)] == 30 * MB
    assert told["finchat_image_packages", (("image", "api"), ("kind", "python"))] == 46
    assert told["finchat_image_sbom_attested", (("image", "api"),)] == 1
    assert told["finchat_build_vulnerabilities", (("check", "debian"), ("severity", "critical"))] == 0
    assert told["finchat_build_vulnerabilities", (("check", "debian"), ("severity", "high"))] == 2
    assert told["finchat_build_started_timestamp_seconds", ()] == record().started.timestamp()


def test_what_is_not_known_has_no_sample() -> None:
    told = samples(record(images={"api": image(None, sbom=None)}, vulnerabilities={"trivy": None}))
    names = {name for name, _ in told}
    assert not names & {
        "finchat_build_vulnerabilities",
        "finchat_image_above_base_bytes",
        "finchat_image_sbom_packages",
    }
    assert told["finchat_image_sbom_attested", (("image", "api"),)] == 0


class _Balanced(HTMLParser):
    """Elements that are open; ends with none when every one was closed in its turn."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_and_needs_nothing_else() -> None:
    records = [record(number + 1.0, revision=f"{number:040x}") for number in range(SHOWN + 5)]
    text = page(records, ("api: <too> large",), limits.read())
    checker = _Balanced()
    checker.feed(text)
    assert checker.open == []
    assert "<script" not in text
    assert not re.search(r"(?:src|href)=|url\(|@import", text)
    assert "api: &lt;too&gt; large" in text
    assert text.count("<circle") == 2 * SHOWN  # one line of durations, one of sizes


def test_the_page_says_what_is_not_known() -> None:
    text = page([record(images={"api": image(None, sbom=None)})], (), limits.read())
    assert "not known" in text
    assert "Every figure that is known is within its limit." in text


def test_a_build_without_the_image_leaves_a_gap_in_its_line() -> None:
    point = Point(1, "hint")
    path = re.search(r' d="([^"]*)"', lines({"api": [point, point, None, point]}, ["a"] * 4))
    assert path
    assert [part[0] for part in re.findall(r"[ML][^ML]*", path[1])] == ["M", "L", "M"]


@pytest.mark.parametrize(("value", "top"), [(0, 1), (0.3, 0.4), (4, 4), (4.1, 5), (60, 100), (1000, 1000)])
def test_axes_end_on_round_numbers(value: float, top: float) -> None:
    assert ceiling(value) == pytest.approx(top)
