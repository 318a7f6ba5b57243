import pytest

from finchat_sec_qa.edgar.companies import TickerList, looked_up, name_key
from finchat_sec_qa.errors import BadBodyError
from tests.fake_edgar import TICKERS

LIST = TickerList.from_json(TICKERS, "tickers")
ALL_NAMES = b"""!J INC:0001438823:
FACEBOOK INC:0001326801:
FACEBOOK HOLDINGS LP:0001500000:
APPLE COMPUTER INC:0000320193:
THE FACEBOOK INC:0001326801:
SOCI\xc9T\xc9 FACEBOOK:0001600000:
broken line with FACEBOOK
"""


@pytest.mark.parametrize("ticker", ["BRK-B", "BRK.B", "brk/b", " brk b "])
def test_tickers_in_any_writing(ticker: str) -> None:
    assert LIST.by_ticker(ticker) == "0001067983"


@pytest.mark.parametrize(
    ("name", "cik"),
    [
        ("Apple", "0000320193"),
        ("APPLE INC", "0000320193"),
        ("The Coca-Cola Company", "0000021344"),
        ("coca cola", "0000021344"),
        ("Berkshire Hathaway", "0001067983"),
        ("Meta", "0001326801"),
        ("Berkshire", None),
        ("Inc", None),
        ("", None),
        ("…", None),
    ],
)
def test_names(name: str, cik: str | None) -> None:
    assert LIST.by_name(name) == cik


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("AMAZON COM INC", "amazon"),
        ("Amazon.com", "amazon"),
        ("JOHNSON & JOHNSON", "johnson and johnson"),
        ("McDonald's Corp.", "mcdonalds"),
        ("WELLS FARGO & COMPANY/MN", "wells fargo"),
        ("L'Oréal S.A.", "loreal s a"),
        ("3M CO", "3m"),
        ("Co", "co"),
    ],
)
def test_keys_of_names(name: str, key: str) -> None:
    assert name_key(name) == key


def test_the_nearest_share_the_first_word_or_are_alike() -> None:
    assert [line.ticker for line in LIST.nearest("Apple Computer")][:2] == ["AAPL", "APLE"]
    assert LIST.nearest("Ford Moter")[0].ticker == "F"
    assert LIST.nearest("") == ()


@pytest.mark.parametrize("value", [[], None, {"0": {}}, {"0": {"cik_str": "x", "ticker": "A", "title": "A"}}])
def test_another_shape_is_refused(value: object) -> None:
    with pytest.raises(BadBodyError, match="not EDGAR's list"):
        TickerList.from_json(value, "tickers")


def test_all_names_ever() -> None:
    assert looked_up(ALL_NAMES, "Facebook, Inc.") == ("0001326801",)
    assert looked_up(ALL_NAMES, "Apple Computer") == ("0000320193",)
    assert looked_up(ALL_NAMES, "face") == ()
    assert looked_up(ALL_NAMES, "") == ()
