"""The periods that reports are about."""

from datetime import UTC, date, datetime

import pytest

from tickets.reports import periods


@pytest.mark.parametrize(
    ("period", "label", "first", "last"),
    [
        pytest.param(
            periods.month_of(date(2026, 2, 17)), "Februari 2026", date(2026, 2, 1), date(2026, 2, 28), id="month"
        ),
        pytest.param(
            periods.month_of(date(2028, 2, 1)), "Februari 2028", date(2028, 2, 1), date(2028, 2, 29), id="leap month"
        ),
        pytest.param(
            periods.quarter_of(date(2026, 12, 31)),
            "Triwulan IV 2026",
            date(2026, 10, 1),
            date(2026, 12, 31),
            id="quarter",
        ),
        pytest.param(periods.year_of(date(2026, 6, 6)), "Tahun 2026", date(2026, 1, 1), date(2026, 12, 31), id="year"),
        pytest.param(
            periods.free(date(2026, 1, 5), date(2026, 2, 3)),
            "5 Jan 2026 s.d. 3 Feb 2026",
            date(2026, 1, 5),
            date(2026, 2, 3),
            id="free",
        ),
        pytest.param(
            periods.free(date(2026, 1, 5), date(2026, 1, 5)), "5 Jan 2026", date(2026, 1, 5), date(2026, 1, 5), id="day"
        ),
    ],
)
def test_a_period_has_its_words_and_its_days(period, label, first, last):
    assert (period.label, period.first, period.last) == (label, first, last)


def test_a_period_begins_and_ends_at_midnight_in_padang():
    november = periods.month_of(date(2026, 11, 21))

    assert november.starts_at == datetime(2026, 10, 31, 17, 0, tzinfo=UTC)
    assert november.ends_before == datetime(2026, 11, 30, 17, 0, tzinfo=UTC)


def test_a_period_is_over_when_its_last_day_is():
    november = periods.month_of(date(2026, 11, 21))

    assert not november.is_over(datetime(2026, 11, 30, 16, 59, 59, tzinfo=UTC))
    assert november.is_over(datetime(2026, 11, 30, 17, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("period", "before"),
    [
        pytest.param(periods.month_of(date(2026, 1, 9)), "Desember 2025", id="month"),
        pytest.param(periods.quarter_of(date(2026, 2, 9)), "Triwulan IV 2025", id="quarter"),
        pytest.param(periods.year_of(date(2026, 2, 9)), "Tahun 2025", id="year"),
        pytest.param(
            periods.free(date(2026, 3, 1), date(2026, 3, 10)), "19 Feb 2026 s.d. 28 Feb 2026", id="as many days"
        ),
    ],
)
def test_the_period_before_ends_the_day_before_and_leads_back_again(period, before):
    assert period.previous().label == before
    assert period.previous().next() == period


def test_a_period_that_would_end_before_it_starts_is_none():
    with pytest.raises(ValueError, match="not before it starts"):
        periods.free(date(2026, 3, 2), date(2026, 3, 1))


@pytest.mark.parametrize(
    ("first", "last", "months", "ends"),
    [
        pytest.param(date(2026, 1, 1), date(2026, 2, 28), 2, [], id="whole months"),
        pytest.param(date(2026, 1, 2), date(2026, 2, 27), 0, ["2026-01-02 2026-02-27"], id="no whole month"),
        pytest.param(date(2025, 12, 31), date(2026, 2, 28), 2, ["2025-12-31 2025-12-31"], id="a day before"),
        pytest.param(date(2026, 1, 1), date(2026, 3, 1), 2, ["2026-03-01 2026-03-01"], id="a day after"),
        pytest.param(
            date(2025, 12, 20),
            date(2026, 3, 9),
            2,
            ["2025-12-20 2025-12-31", "2026-03-01 2026-03-09"],
            id="days on both sides",
        ),
    ],
)
def test_free_days_are_whole_months_and_what_is_left(first, last, months, ends):
    period = periods.free(first, last)

    assert len(period.whole_months()) == months
    assert [f"{stretch.first} {stretch.last}" for stretch in period.ragged_ends()] == ends


def test_whole_months_and_ragged_ends_are_every_day_once():
    for length in range(130):
        period = periods.free(date(2026, 1, 17), date.fromordinal(date(2026, 1, 17).toordinal() + length))
        stretches = [periods.month_of(month) for month in period.whole_months()] + period.ragged_ends()

        days = sorted(day for s in stretches for day in range(s.first.toordinal(), s.last.toordinal() + 1))

        assert days == list(range(period.first.toordinal(), period.last.toordinal() + 1))


def test_the_year_up_to_a_day_is_its_month_and_the_eleven_before():
    months = periods.year_up_to(date(2026, 3, 31))

    assert (months[0], months[-1], len(months)) == (date(2025, 4, 1), date(2026, 3, 1), 12)
