"""A report as one HTML page that needs nothing else: no scripts, no fonts, no other files."""

from collections.abc import Iterator
from datetime import UTC, datetime
from html import escape
from pathlib import Path

from delivery.metrics.plot import Limit, Point, lines
from deploy.staging.model import Chart, Check, Report

_STYLE = Path(__file__).with_name("page.css")
_MARK = {"passed": "✓", "failed": "✗", "not checked": "?"}


def page(report: Report) -> str:
    """The page of a report."""
    made = report.release
    when = datetime.fromtimestamp(report.started, UTC)
    verdict = "passed" if report.passed else "did not pass"
    standard = "" if report.standard else "<p>By other limits than production demands, or only a part.</p>"
    title = f"Staging {verdict}: {made.version}, {made.revision[:12]}"
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE.read_text(encoding='utf-8')}</style>"
    )
    names = {"Commit": made.revision, "API": made.api, "Pages": made.webapp}
    facts = "".join(f"<dt>{name}</dt><dd><code>{escape(what)}</code></dd>" for name, what in names.items())
    body = [
        f"<h1>{escape(title)}</h1>",
        f"<p>{when:%Y-%m-%d %H:%M} UTC on {escape(report.environment)}, {report.seconds:.0f} s.</p>",
        f"{standard}<dl>{facts}</dl>",
        _summary(report),
        *(part for check in report.checks for part in _section(check)),
    ]
    whole = f"<head>{head}</head><body><main>{''.join(body)}</main></body>"
    return f'<!doctype html><html lang="en">{whole}</html>\n'


def _summary(report: Report) -> str:
    rows = "".join(
        f'<tr><th scope="row"><a href="#{escape(each.name)}">{escape(each.name)}</a></th>'
        f'<td class="{_kind(each)}">{_MARK[each.outcome]} {each.outcome}</td>'
        f'<td class="number">{each.seconds:.1f}</td><td>{escape(each.detail)}</td></tr>'
        for each in report.checks
    )
    heads = "".join(
        f'<th scope="col">{name}</th>' for name in ("Check", "Outcome", "Seconds", "What was seen")
    )
    return f"<table><caption>Checks</caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _section(check: Check) -> Iterator[str]:
    yield f'<section id="{escape(check.name)}"><h2>{escape(check.name)}: {check.outcome}</h2>'
    yield f"<p>{escape(check.detail)}</p>"
    if check.figures:
        rows = "".join(
            f'<tr><th scope="row">{escape(name.replace("_", " "))}</th>'
            f'<td class="number">{value:,g}</td></tr>'
            for name, value in check.figures.items()
        )
        yield f"<table><caption>Figures of {escape(check.name)}</caption><tbody>{rows}</tbody></table>"
    yield from (_figure(chart) for chart in check.charts)
    yield "</section>"


def _figure(chart: Chart) -> str:
    """The chart, named for those who cannot see it, with its numbers below for who wants or needs them."""
    series = {
        name: [
            None if value is None else Point(value, f"{label} s: {name} {value:.1f} {chart.unit}")
            for label, value in zip(chart.labels, values, strict=False)
        ]
        for name, values in chart.series.items()
    }
    limits = [Limit(chart.limit, "limit")] if chart.limit is not None else []
    name = f"{chart.title}, {chart.unit}, over seconds: {_spoken(chart)}"
    drawn = lines(series, chart.labels, limits).replace(
        'role="img"', f'role="img" aria-label="{escape(name)}"', 1
    )
    return (
        f"<figure><figcaption>{escape(chart.title)}, {escape(chart.unit)}, over seconds</figcaption>{drawn}"
        f"<details><summary>Numbers</summary>{_numbers(chart)}</details></figure>"
    )


def _spoken(chart: Chart) -> str:
    told = []
    for name, values in chart.series.items():
        known = [value for value in values if value is not None]
        told.append(f"{name} {min(known):.0f} to {max(known):.0f}" if known else f"{name} unknown")
    return ", ".join(told)


def _numbers(chart: Chart) -> str:
    heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in ("seconds", *chart.series))
    rows = []
    for number, label in enumerate(chart.labels):
        values = [each[number] if number < len(each) else None for each in chart.series.values()]
        cells = "".join(
            f'<td class="number">{"" if value is None else f"{value:.1f}"}</td>' for value in values
        )
        rows.append(f'<tr><th scope="row">{escape(label)}</th>{cells}</tr>')
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _kind(check: Check) -> str:
    return check.outcome.replace(" ", "-")
