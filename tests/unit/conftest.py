"""A store with small reports of two companies, asked and verified in this process."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from finchat_sec_qa import Library
from finchat_sec_qa.config import Settings
from tests.unit.report import Report

ACME_2023 = Report()
ACME_2024 = Report(
    year=2024,
    flows={"Revenues": (130, 95), "CostOfRevenue": (70, 60), "NetIncomeLoss": (20, 12)},
    balances={"Assets": (600, 500), "CashAndCashEquivalentsAtCarryingValue": (90, 70)},
    segment=(50, 40),
)
BOLT_2023 = Report(
    company="Bolt Corp",
    cik="0000000077",
    ticker="BOLT",
    flows={"Revenues": (40, 41), "NetIncomeLoss": (4, 2)},
    balances={"Assets": (90, 80)},
)


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reports")
    for report in (ACME_2023, ACME_2024, BOLT_2023):
        report.write(folder)
    return folder


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory, reports: Path) -> Iterator[Library]:
    """Revenue of Acme in 2023 was 100 million, and 95 million as restated a year later."""
    with Library.open(Settings(store=tmp_path_factory.mktemp("small") / "store")) as opened:
        report = opened.ingest_paths([reports], jobs=1)
        assert len(report.stored) == 3
        yield opened
