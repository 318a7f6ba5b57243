"""Makes the engine of a CI machine keep images in containerd's store, which holds their attestations too.

Does nothing where the engine already does. Elsewhere it changes /etc/docker/daemon.json and restarts the
engine, which only a throw-away machine may do: it needs CI=true. Needs nothing beyond Python's own library.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

SETTINGS = Path("/etc/docker/daemon.json")
STORE = "io.containerd.snapshotter"


def keeps_in_containerd(driver_status: str) -> bool:
    """Whether `docker info --format '{{json .DriverStatus}}'`, which this is, tells of containerd's store."""
    return any(str(value).startswith(STORE) for _, value in json.loads(driver_status) or [])


def with_containerd(settings: str) -> str:
    """The engine's settings with containerd's store turned on, all else kept. Raises ValueError."""
    found = json.loads(settings or "{}")
    return json.dumps(
        {**found, "features": {**found.get("features", {}), "containerd-snapshotter": True}}, indent=2
    )


def _driver_status() -> str:
    asked = ["docker", "info", "--format", "{{json .DriverStatus}}"]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout


def _turn_on(settings: Path) -> None:
    old = settings.read_text(encoding="utf-8") if settings.exists() else ""
    subprocess.run(
        ["sudo", "tee", str(settings)],
        input=with_containerd(old),
        text=True,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    subprocess.run(["sudo", "systemctl", "restart", "docker"], check=True)


def main(arguments: list[str] | None = None) -> int:
    """Turn the store on where it is off; 1 when that may not be done here, or did not help."""
    parser = argparse.ArgumentParser(
        prog="image_store",
        description=(__doc__ or "").strip(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="examples:\n  CI=true python scripts/image_store.py\n  python scripts/image_store.py --json",
    )
    parser.add_argument("--settings", type=Path, default=SETTINGS, help="the engine's settings")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    options = parser.parse_args(arguments)
    changed = not keeps_in_containerd(_driver_status())
    if changed:
        if os.environ.get("CI") != "true":
            text = f"set features.containerd-snapshotter in {options.settings} and restart the engine"
            print(f"error: the engine does not keep images in containerd's store; {text}", file=sys.stderr)
            return 1
        _turn_on(options.settings)
        if not keeps_in_containerd(_driver_status()):
            print(f"error: the engine ignored {options.settings}; see its log", file=sys.stderr)
            return 1
    said = "images are kept in containerd's store" + (", since now" if changed else "")
    print(json.dumps({"store": "containerd", "changed": changed}) if options.json else said)
    return 0


if __name__ == "__main__":
    sys.exit(main())
