"""The official sheet of an SOP: its pages, its rows, and the flowchart of each row ready to be drawn.

The flowchart is laid out once for the whole table (`workflows.flow`) and cut here into one drawing per row, whose lines
meet those of its neighbours at the edges. Measures are SVG lengths: shares of the Pelaksana columns across; down, from
the row's upper edge. So a row grows with its words, on any screen and on paper, and the flow stays whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from string import ascii_uppercase

from workflows.flow import SYMBOL_WIDTH, Flow, Height, Line, Node, Part, Symbol, flow, printed
from workflows.sop import Sop, Step

TOP, GUTTER, MIDDLE, BOTTOM = "0", "10", "50%", "100%"

#: Half the height of a symbol, in pixels.
REACH = {Symbol.CAPSULE: 13, Symbol.BOX: 13, Symbol.DIAMOND: 17}

# What a row takes on paper, in pixels, and what a landscape A4 page holds beside its head. More goes on the next page.
ROW_LEAST, LINE_HEIGHT, ROW_PADDING = 58, 14, 10
PAGE_HEIGHT = 580
LETTERS_A_LINE = {"activity": 34, "kelengkapan": 18, "waktu": 12, "output": 16, "keterangan": 16}


@dataclass(frozen=True)
class Stroke:
    """A straight piece of a line."""

    x1: str
    y1: str
    x2: str
    y2: str
    dashed: bool = False


@dataclass(frozen=True)
class Sign:
    """A symbol: its left edge and width across, its middle, and half its height in pixels."""

    symbol: str
    left: str
    width: str
    reach: int


@dataclass(frozen=True)
class Head:
    """An arrowhead with its tip `shift` pixels from the middle of the row, pointing `right`, `left`, `down` or `up`."""

    x: str
    shift: int
    points: str


@dataclass(frozen=True)
class Label:
    """Words beside a line, on the side where there is room."""

    x: str
    words: str
    ends_here: bool


@dataclass(frozen=True)
class Connector:
    """The pentagon that leads to another page, with the letter that finds its other half."""

    x: str
    letter: str
    dashed: bool


@dataclass(frozen=True)
class SheetRow:
    """A row of the table, its part of the flowchart, the same in a sentence, and how many cases stand on it."""

    step: Step
    state: str
    strokes: tuple[Stroke, ...]
    signs: tuple[Sign, ...]
    heads: tuple[Head, ...]
    labels: tuple[Label, ...]
    told: str
    standing: int


@dataclass(frozen=True)
class SheetPage:
    """A page of the table, with the connectors at its upper and lower edge."""

    arriving: tuple[Connector, ...]
    rows: tuple[SheetRow, ...]
    leaving: tuple[Connector, ...]


@dataclass(frozen=True)
class Sheet:
    """Everything the sheet shows beyond the SOP's own words."""

    sop: Sop
    pages: tuple[SheetPage, ...]
    borders: tuple[str, ...]

    @property
    def rows(self) -> tuple[SheetRow, ...]:
        return tuple(row for page in self.pages for row in page.rows)

    @property
    def has_dashed(self) -> bool:
        """Whether the legend must explain dashed lines."""
        return any(stroke.dashed for row in self.rows for stroke in row.strokes)

    @property
    def column_numbers(self) -> range:
        return range(1, len(self.sop.columns) + 7) if self.sop.column_numbers else range(0)


def sheet(sop: Sop, standing: Mapping[str, int] | None = None, *, page_height: int = PAGE_HEIGHT) -> Sheet:
    """The sheet of an SOP. `standing` says how many cases stand on a row, by state."""
    plan = flow(sop)
    rows = [_row(sop, plan, index, (standing or {}).get(sop.row(step.no), 0)) for index, step in enumerate(sop.steps)]
    pages: list[SheetPage] = []
    arriving: tuple[Connector, ...] = ()
    for first, last in _page_ranges(sop, page_height):
        leaving = tuple(_connectors(plan, last, taken=sum(len(page.leaving) for page in pages)))
        pages.append(SheetPage(arriving, tuple(rows[first : last + 1]), leaving))
        arriving = leaving
    borders = tuple(_across(plan, column) for column in range(1, plan.columns))
    return Sheet(sop, tuple(pages), borders)


def _page_ranges(sop: Sop, page_height: int) -> Iterator[tuple[int, int]]:
    """The first and last row of each page, by how high the words make the rows."""
    first, used = 0, 0
    for index, step in enumerate(sop.steps):
        lines = max(ceil(len(getattr(step, cell)) / letters) for cell, letters in LETTERS_A_LINE.items())
        height = max(ROW_LEAST, lines * LINE_HEIGHT + ROW_PADDING)
        if index > first and used + height > page_height:
            yield first, index - 1
            first, used = index, 0
        used += height
    yield first, len(sop.steps) - 1


