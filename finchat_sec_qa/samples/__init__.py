"""Sample filings that ship with the program: real ones, compressed, with their address and hash.

`manifest.json` lists them; `data/` holds each document as .xz. scripts/make_samples.py makes both.
"""

import hashlib
import json
import lzma
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable

from finchat_sec_qa.errors import LimitExceededError, MalformedError
from finchat_sec_qa.model.filing import SourceFile, SourceFiling


@dataclass(frozen=True, slots=True)
class SampleFiling:
    """One shipped filing; `load` unpacks its document. `size` is that document's, in bytes."""

    file: str
    name: str
    company: str
    ticker: str
    cik: str
    accession: str
    form: str
    period: date
    filed: date | None
    url: str
    sha256: str
    size: int

    @property
    def label(self) -> str:
        """What messages call it."""
        return f"sample {self.name}"

    @property
    def id(self) -> str:
        """The filing's id: its accession."""
        return self.accession

    def load(self) -> SourceFiling:
        """The filing with its document, checked against size and SHA-256.

        Raises LimitExceededError, MalformedError: the installed package is damaged.
        """
        document = SourceFile(name=self.name, content=self._content(), role=self.form, url=self.url)
        return SourceFiling(
            label=self.label,
            id=self.accession,
            accession=self.accession,
            cik=self.cik,
            files=(document,),
            company=self.company,
            tickers=(self.ticker,),
            form=self.form,
            period_end=self.period,
            filed=self.filed,
            url=self.url,
            sample=True,
        )

    def _content(self) -> bytes:
        packed = _folder() / "data" / self.file
        try:
            content = unpack(packed.read_bytes(), self.size)
        except (OSError, lzma.LZMAError, EOFError) as error:
            raise MalformedError(
                self.label, f"cannot be unpacked ({error}); install the package again"
            ) from error
        if content is None:
            raise LimitExceededError(
                self.label, f"unpacks to more than {self.size} bytes; install the package again"
            )
        if hashlib.sha256(content).hexdigest() != self.sha256:
            raise MalformedError(
                self.label, "is not what was shipped (SHA-256 differs); install the package again"
            )
        return content


def sample_filings() -> tuple[SampleFiling, ...]:
    """The shipped filings, in the order of the manifest, not yet unpacked."""
    entries = json.loads((_folder() / "manifest.json").read_text(encoding="utf-8"))["filings"]
    return tuple(_sample(entry) for entry in entries)


def unpack(packed: bytes, size: int) -> bytes | None:
    """What an .xz file holds, None when that is more than `size` bytes. Raises LZMAError, EOFError."""
    unpacker = lzma.LZMADecompressor(format=lzma.FORMAT_XZ)
    content = unpacker.decompress(packed, max_length=size + 1)
    if len(content) > size:
        return None
    # The end mark may still be unread when the content just fits.
    if not unpacker.eof and unpacker.decompress(b"", max_length=1):
        return None
    if not unpacker.eof:
        raise EOFError("the file is cut")
    return content


def _sample(entry: dict[str, str | int]) -> SampleFiling:
    dates = {key: date.fromisoformat(str(entry[key])) if entry[key] else None for key in ("period", "filed")}
    return SampleFiling(**{**entry, **dates})  # type: ignore[arg-type]  # the shape is tested with the data


def _folder() -> Traversable:
    return files(__name__)
