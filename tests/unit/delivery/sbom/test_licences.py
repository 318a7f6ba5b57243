"""The licence of a distribution, from the metadata it is installed with."""

from importlib.metadata import Distribution
from pathlib import Path

import pytest

from delivery.sbom.licences import PREFIX, licence_of, licences
from delivery.sbom.model import Licence

BSD = "Redistributions in binary form must\n  reproduce the above copyright notice."
THIRD = "may be used to endorse or promote products derived from this software"
APACHE = "      Apache License\n   Version 2.0, January 2004\n"


def installed(folder: Path, *headers: str, files: dict[str, str] | None = None) -> Distribution:
    """A distribution with those headers in its metadata and those files beside it."""
    info = folder / "thing-1.0.dist-info"
    info.mkdir()
    metadata = "\n".join(["Metadata-Version: 2.4", "Name: Thing", "Version: 1.0", *headers, ""])
    (info / "METADATA").write_text(metadata, "utf-8")
    record = [f"{info.name}/METADATA,,"]
    for name, text in (files or {}).items():
        path = info / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
        record.append(f"{path.relative_to(folder)},,")
    (info / "RECORD").write_text("\n".join(record) + "\n", "utf-8")
    return Distribution.at(info)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (["License-Expression: mit or apache-2.0"], Licence("MIT OR Apache-2.0")),
        (["License-Expression: ISC", "License: other"], Licence("ISC")),
        (["License: BSD-3-Clause"], Licence("BSD-3-Clause")),
        (["License: GPL-3.0"], Licence("GPL-3.0-only")),
        (["License: MIT, BSD"], Licence(words="MIT, BSD")),
        (["License: as you like", f"Classifier: {PREFIX}MIT License"], Licence("MIT")),
        ([f"Classifier: {PREFIX}MIT License", "Classifier: Topic :: Other"], Licence("MIT")),
        (
            [f"Classifier: {PREFIX}MIT License", f"Classifier: {PREFIX}Apache Software License"],
            Licence(words="Apache Software License; MIT License"),
        ),
        ([f"Classifier: {PREFIX}BSD License"], Licence(words="BSD License")),
        (["License: UNKNOWN"], Licence()),
        ([], Licence()),
        (["License: " + "long " * 40], Licence(words=("long " * 40)[:79] + "…")),
    ],
)
def test_what_the_metadata_says(tmp_path: Path, headers: list[str], expected: Licence) -> None:
    assert licence_of(installed(tmp_path, *headers)) == expected


@pytest.mark.parametrize(
    ("family", "files", "expression"),
    [
        ("BSD License", {"licenses/LICENSE.txt": f"{BSD} {THIRD}"}, "BSD-3-Clause"),
        ("BSD License", {"LICENSE": BSD}, "BSD-2-Clause"),
        ("BSD License", {"COPYING": f"{BSD} All advertising materials"}, "BSD-4-Clause"),
        ("BSD License", {"LICENSE": "do as you please"}, None),
        ("BSD License", {"LICENSE": BSD, "LICENSE.other": BSD}, None),
        ("BSD License", {"README": BSD}, None),
        ("Apache Software License", {"LICENSE": APACHE}, "Apache-2.0"),
        ("Apache Software License", {"LICENSE": "Apache License Version 1.1"}, None),
    ],
)
def test_a_family_is_told_apart_by_the_one_licence_file(
    tmp_path: Path, family: str, files: dict[str, str], expression: str | None
) -> None:
    found = licence_of(installed(tmp_path, f"Classifier: {PREFIX}{family}", files=files))
    assert found == (Licence(expression) if expression else Licence(words=family))


def test_licences_are_known_by_name_and_version(tmp_path: Path) -> None:
    assert licences([installed(tmp_path, "License: MIT")]) == {("thing", "1.0"): Licence("MIT")}
