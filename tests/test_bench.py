"""The bench says what was measured; nothing of it is reachable in the product."""

import pytest

from tests.bench import table
from tests.bench.bare import ADDRESS
from tests.bench.measure import Figures
from tests.bench.scenarios import SCENARIOS, screenshot


@pytest.fixture
def results():
    return {
        "List": {
            1_000: Figures([0.010, 0.012, 0.011], bare=[0.006], queries=11, size=54_400),
            100_000: Figures([0.015, 0.018, 0.016], bare=[0.006], queries=16, size=54_600),
        },
        "Sweep": {1_000: Figures([0.004] * 2), 100_000: Figures([0.004] * 2, queries=12)},
    }


def test_the_table_has_a_line_for_each_scenario(results):
    assert list(table.table(results, [1_000, 100_000])) == [
        "| Scenario (p50 / p95, ms) | 1,000 | 100,000 | queries | kB | × bare | × at 1,000 |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        "| List | 11.0 / 11.9 | 16.0 / 17.8 | 16 | 55 | 2.67 | 1.45 |",
        "| Sweep | 4.0 / 4.0 | 4.0 / 4.0 | 12 | 0 | – | 1.00 |",
    ]


def test_what_misses_a_target_is_named(results):
    assert list(table.misses(results, {"List"})) == [
        "List at 100,000: 2.67× the bare view",
        "List at 100,000: 16 queries",
        "List: 1.45× from 1,000 to 100,000 tickets",
    ]
    assert list(table.misses(results, set())) == []


def test_the_bare_view_is_no_page_of_the_product(client):
    assert client.get(ADDRESS).status_code == 404


def test_each_scenario_has_a_name_of_its_own():
    assert len({scenario.name for scenario in SCENARIOS}) == len(SCENARIOS)


def test_the_screenshot_weighs_what_it_should():
    assert 180_000 <= len(screenshot()) <= 220_000
