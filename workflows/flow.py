"""The flowchart of an SOP as a layout: which symbol stands where, and the way each arrow takes between them.

Numbers only, no markup: the page draws it as SVG (`workflows.sheet`), and any other renderer can. Across, one unit is
one Pelaksana column. Down, a row has two places: its *gutter* just under its upper edge, where no symbol ever stands,
and its *middle*, where the symbols stand. So rows may be as high as their words make them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from workflows.sop import Arrow, Origin, Shape, Sop, Step

#: How far a lane keeps from the line between two columns, and how wide a symbol is: shares of a column.
LANE = 0.07
SYMBOL_WIDTH = 0.62

# What the ways are weighed by: a crossing is worse than a detour, a line through a symbol or along another is out.
CROSSING = 3.0
BEND = 0.5
UNIT = 0.3
SHARED = 1.0
FORBIDDEN = 1_000.0


class Part(IntEnum):
    """The two places of a row that lines run through."""

    GUTTER = 0
    MIDDLE = 1


class Height(NamedTuple):
    """A place down the sheet: the index of the row, and where in it."""

    row: int
    part: Part


class Point(NamedTuple):
    x: float
    y: Height


class Symbol(StrEnum):
    CAPSULE = "capsule"
    BOX = "box"
    DIAMOND = "diamond"


@dataclass(frozen=True)
class Node:
    """A symbol in the column of a role. `leads` is false for the second symbol of a row, that of its counterpart."""

    row: int
    column: int
    symbol: Symbol
    leads: bool

    @property
    def x(self) -> float:
        return self.column + 0.5

    @property
    def point(self) -> Point:
        return Point(self.x, Height(self.row, Part.MIDDLE))


@dataclass(frozen=True)
class Link:
    """The two-headed arrow between performer and counterpart of a row."""

    row: int
    start: float
    end: float


@dataclass(frozen=True)
class Line:
    """An arrow of the table on its way: from the middle of one symbol, past all others, to the middle of the next."""

    source: int
    target: int
    points: tuple[Point, ...]
    dashed: bool
    label: str

    @property
    def enters(self) -> tuple[float, bool]:
        """Where the head stands: across, and whether the line comes in from above or below (else from the side)."""
        before, last = self.points[-2:]
        return before.x, before.x == last.x

    @property
    def trunk(self) -> float:
        """Where across the line leaves its row: the label stands beside it."""
        return next(a.x for a, b in pairwise(self.points) if a.y.row != b.y.row)


@dataclass(frozen=True)
class Flow:
    """The whole flowchart."""

    columns: int
    rows: int
    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    lines: tuple[Line, ...]

    @cached_property
    def leading(self) -> tuple[Node, ...]:
        """The performer's symbol of each row."""
        return tuple(node for node in self.nodes if node.leads)

    def crossing(self, row: int) -> list[tuple[float, Line]]:
        """The lines that pass from this row into the next, and where across: what a page break cuts."""
        return [
            (a.x, line)
            for line in self.lines
            for a, b in pairwise(line.points)
            if min(a.y.row, b.y.row) <= row < max(a.y.row, b.y.row)
        ]


def flow(sop: Sop) -> Flow:
    """Lay out the printed flowchart of an SOP: the arrows of the document, not those of practice."""
    at = {column.role.value: index for index, column in enumerate(sop.columns)}
    nodes: list[Node] = []
    links: list[Link] = []
    for row, step in enumerate(sop.steps):
        performer = Node(row, at[step.performer.value], _symbol(step), leads=True)
        nodes.append(performer)
        if step.counterpart and (beside := at.get(step.counterpart.value)) is not None:
            nodes.append(Node(row, beside, Symbol.BOX, leads=False))
            links.append(Link(row, performer.x, beside + 0.5))
    plan = Flow(len(sop.columns), len(sop.steps), tuple(nodes), tuple(links), ())
    return Flow(plan.columns, plan.rows, plan.nodes, plan.links, tuple(_lines(sop, plan)))


def printed(sop: Sop) -> Iterator[tuple[int, int, Step, Arrow]]:
    """The arrows that the sheet shows, as indexes of their rows: those between two rows that the document has."""
    rows = {step.no: row for row, step in enumerate(sop.steps)}
    for row, step in enumerate(sop.steps):
        for arrow in step.arrows:
            if isinstance(arrow.to, int) and arrow.origin != Origin.PROPOSED:
                yield row, rows[arrow.to], step, arrow


