"""What the development server keeps loaded, and what it forgets; test_dev_stack.py runs it in containers."""

import subprocess
import sys
from pathlib import Path

import pytest

from scripts import dev_server


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    for folder in ("finchat_sec_qa", "api", "webapp"):
        (tmp_path / folder / "below").mkdir(parents=True)
    (tmp_path / "finchat_sec_qa" / "core.py").write_text(
        "import lxml.etree as e\nfrom . import near\n", "utf-8"
    )
    (tmp_path / "api" / "below" / "late.py").write_text(
        "def f():\n    from starlette.types import Send\n", "utf-8"
    )
    (tmp_path / "api" / "own.py").write_text("from finchat_sec_qa.core import x\nimport api.below\n", "utf-8")
    (tmp_path / "webapp" / "pages.py").write_text("import flask\n", "utf-8")
    return tmp_path


def test_libraries_are_what_a_server_and_the_core_import_wherever(sources: Path) -> None:
    assert dev_server.libraries("api", sources) == ["lxml.etree", "starlette.types"]
    assert dev_server.libraries("webapp", sources) == ["flask", "lxml.etree"]


def test_sources_in_work_are_passed_over(sources: Path) -> None:
    (sources / "api" / "broken.py").write_text("def (:\n", "utf-8")
    (sources / "api" / "binary.py").write_bytes(b"\x00\xff")
    assert dev_server.libraries("api", sources) == ["lxml.etree", "starlette.types"]


def test_the_real_servers_have_libraries_to_keep() -> None:
    assert {"fastapi", "uvicorn", "lxml"} <= {name.partition(".")[0] for name in dev_server.libraries("api")}
    assert "flask" in dev_server.libraries("webapp")


def test_only_the_projects_own_modules_are_forgotten(repo: Path) -> None:
    program = """
import sys
from scripts import dev_server
dev_server.warm("webapp")
kept = sys.modules["flask"]
assert "webapp.app" in sys.modules
dev_server.forget_own()
assert sys.modules["flask"] is kept
print(sorted(name for name in sys.modules if name.split(".")[0] in ("webapp", "finchat_sec_qa")))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=repo, text=True, capture_output=True, check=False
    )
    assert (done.stdout, done.returncode) == ("[]\n", 0), done.stderr


def test_help_has_examples_and_wrong_use_is_refused(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, status in ((["--help"], 0), (["database"], 2), (["api", "--debug", "x"], 2)):
        with pytest.raises(SystemExit) as left:
            dev_server.main(arguments)
        assert left.value.code == status
    assert "python -m scripts.dev_server api --debug 5678" in capsys.readouterr().out
