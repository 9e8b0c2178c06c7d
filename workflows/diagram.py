"""The state diagram of an SOP as a layout: states in a column, every arrow of the table beside them, numbered.

Unlike the sheet it shows all arrows, also those of practice. Numbers are pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from workflows.sop import END, NOT_PROCESSED, Arrow, Sop

BOX_WIDTH, BOX_HEIGHT, GAP = 240, 40, 34
LANE, MARGIN = 30, 16
ROUNDING = 8

END_WORDS = {END: "Menunggu konfirmasi", NOT_PROCESSED: "Tidak diproses"}


@dataclass(frozen=True)
class State:
    """A row of the SOP, or an end."""

    no: int | None
    words: str
    y: int


@dataclass(frozen=True)
class Edge:
    """An arrow of the table with its number, the names of the states it joins, and its way as an SVG path."""

    number: int
    source: str
    target: str
    arrow: Arrow
    path: str
    badge_x: int
    badge_y: int


@dataclass(frozen=True)
class Diagram:
    width: int
    height: int
    left: int
    states: tuple[State, ...]
    edges: tuple[Edge, ...]
    box_width: int = BOX_WIDTH
    box_height: int = BOX_HEIGHT

    @property
    def middle(self) -> int:
        return self.left + self.box_width // 2


@dataclass
class _Route:
    """An arrow between two places of the column while it looks for its lane. Forward ones run right, others left."""

    number: int
    start: int
    end: int
    arrow: Arrow
    lane: int = 0

    @property
    def is_forward(self) -> bool:
        return self.end > self.start

    @property
    def is_straight(self) -> bool:
        return self.end == self.start + 1

    @property
    def span(self) -> tuple[int, int]:
        return min(self.start, self.end), max(self.start, self.end)


def diagram(sop: Sop) -> Diagram:
    """Lay out all states and arrows of an SOP."""
    places: dict[int | str, int] = {step.no: index for index, step in enumerate(sop.steps)}
    ends = {arrow.to for step in sop.steps for arrow in step.arrows if arrow.ends}
    for end in (end for end in END_WORDS if end in ends):
        places[end] = len(places)
    routes = [
        _Route(number, places[source], places[arrow.to], arrow)
        for number, (source, arrow) in enumerate(_arrows(sop), start=1)
    ]
    bent = [route for route in routes if not route.is_straight]
    right = _assign_lanes([route for route in bent if route.is_forward])
    left_edge = MARGIN + LANE * _assign_lanes([route for route in bent if not route.is_forward]) + LANE // 2
    width = left_edge + BOX_WIDTH + LANE * right + LANE // 2 + MARGIN

    def top(place: int) -> int:
        return MARGIN + GAP + place * (BOX_HEIGHT + GAP)

    ports = _ports(bent, top)
    words: dict[int | str, str] = {step.no: step.performer.in_sop for step in sop.steps}
    words.update(END_WORDS)
    names = {index: f"{place}" if isinstance(place, int) else END_WORDS[place] for place, index in places.items()}
    states = tuple(
        State(place if isinstance(place, int) else None, words[place], top(index)) for place, index in places.items()
    )
    edges = []
    for route in routes:
        if route.is_straight:
            x, y = left_edge + BOX_WIDTH // 2, top(route.start) + BOX_HEIGHT
            path, badge = f"M{x} {y}V{y + GAP}", (x, y + GAP // 2 - 2)
        else:
            side = left_edge + BOX_WIDTH if route.is_forward else left_edge
            path, badge = _bend(route, side, ports[route.number, "out"], ports[route.number, "in"])
        edges.append(Edge(route.number, names[route.start], names[route.end], route.arrow, path, *badge))
    return Diagram(width, top(len(places)) - GAP + MARGIN, left_edge, states, tuple(edges))


def _arrows(sop: Sop) -> Iterator[tuple[int | str, Arrow]]:
    for step in sop.steps:
        for arrow in step.arrows:
            yield step.no, arrow
    yield END, sop.reopen


def _assign_lanes(routes: list[_Route]) -> int:
    """Give each arrow the innermost lane that is free along its way, short ones first. Returns the number of lanes."""
    lanes: list[list[tuple[int, int]]] = []
    for route in sorted(routes, key=lambda route: (route.span[1] - route.span[0], route.span)):
        low, high = route.span
        for lane in lanes:
            if all(high < other_low or other_high < low for other_low, other_high in lane):
                break
        else:
            lane = []
            lanes.append(lane)
        lane.append(route.span)
        route.lane = lanes.index(lane) + 1
    return len(lanes)


def _ports(routes: list[_Route], top: Callable[[int], int]) -> dict[tuple[int, str], int]:
    """Where down the side of its box each arrow leaves and arrives, ordered so that arrows at one box do not cross."""
    at_box: dict[tuple[int, bool], list[tuple[int, tuple[int, str]]]] = {}
    for route in routes:
        for place, other, end in ((route.start, route.end, "out"), (route.end, route.start, "in")):
            # From above: the inner lane first. From below: the outer lane first, under those from above.
            order = route.lane if other < place else 1_000 - route.lane
            at_box.setdefault((place, route.is_forward), []).append((order, (route.number, end)))
    return {
        port: top(place) + BOX_HEIGHT * position // (len(waiting) + 1)
        for (place, _), waiting in at_box.items()
        for position, (_, port) in enumerate(sorted(waiting), start=1)
    }


def _bend(route: _Route, side: int, start: int, end: int) -> tuple[str, tuple[int, int]]:
    """The way out to the lane, along it and back, with round corners; and the middle of the lane for the number."""
    out = 1 if route.is_forward else -1
    lane = side + out * (LANE * route.lane)
    down = ROUNDING if end > start else -ROUNDING
    path = (
        f"M{side} {start}H{lane - out * ROUNDING}Q{lane} {start} {lane} {start + down}"
        f"V{end - down}Q{lane} {end} {lane - out * ROUNDING} {end}H{side + out}"
    )
    return path, (lane, (start + end) // 2)
