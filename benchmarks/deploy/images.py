"""The images that the benches deploy: the checkout's own, and ones that fail on purpose, made from them."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.model import Release

FAULT = Path(__file__).with_name("fault.py")
API, WEBAPP = "finchat-sec-qa:api", "finchat-sec-qa:webapp"
FAULTS = ("ends", "late", "unhealthy", "errors", "slow", "crash")


def good(api: str = API, webapp: str = WEBAPP) -> Release:
    """A release of two images of this engine. Raises RuntimeError when they were not built."""
    return Release(revision=_revision(api), version="bench", api=_id(api), webapp=_id(webapp))


@contextmanager
def faulty(
    prefix: str, api: str = API, webapp: str = WEBAPP, least: float = 0.1
) -> Iterator[dict[str, Release]]:
    """A release for each fault, made of sound images; what was made goes at the end.

    A request of the slow one takes `least` seconds more, or ten times as long if that is longer.
    """
    made: dict[str, Release] = {}
    sound = good(api, webapp)
    try:
        for fault in FAULTS:
            tag = f"{prefix}-{fault}:latest"
            recipe = (
                f"FROM {api}\nCOPY fault.py /opt/venv/lib/python3.11/site-packages/fault.py\n"
                f'ENV FAULT={fault} FAULT_LEAST={least}\nCMD ["python", "-m", "fault"]\n'
            )
            folder = str(FAULT.parent)
            command = [
                "docker",
                "buildx",
                "build",
                "-q",
                "--load",
                "--provenance=false",
                "-t",
                tag,
                "-f",
                "-",
                folder,
            ]
            subprocess.run(command, input=recipe, text=True, capture_output=True, check=True)
            made[fault] = sound.model_copy(update={"api": _id(tag)})
        yield made
    finally:
        for fault in FAULTS:
            subprocess.run(
                ["docker", "image", "rm", "-f", f"{prefix}-{fault}:latest"], capture_output=True, check=False
            )


def _id(image: str) -> str:
    done = subprocess.run(
        ["docker", "image", "inspect", "--format", "{{.Id}}", image],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"there is no image {image}; build it: docker buildx bake")
    return done.stdout.strip()


def _revision(image: str) -> str:
    shown = ["docker", "image", "inspect", "--format", "{{json .Config.Env}}", image]
    variables = json.loads(subprocess.run(shown, capture_output=True, text=True, check=True).stdout)
    return str(dict(each.split("=", 1) for each in variables)["FINCHAT_REVISION"])
