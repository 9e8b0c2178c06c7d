"""The sheet and the diagram: every symbol where the table puts it, every line past all others."""

from dataclasses import replace
from itertools import pairwise

import pytest

from workflows import sops
from workflows.diagram import diagram
from workflows.flow import SYMBOL_WIDTH, Flow, Line, Part, Symbol, flow
from workflows.sheet import sheet
from workflows.sop import Arrow, Sop

KEYS = ("website-2024", "spj-online")


def drawn_arrows(sop: Sop) -> set[tuple[int, int, bool]]:
    return {(sop.steps[line.source].no, sop.steps[line.target].no, line.dashed) for line in flow(sop).lines}


def symbols_hit(plan: Flow, line: Line) -> list[tuple[int, int]]:
    """The symbols, other than its own two, that a line runs through."""
    own = {plan.leading[line.source], plan.leading[line.target]}
    return [
        (node.row, node.column)
        for node in plan.nodes
        if node not in own
        for a, b in pairwise(line.points)
        if min(a.y, b.y) <= node.point.y <= max(a.y, b.y)
        and min(a.x, b.x) < node.x + SYMBOL_WIDTH / 2
        and max(a.x, b.x) > node.x - SYMBOL_WIDTH / 2
    ]


@pytest.mark.parametrize("key", KEYS)
def test_each_row_has_its_symbol_in_the_column_of_its_performer(key: str):
    sop = sops.get(key)

    columns = [sop.columns[node.column].role for node in flow(sop).leading]

    assert columns == [step.performer for step in sop.steps]


def test_rows_that_decide_are_diamonds_and_the_first_and_last_are_capsules():
    symbols = {key: [node.symbol for node in flow(sops.get(key)).leading] for key in KEYS}

    box = Symbol.BOX
    assert symbols == {
        "website-2024": [Symbol.CAPSULE, Symbol.DIAMOND, box, box, box, box, box, box, Symbol.CAPSULE],
        "spj-online": [Symbol.CAPSULE, box, box, box, Symbol.DIAMOND, box, Symbol.CAPSULE],
    }


@pytest.mark.parametrize("key", KEYS)
def test_a_counterpart_with_a_column_gets_a_second_symbol_joined_to_the_first(key: str):
    sop = sops.get(key)
    plan = flow(sop)

    beside = {sop.steps[node.row].no: sop.columns[node.column].role for node in plan.nodes if not node.leads}

    assert beside == {step.no: step.counterpart for step in sop.steps if step.counterpart in sop.roles}
    assert {sop.steps[link.row].no for link in plan.links} == set(beside)


def test_the_arrows_of_the_document_are_drawn_and_those_of_practice_are_not():
    assert drawn_arrows(sops.get("website-2024")) == {
        (1, 2, False), (2, 3, False), (2, 6, True), (3, 4, False), (4, 5, False),
        (5, 6, False), (5, 9, True), (6, 7, False), (7, 8, False), (8, 9, False),
    }  # fmt: skip
    assert drawn_arrows(sops.get("spj-online")) == {(no, no + 1, False) for no in range(1, 7)}


@pytest.mark.parametrize("key", KEYS)
def test_no_line_runs_through_a_symbol(key: str):
    plan = flow(sops.get(key))

    assert {(line.source, line.target): hit for line in plan.lines if (hit := symbols_hit(plan, line))} == {}


@pytest.mark.parametrize("key", KEYS)
def test_no_line_turns_in_the_grid_or_runs_askew(key: str):
    plan = flow(sops.get(key))

    corners = [(a, b) for line in plan.lines for a, b in pairwise(line.points)]

    assert all(a.x == b.x or a.y == b.y for a, b in corners)
    assert all(0 < a.x < plan.columns for a, _ in corners)


