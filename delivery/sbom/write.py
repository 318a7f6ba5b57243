"""Writing both documents of a subject into a folder."""

from pathlib import Path

from delivery.sbom import cyclonedx, spdx
from delivery.sbom.subject import Facts, Subject, make, summary

SPDX, CYCLONEDX = "sbom.spdx.json", "sbom.cyclonedx.json"


def write(subject: Subject, folder: Path) -> Facts:
    """Write both documents into the folder, valid and whole, and return what they say in short.

    Raises SbomError, and OSError where the folder cannot be written to.
    """
    project, sbom = make(subject)
    contents = {SPDX: spdx.write(sbom, project.author), CYCLONEDX: cyclonedx.write(sbom, project.author)}
    spdx.validate(contents[SPDX])
    cyclonedx.validate(contents[CYCLONEDX])
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        partial = folder / f".{name}.partial"  # a document appears only when it is whole
        partial.write_bytes(content)
        partial.replace(folder / name)
    return {**summary(sbom), "files": [str(folder / name) for name in contents]}
