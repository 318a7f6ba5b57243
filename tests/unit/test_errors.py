import inspect
import pickle
import re

import pytest

from finchat_sec_qa import errors
from finchat_sec_qa.errors import FinChatError

TREE = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, FinChatError)]


def drawn() -> dict[str, tuple[int, str, str]]:
    """Name -> (depth, exit code, http) of each line of the tree in the module's docstring."""
    found = {}
    for line in (errors.__doc__ or "").splitlines():
        match = re.match(r"^([│├└─ ]*)(\w+Error)\s+(exit|\d)\s+(http|\d+|-)", line)
        if match:
            found[match[2]] = (len(match[1]) // 4, match[3], match[4])
    return found


def test_the_drawn_tree_names_every_error() -> None:
    assert set(drawn()) == {kind.__name__ for kind in TREE}


@pytest.mark.parametrize("kind", TREE)
def test_the_drawn_tree_is_the_real_one(kind: type[FinChatError]) -> None:
    depth, exit_code, http = drawn()[kind.__name__]
    assert depth == len([base for base in kind.__mro__ if issubclass(base, FinChatError)]) - 1
    # The root's line holds the columns' heads; "-" is raised only at start, when nobody can be answered.
    assert exit_code in {"exit", str(kind.exit_code)}
    assert http in {"http", "-", str(kind.http_status)}


def test_codes_are_distinct_and_machine_readable() -> None:
    codes = [kind.code for kind in TREE]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", code) for code in codes)


@pytest.mark.parametrize("kind", [kind for kind in TREE if issubclass(kind, errors.ParseError)])
def test_a_parse_error_survives_the_way_back_from_a_worker(kind: type[errors.ParseError]) -> None:
    back = pickle.loads(pickle.dumps(kind("a.htm", "cut off")))  # noqa: S301 - our own bytes
    assert (type(back), back.name, back.reason, str(back)) == (kind, "a.htm", "cut off", "a.htm: cut off")


def test_a_remote_error_carries_the_servers_status_and_code() -> None:
    told = errors.RemoteError("no such filing", status=404, code="not_found")
    assert (told.status, told.code) == (404, "not_found")
    assert errors.RemoteError("no answer").code == "remote"
