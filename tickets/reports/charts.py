"""Where the marks of a chart stand, for SVG drawn by templates. Lengths across are percents, heights are pixels.

Nothing here is a colour: a mark says what it stands for, and `tickets.templatetags` decide its look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tickets.models.runs import Verdict
from tickets.reports.figures import Held, Named, RowFigures, Sums

#: A bar against the mutu baku ends at so many times of it.
TRACK = 2
#: The columns of the months: the tallest one, and the room above it for its number.
TALLEST, HEADROOM = 112, 18
FLOOR = TALLEST + HEADROOM


@dataclass(frozen=True)
class Mark:
    """A stretch of a bar that lies: where it starts and how long it is, in percent."""

    stands_for: str
    x: str
    width: str


@dataclass(frozen=True)
class Block:
    """A part of a column that stands, in pixels from the top."""

    stands_for: str
    y: int
    height: int


@dataclass(frozen=True)
class Column:
    """A month: its place across, its parts from the floor up, its number and where that is written."""

    x: str
    width: str
    blocks: tuple[Block, ...]
    number: int
    top: int
    label: str


@dataclass(frozen=True)
class Against:
    """Median and 90th percentile of a row on a track on which the mutu baku is half way."""

    median: str
    p90: str
    is_cut: bool


def verdicts(sums: Sums) -> list[tuple[Verdict, int]]:
    """The classes of runs in the order in which they are drawn and told; what has no limit comes last."""
    return [
        (Verdict.ON_TIME, sums.on_time),
        (Verdict.EXTENDED, sums.extended),
        (Verdict.LATE, sums.late),
        (Verdict.NO_LIMIT, sums.no_limit + sums.past_estimate),
    ]


def shares(sums: Sums) -> list[Mark]:
    """One full bar: how the runs that have a limit kept it."""
    return _laid([(verdict.value, number) for verdict, number in verdicts(sums)[:3]], sums.limited)


def holders(parts: Sequence[Held]) -> list[Mark]:
    """One full bar: who held the time."""
    return _laid([(part.key, part.seconds) for part in parts], sum(part.seconds for part in parts))


def against(row: RowFigures) -> Against | None:
    """None where there is no mutu baku, or nothing was measured."""
    if row.standard is None or row.median is None or row.p90 is None:
        return None
    full = TRACK * row.standard
    return Against(_percent(min(row.median, full), full), _percent(min(row.p90, full), full), row.p90 > full)


def columns(months: Sequence[Named]) -> list[Column]:
    """One column for each month, as tall as its runs are many."""
    most = max((month.sums.runs for month in months), default=0) or 1
    place = 100 / len(months)
    return [_column(month, n * place, place, most) for n, month in enumerate(months)]


def _column(month: Named, start: float, place: float, most: int) -> Column:
    blocks, top = [], FLOOR
    for verdict, number in verdicts(month.sums):
        height = max(1, round(TALLEST * number / most)) if number else 0
        top -= height
        if height:
            blocks.append(Block(verdict.value, top, height))
    return Column(
        x=_number(start),
        width=_number(place),
        blocks=tuple(blocks),
        number=month.sums.runs,
        top=top - 5,
        label=month.label,
    )


def _laid(parts: Sequence[tuple[str, int]], whole: int) -> list[Mark]:
    """Parts of a whole, end to end."""
    marks, start = [], 0
    for stands_for, size in parts:
        if size:
            marks.append(Mark(stands_for, _percent(start, whole), _percent(size, whole)))
            start += size
    return marks


def _percent(part: int, whole: int) -> str:
    return _number(100 * part / whole)


def _number(percent: float) -> str:
    """With a point, whatever the language of the page: it stands in an attribute."""
    return f"{percent:.1f}".rstrip("0").rstrip(".")
