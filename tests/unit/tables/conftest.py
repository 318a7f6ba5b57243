"""A store with annual reports for 2022 to 2024, two quarters of 2024, and a company with another year end."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from finchat_sec_qa import Library
from finchat_sec_qa.config import Settings
from tests.unit.tables.making import Report, annual, bolt, quarterly

REPORTS: tuple[Report, ...] = (
    annual(2022, ["90", "80"], anvils=["60", "55"], costs=["50", "45"], other=["2", "1"], tax=["5", "4"],
           net=["12", "(3)"], eps=["1.20", "(0.30)"]),
    annual(2023, ["100", "90"], anvils=["66", "60"], costs=["55", "50"], other=["2", "2"], tax=["6", "5"],
           net=["15", "12"], eps=["1.50", "1.20"]),
    annual(2024, ["130", "98"], anvils=["90", "66"], costs=["70", "55"], other=["3", "2"], tax=["8", "6"],
           net=["20", "15"], eps=["0.20", "0.15"]),
    quarterly(2, ["31"], ["60"]),
    quarterly(3, ["33"], ["93"]),
    bolt(),
)  # fmt: skip


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """Revenue of 2023 was 100 million, and 98 million as restated a year later; EPS was split ten for one."""
    folder = tmp_path_factory.mktemp("reports")
    for report in REPORTS:
        report.write(folder)
    with Library.open(Settings(store=tmp_path_factory.mktemp("tables") / "store")) as opened:
        report = opened.ingest_paths([Path(folder)], jobs=1)
        assert len(report.stored) == len(REPORTS), report
        yield opened
