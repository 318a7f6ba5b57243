"""An image's figures, read from its layers."""

import json
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Sequence

from delivery.metrics.record import Image, Layer
from delivery.oci.layout import Files, Layout

DPKG = "var/lib/dpkg/status"
_DISTRIBUTION = re.compile(r"(?:^|/)(?:site|dist)-packages/[^/]+\.dist-info/METADATA$")


def figures(layout: Layout, base: Sequence[str] | None) -> Image:
    """Sizes, packages and SBOM of the layout's only image. Raises OciError.

    `base` are the diff_ids of the base image's layers; None, or those of another image, leave the part above
    the base unknown.
    """
    found = layout.image()
    files = layout.files(found, lambda path: path == DPKG)
    unpacked: Counter[int] = Counter()
    for entry in files.entries.values():
        # A hard link shares the bytes of the file that it names.
        unpacked[entry.layer] += entry.size if entry.kind == "file" else 0
    below = len(base) if base and found.config.diff_ids[: len(base)] == tuple(base) else None
    layers = tuple(
        Layer(
            digest=layer.digest,
            compressed=layer.size,
            unpacked=unpacked[number],
            base=None if below is None else number < below,
        )
        for number, layer in enumerate(found.layers)
    )
    return Image(
        digest=found.digest,
        compressed=sum(layer.compressed for layer in layers),
        unpacked=sum(layer.unpacked for layer in layers),
        above_base=None if below is None else sum(layer.compressed for layer in layers[below:]),
        layers=layers,
        python_packages=sum(bool(_DISTRIBUTION.search(path)) for path in files.entries),
        debian_packages=_debian(files),
        sbom=_listed(layout),
    )


def base_layers(name: str) -> tuple[str, ...] | None:
    """The diff_ids of that image's layers, from the engine or else its registry; None when neither tells."""
    local = ["image", "inspect", name, "--format", "{{json .RootFS.Layers}}"]
    remote = ["buildx", "imagetools", "inspect", name, "--format", "{{json .Image.RootFS.DiffIDs}}"]
    for arguments in (local, remote) if shutil.which("docker") else ():
        done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)
        if done.returncode == 0 and isinstance(told := json.loads(done.stdout), list) and told:
            return tuple(str(each) for each in told)
    return None


def _debian(files: Files) -> int:
    """Installed packages, by dpkg's own record."""
    status = files.contents.get(DPKG, b"").decode("utf-8", "replace")
    return sum(line.startswith("Status: ") and line.endswith(" installed") for line in status.splitlines())


def _listed(layout: Layout) -> int | None:
    """How many packages the attested SBOM lists; None without one."""
    said = [each.predicate for each in layout.statements(layout.image()) if each.is_spdx]
    return sum(len(predicate.get("packages") or []) for predicate in said) if said else None
