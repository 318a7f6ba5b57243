"""Small charts as inline SVG: lines over builds, and bars. Colours come from the page's style sheet."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 720, 210
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 64, 14, 26
_BAR, _NAMES = 22, 130  # height of a bar with its gap; width of the column of names
_MOST_LABELS = 8


@dataclass(frozen=True, slots=True)
class Point:
    """One build's figure. `hint` is shown when the pointer rests on it; hollow ones are told apart."""

    value: float
    hint: str
    hollow: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """A figure that must not be passed, in the unit of the chart."""

    value: float
    name: str


def lines(
    series: Mapping[str, Sequence[Point | None]], labels: Sequence[str], limits: Sequence[Limit] = ()
) -> str:
    """A line for each series over the builds of `labels`; None leaves a gap. Six series have own colours."""
    values = [point.value for points in series.values() for point in points if point]
    top = ceiling(max([*values, *(limit.value for limit in limits)], default=1))
    body = [*_grid(top), *_below(labels)]
    body += [element for limit in limits for element in _limit(limit, top)]
    # The name stands at the end of its line, moved where two would overlap.
    taken: list[float] = []
    for number, (name, points) in enumerate(series.items()):
        body += _line(points, top, number)
        ends = [(x, y) for x, y, _ in _placed(points, top)]
        if ends:
            y = _free(ends[-1][1], taken)
            body.append(
                f'<text class="name s{number}" x="{WIDTH - _RIGHT + 8}" y="{y + 4:.1f}">{escape(name)}</text>'
            )
    return _svg(HEIGHT, body)


def bars(values: Mapping[str, tuple[float, str]]) -> str:
    """A bar for each name, with the text beside it."""
    longest = max((value for value, _ in values.values()), default=0) or 1
    body: list[str] = []
    for row, (name, (value, said)) in enumerate(values.items()):
        y, width = row * _BAR, (WIDTH - _NAMES - 150) * value / longest
        body.append(f'<text x="{_NAMES - 8}" y="{y + 14}" text-anchor="end">{escape(name)}</text>')
        body.append(f'<rect class="bar" x="{_NAMES}" y="{y + 3}" width="{max(width, 1):.1f}" height="15"/>')
        body.append(f'<text class="dim" x="{_NAMES + width + 8:.1f}" y="{y + 14}">{escape(said)}</text>')
    return _svg(max(len(values), 1) * _BAR, body)


def ceiling(value: float) -> float:
    """The next of 1, 2, 4, 5 and 10 times a power of ten, so that an axis ends on a round number."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 4, 5, 10) if value <= step * power * (1 + 1e-9))


def _svg(height: int, body: Iterable[str]) -> str:
    return f'<svg viewBox="0 0 {WIDTH} {height}" role="img">{"".join(body)}</svg>'


def _grid(top: float) -> Iterator[str]:
    for quarter in range(5):
        value = top * quarter / 4
        y = _y(value, top)
        yield f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text class="dim" x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>'


def _below(labels: Sequence[str]) -> Iterator[str]:
    every = math.ceil(len(labels) / _MOST_LABELS)
    for number, label in enumerate(labels):
        if (len(labels) - 1 - number) % every == 0:
            place = f'x="{_x(number, len(labels)):.1f}" y="{HEIGHT - 6}" text-anchor="middle"'
            yield f'<text class="dim" {place}>{escape(label)}</text>'


def _limit(limit: Limit, top: float) -> Iterator[str]:
    y = _y(limit.value, top)
    yield f'<line class="limit" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
    yield f'<text class="limit" x="{_LEFT + 4}" y="{y - 4:.1f}">{escape(limit.name)}</text>'


def _line(points: Sequence[Point | None], top: float, number: int) -> Iterator[str]:
    path, pen = [], "M"
    placed = {x: (y, point) for x, y, point in _placed(points, top)}
    for index in range(len(points)):
        x = _x(index, len(points))
        if x in placed:
            path.append(f"{pen}{x:.1f} {placed[x][0]:.1f}")
        pen = "L" if x in placed else "M"
    yield f'<path class="line s{number}" d="{" ".join(path)}"/>'
    for x, (y, point) in placed.items():
        kind = " hollow" if point.hollow else ""
        yield (
            f'<circle class="dot s{number}{kind}" cx="{x:.1f}" cy="{y:.1f}" r="4">'
            f"<title>{escape(point.hint)}</title></circle>"
        )


def _placed(points: Sequence[Point | None], top: float) -> Iterator[tuple[float, float, Point]]:
    for index, point in enumerate(points):
        if point:
            yield _x(index, len(points)), _y(point.value, top), point


def _x(index: int, count: int) -> float:
    room = WIDTH - _LEFT - _RIGHT
    return _LEFT + room * (index + 0.5) / max(count, 1)


def _y(value: float, top: float) -> float:
    return HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * value / top


def _free(y: float, taken: list[float]) -> float:
    while any(abs(y - other) < 13 for other in taken):
        y -= 13
    taken.append(y)
    return y