def test_a_way_back_that_the_document_has_is_drawn_beside_the_symbols():
    sop = sops.get("spj-online")
    back = replace(sop.step(5), arrows=(*sop.step(5).arrows[:1], Arrow("Ulangi", to=3)))
    looping = replace(sop, steps=tuple(back if step.no == 5 else step for step in sop.steps))

    plan = flow(looping)

    (line,) = [line for line in plan.lines if line.target < line.source]
    assert (line.source, line.target, line.label) == (4, 2, "Ulangi")
    assert symbols_hit(plan, line) == []
    assert {point.y.part for point in line.points} <= {Part.MIDDLE, Part.GUTTER}


@pytest.mark.parametrize("key", KEYS)
def test_the_pieces_of_a_line_meet_at_the_edges_of_the_rows(key: str):
    rows = sheet(sops.get(key)).rows

    for upper, lower in pairwise(rows):
        leaving = {(stroke.x2, stroke.dashed) for stroke in upper.strokes if stroke.y2 == "100%"}
        arriving = {(stroke.x1, stroke.dashed) for stroke in lower.strokes if stroke.y1 == "0"}
        assert leaving == arriving


def test_only_implied_arrows_and_decisions_carry_words():
    labels = {row.step.no: [label.words for label in row.labels] for row in sheet(sops.get("website-2024")).rows}

    assert {no: sorted(words) for no, words in labels.items() if words} == {
        2: ["Coding", "Infrastruktur"],
        5: ["Laporkan"],
    }


def test_the_flow_of_a_row_is_told_in_words_too():
    website, spj = (sheet(sops.get(key)).rows for key in KEYS)

    assert website[1].told == "Pelaksana: Web Developer. Lanjut ke langkah 3 (Coding) atau langkah 6 (Infrastruktur)."
    assert website[8].told == "Pelaksana: Web Developer; mitra: Sub Koordinator. Prosedur selesai."
    assert spj[0].told == "Pelaksana: Subkoordinator Aplikasi. Lanjut ke langkah 2."


@pytest.mark.parametrize("key", KEYS)
def test_both_tables_fit_on_one_page(key: str):
    assert len(sheet(sops.get(key)).pages) == 1


def test_a_line_cut_by_a_page_break_is_led_over_by_a_pair_of_pentagons():
    pages = sheet(sops.get("website-2024"), page_height=300).pages

    assert [[row.step.no for row in page.rows] for page in pages] == [[1, 2, 3, 4, 5], [6, 7, 8, 9]]
    assert [(connector.letter, connector.dashed) for connector in pages[0].leaving] == [
        ("A", True), ("B", False), ("C", True),
    ]  # fmt: skip
    assert pages[1].arriving == pages[0].leaving
    assert pages[0].arriving == pages[1].leaving == ()


def test_letters_of_pentagons_go_on_from_page_to_page():
    pages = sheet(sops.get("website-2024"), page_height=120).pages

    letters = [connector.letter for page in pages for connector in page.leaving]

    assert letters == sorted(set(letters))
    assert len(pages) == 5


def test_the_sheet_says_how_many_cases_stand_on_a_row():
    rows = sheet(sops.get("website-2024"), {"website-2024.4": 2, "spj-online.4": 7}).rows

    assert {row.step.no: row.standing for row in rows if row.standing} == {4: 2}


@pytest.mark.parametrize("key", KEYS)
def test_the_diagram_has_every_arrow_of_the_table_once(key: str):
    sop = sops.get(key)

    edges = diagram(sop).edges

    assert [edge.arrow for edge in edges] == [*(arrow for step in sop.steps for arrow in step.arrows), sop.reopen]
    assert [edge.number for edge in edges] == list(range(1, len(edges) + 1))
    assert (edges[-1].source, edges[-1].target) == ("Menunggu konfirmasi", "2")


@pytest.mark.parametrize("key", KEYS)
def test_no_two_arrows_of_the_diagram_share_a_way(key: str):
    drawn = diagram(sops.get(key))

    assert len({edge.path for edge in drawn.edges}) == len(drawn.edges)
    assert len({(edge.badge_x, edge.badge_y) for edge in drawn.edges}) == len(drawn.edges)
    assert all(0 < edge.badge_x < drawn.width and 0 < edge.badge_y < drawn.height for edge in drawn.edges)
