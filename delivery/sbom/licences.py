"""The licence of an installed distribution, as an SPDX expression where its metadata leaves no doubt.

In this order: License-Expression (PEP 639); a License field that is an SPDX expression; a single licence
classifier that names one licence; a single classifier that names a family, told apart by the one licence
file. Everything else is no assertion, and the words of the metadata are kept.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import Distribution

from license_expression import Licensing, get_spdx_licensing  # type: ignore[import-untyped]
from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from packaging.utils import NormalizedName, canonicalize_name

from delivery.sbom.model import Licence

PREFIX = "License :: OSI Approved :: "
CLASSIFIERS = {
    "MIT License": "MIT",
    "MIT No Attribution License (MIT-0)": "MIT-0",
    "ISC License (ISCL)": "ISC",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
    "Zero-Clause BSD (0BSD)": "0BSD",
    "GNU General Public License v2 (GPLv2)": "GPL-2.0-only",
    "GNU General Public License v2 or later (GPLv2+)": "GPL-2.0-or-later",
    "GNU General Public License v3 (GPLv3)": "GPL-3.0-only",
    "GNU General Public License v3 or later (GPLv3+)": "GPL-3.0-or-later",
    "GNU Lesser General Public License v3 or later (LGPLv3+)": "LGPL-3.0-or-later",
}
WORDS_LENGTH = 80  # characters kept of what a package says; some put the whole text there
LICENCE_FILES = ("licen", "copying")  # how the names of licence files begin, in lower case


def licences(
    distributions: Iterable[Distribution],
) -> Mapping[tuple[NormalizedName, str], Licence]:
    """The licence of each distribution, by name and version."""
    return {(canonicalize_name(one.name), one.version): licence_of(one) for one in distributions}


def licence_of(distribution: Distribution) -> Licence:
    """The licence that one distribution declares."""
    metadata = distribution.metadata
    stated = [metadata[name] for name in ("License-Expression", "License") if metadata[name]]
    for text in stated:
        if expression := _expression(text):
            return Licence(expression)
    classifiers = [
        text.removeprefix(PREFIX) for text in metadata.get_all("Classifier", []) if text.startswith(PREFIX)
    ]
    if len(classifiers) == 1:
        expression = CLASSIFIERS.get(classifiers[0]) or _of_family(classifiers[0], distribution)
        if expression:
            return Licence(expression)
    words = next((text for text in stated if text != "UNKNOWN"), "") or "; ".join(sorted(classifiers))
    return Licence(words=_shortened(words) or None)


@cache
def spdx_licensing() -> Licensing:
    """The parser of SPDX expressions; making it takes longer than all its work."""
    return get_spdx_licensing()


def _expression(text: str) -> str | None:
    try:
        canonical = canonicalize_license_expression(text)
    except InvalidLicenseExpression:
        return None
    return str(spdx_licensing().parse(canonical))  # deprecated names become those that replaced them


def _of_family(classifier: str, distribution: Distribution) -> str | None:
    texts = list(_licence_texts(distribution))
    if len(texts) != 1:
        return None  # several files may be several licences
    text = " ".join(texts[0].lower().split())
    if classifier == "Apache Software License" and "apache license version 2.0, january 2004" in text:
        return "Apache-2.0"
    if classifier == "BSD License" and "redistributions in binary form must reproduce" in text:
        if "all advertising materials" in text:
            return "BSD-4-Clause"
        # The third clause: whose names may not be used to endorse what is derived.
        return "BSD-3-Clause" if "endorse or promote products" in text else "BSD-2-Clause"
    return None


def _licence_texts(distribution: Distribution) -> Iterable[str]:
    for path in distribution.files or ():
        folder = [part for part in path.parts if part.endswith(".dist-info")]
        if folder and path.name.lower().startswith(LICENCE_FILES):
            yield path.read_text(encoding="utf-8")


def _shortened(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= WORDS_LENGTH else line[: WORDS_LENGTH - 1] + "…"