def _connectors(plan: Flow, row: int, *, taken: int) -> Iterator[Connector]:
    """One pentagon for each line that a page break under this row cuts."""
    for number, (x, line) in enumerate(sorted(plan.crossing(row), key=lambda cut: cut[0]), start=taken):
        yield Connector(_across(plan, x), ascii_uppercase[number % len(ascii_uppercase)], line.dashed)


def _row(sop: Sop, plan: Flow, index: int, standing: int) -> SheetRow:
    step = sop.steps[index]
    return SheetRow(
        step=step,
        state=sop.row(step.no),
        strokes=tuple(_strokes(plan, index)),
        signs=tuple(_sign(plan, node) for node in plan.nodes if node.row == index),
        heads=tuple(_heads(plan, index)),
        labels=tuple(_label(plan, line) for line in plan.lines if line.label and line.source == index),
        told=_told(sop, index),
        standing=standing,
    )


def _strokes(plan: Flow, row: int) -> Iterator[Stroke]:
    """The pieces of all lines that run through this row."""
    for link in plan.links:
        if link.row == row:
            yield Stroke(_across(plan, link.start), MIDDLE, _across(plan, link.end), MIDDLE)
    for line in plan.lines:
        for a, b in pairwise(line.points):
            upper, lower = sorted((a, b), key=lambda point: point.y)
            if upper.y.row <= row <= lower.y.row:
                start, end = _down(upper.y, row), _down(lower.y, row)
                if a.x != b.x or start != end:
                    yield Stroke(_across(plan, upper.x), start, _across(plan, lower.x), end, line.dashed)


def _down(height: Height, row: int) -> str:
    """Where in this row a line is that has its end at a height: there, or at the edge it passes."""
    if height.row != row:
        return TOP if height.row < row else BOTTOM
    return GUTTER if height.part == Part.GUTTER else MIDDLE


def _sign(plan: Flow, node: Node) -> Sign:
    left = _across(plan, node.x - SYMBOL_WIDTH / 2)
    return Sign(node.symbol.value, left, _across(plan, SYMBOL_WIDTH), REACH[node.symbol])


def _heads(plan: Flow, row: int) -> Iterator[Head]:
    """The arrowheads at the symbols of this row: where lines arrive, and both ends of a coordination."""
    edge = SYMBOL_WIDTH / 2
    for link in plan.links:
        if link.row == row:
            inward = 1 if link.end > link.start else -1
            for x, side in ((link.start, inward), (link.end, -inward)):
                yield Head(_across(plan, x + side * edge), 0, "left" if side > 0 else "right")
    for line in plan.lines:
        if line.target == row:
            yield _head(plan, line)


def _head(plan: Flow, line: Line) -> Head:
    """The head of a line at the edge of the symbol that it leads to."""
    node = plan.leading[line.target]
    before = line.points[-2]
    if before.x == node.x:
        from_above = before.y < node.point.y
        reach = REACH[node.symbol]
        return Head(_across(plan, node.x), -reach if from_above else reach, "down" if from_above else "up")
    side = 1 if before.x > node.x else -1
    return Head(_across(plan, node.x + side * SYMBOL_WIDTH / 2), 0, "left" if side > 0 else "right")


def _label(plan: Flow, line: Line) -> Label:
    """Beside the line where it leaves its row, away from the symbol unless the sheet ends there."""
    outward_left = line.trunk < plan.leading[line.source].x
    ends_here = line.trunk >= 1 if outward_left else line.trunk > plan.columns - 1
    return Label(_across(plan, line.trunk), line.label, ends_here)


def _across(plan: Flow, x: float) -> str:
    return f"{x / plan.columns * 100:.4g}%"


def _told(sop: Sop, index: int) -> str:
    """The flowchart of a row in words, for those who do not see it."""
    step = sop.steps[index]
    beside = f"; mitra: {step.counterpart.in_sop}" if step.counterpart in sop.roles else ""
    ways = [
        f"langkah {arrow.to}" + (f" ({arrow.label})" if step.decides else "")
        for row, _, _, arrow in printed(sop)
        if row == index
    ]
    leads = f" Lanjut ke {' atau '.join(ways)}." if ways else " Prosedur selesai."
    return f"Pelaksana: {step.performer.in_sop}{beside}.{leads}"
