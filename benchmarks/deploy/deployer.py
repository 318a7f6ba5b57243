"""A deployer in a process of its own, to be killed: python -m benchmarks.deploy.deployer SETTINGS RELEASE."""

import sys
from pathlib import Path

from deploy import story
from deploy.engine import Engine
from deploy.host import Host
from deploy.model import Release
from deploy.settings import load


def main() -> None:
    """Deploy; every step is a line on stderr."""

    def say(text: str) -> None:
        sys.stderr.write(text + "\n")
        sys.stderr.flush()

    host = Host(load(sys.argv[1]), Engine("default"), say)
    story.deploy(host, Release.model_validate_json(Path(sys.argv[2]).read_text(encoding="utf-8")), {})


if __name__ == "__main__":
    main()