def _symbol(step: Step) -> Symbol:
    if step.decides:
        return Symbol.DIAMOND
    return Symbol.BOX if step.shape == Shape.PROCESS else Symbol.CAPSULE


def _lines(sop: Sop, plan: Flow) -> list[Line]:
    """Every arrow by its best way; short ones choose first, so that long ones go around them."""
    lines: list[Line] = []
    for source, target, step, arrow in sorted(printed(sop), key=lambda found: abs(found[1] - found[0])):
        dashed = arrow.origin == Origin.IMPLIED
        label = arrow.label if dashed or step.decides else ""
        ways = (Line(source, target, points, dashed, label) for points in _ways(plan, source, target))
        lines.append(min(ways, key=lambda way: _cost(plan, lines, way)))
    return lines


def _ways(plan: Flow, source: int, target: int) -> Iterator[tuple[Point, ...]]:
    """Every way worth weighing: straight down, around a corner, or along a lane between two columns."""
    start, end = plan.leading[source].point, plan.leading[target].point
    below, above = Height(source + 1, Part.GUTTER), Height(target, Part.GUTTER)
    if target > source:
        yield _path(start, Point(start.x, below), Point(end.x, below), end)
        yield _path(start, Point(end.x, start.y), end)
    lanes = [
        edge + side for edge in range(plan.columns + 1) for side in (-LANE, LANE) if 0 < edge + side < plan.columns
    ]
    for lane in lanes:
        exits: list[tuple[Point, ...]] = [(Point(lane, start.y),)]
        if target > source:
            exits.append((Point(start.x, below), Point(lane, below)))
        for way_out in exits:
            yield _path(start, *way_out, Point(lane, end.y), end)
            yield _path(start, *way_out, Point(lane, above), Point(end.x, above), end)


def _path(*points: Point) -> tuple[Point, ...]:
    """The corners of a way, without points passed twice or in a straight run."""
    path: list[Point] = []
    for point in points:
        if path and path[-1] == point:
            continue
        if len(path) > 1 and (path[-2].x == path[-1].x == point.x or path[-2].y == path[-1].y == point.y):
            path.pop()
        path.append(point)
    return tuple(path)


def _cost(plan: Flow, placed: list[Line], way: Line) -> float:
    """How little a way reads at a glance: the least is taken."""
    cost = BEND * (len(way.points) - 2)
    for a, b in pairwise(way.points):
        cost += UNIT * (abs(a.x - b.x) + abs(a.y.row - b.y.row))
        cost += sum(FORBIDDEN for node in plan.nodes if _hits(node, a, b, way))
        for link in plan.links:
            start, end = (Point(x, Height(link.row, Part.MIDDLE)) for x in (link.start, link.end))
            cost += _conflict((a, b), (start, end), shared=FORBIDDEN)
        for line in placed:
            related = way.target == line.target or way.source == line.source
            for c, d in pairwise(line.points):
                cost += _conflict((a, b), (c, d), shared=SHARED if related else FORBIDDEN)
    return cost


def _hits(node: Node, a: Point, b: Point, way: Line) -> bool:
    """Whether a stretch runs through a symbol that is not its own beginning or end."""
    if node.leads and node.row in (way.source, way.target) and node.point in (a, b):
        return False
    reach = SYMBOL_WIDTH / 2
    return (
        min(a.x, b.x) < node.x + reach
        and max(a.x, b.x) > node.x - reach
        and min(a.y, b.y) <= node.point.y <= max(a.y, b.y)
    )


def _conflict(one: tuple[Point, Point], other: tuple[Point, Point], *, shared: float) -> float:
    """What it costs that two stretches meet: along each other `shared`, across a crossing, end to end nothing."""
    (a, b), (c, d) = one, other
    upright, other_upright = a.x == b.x, c.x == d.x
    if upright != other_upright:
        (a, b), (c, d) = (one, other) if upright else (other, one)
        within = min(c.x, d.x) < a.x < max(c.x, d.x) and min(a.y, b.y) < c.y < max(a.y, b.y)
        return CROSSING if within else 0.0
    if upright:
        along = a.x == c.x and max(min(a.y, b.y), min(c.y, d.y)) < min(max(a.y, b.y), max(c.y, d.y))
    else:
        along = a.y == c.y and max(min(a.x, b.x), min(c.x, d.x)) < min(max(a.x, b.x), max(c.x, d.x))
    return shared if along else 0.0
