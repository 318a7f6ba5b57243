"""The history as one HTML page that needs nothing else: no scripts, no fonts, no other files."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path

from delivery.metrics.limits import Limits
from delivery.metrics.plot import Limit, Point, bars, lines
from delivery.metrics.record import Image, Record

SHOWN = 40  # builds
_MB = 1_000_000
_STYLE = Path(__file__).with_name("page.css")


def page(records: Sequence[Record], over: Sequence[str], limits: Limits) -> str:
    """The page of these records, oldest first, one at least; `over` says why the last is over its limits."""
    last, shown = records[-1], records[-SHOWN:]
    body = [
        f"<h1>Builds: {escape(last.version)}, <code>{escape(last.revision[:12])}</code></h1>",
        f"<p>{len(records)} recorded; the last {len(shown)} are drawn.</p>",
        f"<p>Last: {last.started:%Y-%m-%d %H:%M} UTC, {_summary(last)}, on {escape(last.machine)}.</p>",
        _over(over),
        "<h2>Duration, seconds</h2>",
        "<p>Hollow: every step came from the cache.</p>",
        lines({"build": [_duration(each) for each in shown]}, _labels(shown)),
        "<h2>Compressed size above the base image, MB</h2>",
        lines(_sizes(shown), _labels(shown), _limits(last, limits)),
        "<h2>Last build: seconds for each stage</h2>",
        bars(dict(_stages(last))),
        "<h2>Last build: images</h2>",
        _images(last.images),
        "<h2>Last build: layers above the base, MB compressed</h2>",
        bars(dict(_layers(last))),
        "<h2>Known vulnerabilities</h2>",
        _vulnerabilities(last),
    ]
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Builds</title><style>{_STYLE.read_text(encoding='utf-8')}</style>"
    )
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{"".join(body)}</body></html>\n'


def _over(over: Sequence[str]) -> str:
    if not over:
        return "<p>Every figure that is known is within its limit.</p>"
    return f'<ul class="over">{"".join(f"<li>{escape(each)}</li>" for each in over)}</ul>'


def _labels(records: Sequence[Record]) -> list[str]:
    return [record.revision[:7] for record in records]


def _duration(record: Record) -> Point:
    hint = f"{record.revision[:12]}: {_summary(record)}"
    return Point(record.seconds, hint, hollow=record.cached == record.steps)


def _summary(record: Record) -> str:
    return f"{record.seconds:.1f} s, {record.cached} of {record.steps} steps cached"


def _sizes(records: Sequence[Record]) -> dict[str, list[Point | None]]:
    names = sorted({name for record in records for name in record.images})
    return {name: [_size(record, name) for record in records] for name in names}


def _size(record: Record, name: str) -> Point | None:
    image = record.images.get(name)
    if image is None or image.above_base is None:
        return None
    return Point(image.above_base / _MB, f"{record.revision[:12]}: {name} {_mb(image.above_base)} MB")


def _limits(last: Record, limits: Limits) -> list[Limit]:
    chosen = sorted(name for name in limits.images if name in last.images)
    return [Limit(limits.images[name].above_base_mb, f"limit of {name}") for name in chosen]


def _stages(record: Record) -> Iterator[tuple[str, tuple[float, str]]]:
    for name, stage in record.stages.items():
        said = f"{stage.seconds:.1f} s" + (f", {stage.cached} of {stage.steps} cached" if stage.steps else "")
        yield name, (stage.seconds, said)


def _layers(record: Record) -> Iterator[tuple[str, tuple[float, str]]]:
    for name, image in record.images.items():
        for number, layer in enumerate(image.layers):
            if not layer.base:
                said = f"{_mb(layer.compressed)}, unpacked {_mb(layer.unpacked)}"
                yield f"{name}, layer {number}", (layer.compressed / _MB, said)


def _images(images: Mapping[str, Image]) -> str:
    heads = ("image", "above base", "compressed", "unpacked", "Python", "Debian", "SBOM")
    rows = [
        (
            name,
            _mb(image.above_base),
            _mb(image.compressed),
            _mb(image.unpacked),
            str(image.python_packages),
            str(image.debian_packages),
            "none" if image.sbom is None else str(image.sbom),
        )
        for name, image in images.items()
    ]
    return f"<p>Sizes in MB; packages counted.</p>{_table(heads, rows)}"


def _vulnerabilities(record: Record) -> str:
    levels = ("critical", "high", "medium", "low")
    rows = [
        (source, *(str(counts.get(level, 0)) if counts is not None else "not known" for level in levels))
        for source, counts in record.vulnerabilities.items()
    ]
    return _table(("by the check", *levels), rows)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(each)}</th>" for each in heads)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div class="scroll"><table><tr>{head}</tr>{body}</table></div>'


def _mb(size: int | None) -> str:
    return "not known" if size is None else f"{size / _MB:.1f}"
