"""The figures as a table in Markdown, and what of DESIGN section 9 they miss."""

from collections.abc import Iterator, Mapping, Sequence

from tests.bench.measure import Figures

MOST_TO_BARE, MOST_QUERIES, MOST_GROWTH = 2.0, 15, 1.2

#: By the name of the scenario, by the number of tickets.
Results = Mapping[str, Mapping[int, Figures]]


def table(results: Results, sizes: Sequence[int]) -> Iterator[str]:
    """One line for each scenario: p50 and p95 at each size; the other figures are those at the largest."""
    columns = [f"{size:,}" for size in sizes]
    heads = ["Scenario (p50 / p95, ms)", *columns, "queries", "kB", "× bare", f"× at {columns[0]}"]
    yield f"| {' | '.join(heads)} |"
    yield f"| --- |{' ---: |' * (len(heads) - 1)}"
    for name, by_size in results.items():
        cells = [_times(by_size.get(size)) for size in sizes]
        last = by_size[max(by_size)]
        cells += [str(last.queries), f"{last.size / 1000:.0f}", _ratio(last.ratio_to_bare), _ratio(growth(by_size))]
        yield f"| {name} | {' | '.join(cells)} |"


def misses(results: Results, judged: set[str]) -> Iterator[str]:
    """A sentence for each target that a judged scenario does not keep."""
    for name in filter(judged.__contains__, results):
        by_size = results[name]
        for size, figures in by_size.items():
            if (figures.ratio_to_bare or 0) > MOST_TO_BARE:
                yield f"{name} at {size:,}: {figures.ratio_to_bare:.2f}× the bare view"
            if figures.queries > MOST_QUERIES:
                yield f"{name} at {size:,}: {figures.queries} queries"
        if (growth(by_size) or 0) > MOST_GROWTH:
            yield f"{name}: {growth(by_size):.2f}× from {min(by_size):,} to {max(by_size):,} tickets"


def growth(by_size: Mapping[int, Figures]) -> float | None:
    """The p50 at the largest size to that at the smallest, each by the bare view beside it where there is one."""
    if len(by_size) < 2:
        return None
    first, last = by_size[min(by_size)], by_size[max(by_size)]
    if first.ratio_to_bare and last.ratio_to_bare:
        return last.ratio_to_bare / first.ratio_to_bare
    return last.p50 / first.p50


def _times(figures: Figures | None) -> str:
    return f"{figures.p50 * 1000:.1f} / {figures.p95 * 1000:.1f}" if figures else "–"


def _ratio(value: float | None) -> str:
    return f"{value:.2f}" if value else "–"
