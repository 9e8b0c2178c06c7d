"""Working time by the wall clock: each edge just before, exactly and just after, and what holds for any instant."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import bench_worktime
from workflows.worktime import (
    NORMAL,
    RAMADAN_2026,
    ZONE,
    Calendar,
    Day,
    NoWorkingTime,
    Period,
    Piece,
    parse_hours,
    write_hours,
)

CLOSED = ((),) * 7

CALENDAR = Calendar(
    periods=(NORMAL, RAMADAN_2026),
    days={
        date(2026, 3, 10): Day("Hari jadi kantor"),
        date(2026, 11, 28): Day("Masuk kerja pengganti", "SE 7/2026", parse_hours("08.00–12.00")),
        date(2026, 12, 24): Day("Cuti bersama Natal", "SKB 2026"),
        date(2026, 12, 25): Day("Hari Raya Natal", "SKB 2026"),
        date(2026, 12, 31): Day("Tutup tahun", "SE 9/2026", parse_hours("07.30–12.00")),
        date(2027, 1, 1): Day("Tahun Baru", "SKB 2027"),
    },
    confirmed_years=frozenset({2026}),
)


def wib(text: str) -> datetime:
    """An instant by the wall clock in Padang."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def only(*days: date) -> Calendar:
    """A calendar in which nobody works but on these days."""
    hours = parse_hours("08.00–10.00")
    return Calendar((Period("Libur panjang", CLOSED),), {day: Day("Masuk", hours=hours) for day in days})


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        # In the middle of work
        ("2026-11-17T10:00", 15, "2026-11-17T10:15"),
        ("2026-11-17T10:00:37", 15, "2026-11-17T10:15:37"),
        ("2026-11-17T10:00", 0.5, "2026-11-17T10:00:30"),
        # The close of a day: a span that fills it ends with it
        ("2026-11-17T15:44:59", 15, "2026-11-17T15:59:59"),
        ("2026-11-17T15:45:00", 15, "2026-11-17T16:00:00"),
        ("2026-11-17T15:45:01", 15, "2026-11-18T07:30:01"),
        ("2026-11-17T15:59:59", 15, "2026-11-18T07:44:59"),
        ("2026-11-17T16:00:00", 15, "2026-11-18T07:45:00"),
        ("2026-11-17T16:00:01", 15, "2026-11-18T07:45:00"),
        # The opening
        ("2026-11-17T00:00:00", 15, "2026-11-17T07:45:00"),
        ("2026-11-17T07:29:59", 15, "2026-11-17T07:45:00"),
        ("2026-11-17T07:30:00", 15, "2026-11-17T07:45:00"),
        ("2026-11-17T07:30:01", 15, "2026-11-17T07:45:01"),
        # Lunch
        ("2026-11-17T11:45:00", 15, "2026-11-17T12:00:00"),
        ("2026-11-17T11:45:01", 15, "2026-11-17T13:00:01"),
        ("2026-11-17T11:59:59", 15, "2026-11-17T13:14:59"),
        ("2026-11-17T12:00:00", 15, "2026-11-17T13:15:00"),
        ("2026-11-17T12:59:59", 15, "2026-11-17T13:15:00"),
        ("2026-11-17T13:00:00", 15, "2026-11-17T13:15:00"),
        # Friday has a longer lunch, closes later, and the weekend follows
        ("2026-11-20T11:45:00", 15, "2026-11-20T12:00:00"),
        ("2026-11-20T11:45:01", 15, "2026-11-20T13:30:01"),
        ("2026-11-20T13:15:00", 15, "2026-11-20T13:45:00"),
        ("2026-11-20T16:15:00", 15, "2026-11-20T16:30:00"),
        ("2026-11-20T16:15:01", 15, "2026-11-23T07:30:01"),
        ("2026-11-20T16:30:00", 15, "2026-11-23T07:45:00"),
        ("2026-11-21T10:00:00", 15, "2026-11-23T07:45:00"),
        ("2026-11-22T23:59:59", 15, "2026-11-23T07:45:00"),
        # Ramadan: the day before, the first day, a Friday, the last day, the day after
        ("2026-02-18T15:50:00", 15, "2026-02-19T08:05:00"),
        ("2026-02-19T07:30:00", 15, "2026-02-19T08:15:00"),
        ("2026-02-19T11:50:00", 15, "2026-02-19T12:35:00"),
        ("2026-02-19T14:45:00", 15, "2026-02-19T15:00:00"),
        ("2026-02-19T14:45:01", 15, "2026-02-20T08:00:01"),
        ("2026-02-20T11:50:00", 15, "2026-02-20T13:05:00"),
        ("2026-03-20T15:15:00", 15, "2026-03-20T15:30:00"),
        ("2026-03-20T15:15:01", 15, "2026-03-23T07:30:01"),
        ("2026-03-23T07:30:00", 15, "2026-03-23T07:45:00"),
        # Closed and opened days, a short one, the end of the year
        ("2026-03-09T14:50:00", 15, "2026-03-11T08:05:00"),
        ("2026-11-27T16:20:00", 15, "2026-11-28T08:05:00"),
        ("2026-11-28T11:50:00", 15, "2026-11-30T07:35:00"),
        ("2026-12-23T15:50:00", 15, "2026-12-28T07:35:00"),
        ("2026-12-24T10:00:00", 15, "2026-12-28T07:45:00"),
        ("2026-12-31T11:45:00", 15, "2026-12-31T12:00:00"),
        ("2026-12-31T11:45:01", 15, "2027-01-04T07:30:01"),
        # Whole days and weeks
        ("2026-11-16T07:30:00", 450, "2026-11-16T16:00:00"),
        ("2026-11-16T07:30:00", 451, "2026-11-17T07:31:00"),
        ("2026-11-16T07:30:00", 5 * 450, "2026-11-20T16:30:00"),
        ("2026-11-14T12:00:00", 5 * 450, "2026-11-20T16:30:00"),
    ],
)
def test_so_many_minutes_of_work_later_it_is(start, minutes, due):
    found = CALENDAR.add(wib(start), minutes)

    assert found == wib(due)
    assert found.tzinfo is UTC
    assert CALENDAR.between(wib(start), wib(due)) == minutes


@pytest.mark.parametrize("at", ["2026-11-17T10:00", "2026-11-17T12:30", "2026-11-17T16:00", "2026-11-22T03:04:05"])
def test_nothing_added_is_the_instant_itself_even_out_of_hours(at):
    assert CALENDAR.add(wib(at), 0) == wib(at)


def test_a_negative_span_and_a_negative_number_of_days_are_refused():
    with pytest.raises(ValueError, match="cannot be negative"):
        CALENDAR.add(wib("2026-11-17T10:00"), -1)
    with pytest.raises(ValueError, match="cannot be negative"):
        CALENDAR.close_of_nth_day(wib("2026-11-17T10:00"), -1)


@pytest.mark.parametrize(
    ("at", "opening"),
    [
        ("2026-11-17T07:29:59", "2026-11-17T07:30:00"),
        ("2026-11-17T07:30:00", None),
        ("2026-11-17T11:59:59.999999", None),
        ("2026-11-17T12:00:00", "2026-11-17T13:00:00"),
        ("2026-11-17T12:59:59.999999", "2026-11-17T13:00:00"),
        ("2026-11-17T13:00:00", None),
        ("2026-11-17T15:59:59", None),
        ("2026-11-17T16:00:00", "2026-11-18T07:30:00"),
        ("2026-11-20T13:29:59", "2026-11-20T13:30:00"),
        ("2026-11-20T16:29:59", None),
        ("2026-11-20T16:30:00", "2026-11-23T07:30:00"),
        ("2026-11-28T07:59:59", "2026-11-28T08:00:00"),
        ("2026-11-28T08:00:00", None),
        ("2026-02-19T07:45:00", "2026-02-19T08:00:00"),
        ("2026-12-31T12:00:00", "2027-01-04T07:30:00"),
    ],
)
def test_the_office_is_open_from_its_opening_until_just_before_its_close(at, opening):
    assert CALENDAR.is_open(wib(at)) is (opening is None)
    assert CALENDAR.next_opening(wib(at)) == wib(opening or at)


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("2026-11-17T10:00:00", "2026-11-17T10:00:01", 1 / 60),
        ("2026-11-17T11:00:00", "2026-11-17T14:00:00", 120),
        ("2026-11-17T12:00:00", "2026-11-17T13:00:00", 0),
        ("2026-11-17T16:00:00", "2026-11-18T07:30:00", 0),
        ("2026-11-17T15:59:00", "2026-11-18T07:31:00", 2),
        ("2026-11-20T16:00:00", "2026-11-23T08:00:00", 60),
        ("2026-12-23T07:30:00", "2026-12-28T07:30:00", 450),
        ("2026-12-30T15:00:00", "2027-01-04T08:30:00", 60 + 270 + 60),
        ("2026-11-17T14:00:00", "2026-11-17T11:00:00", 0),
        ("2026-11-17T14:00:00", "2026-11-17T14:00:00", 0),
    ],
)
def test_between_two_instants_lies_so_much_work(start, end, minutes):
    assert CALENDAR.between(wib(start), wib(end)) == minutes


def test_a_week_has_the_hours_that_the_decree_on_working_time_gives_it():
    """Perpres 21/2023: 37 h 30 min, and 32 h 30 min in Ramadan."""
    calendar = Calendar((NORMAL, RAMADAN_2026), {})

    def week(monday):
        return sum(calendar.day_minutes(monday + timedelta(days=n)) for n in range(7)) / 60

    assert (week(date(2026, 11, 16)), week(date(2026, 2, 23))) == (37.5, 32.5)


@pytest.mark.parametrize(
    ("start", "n", "close"),
    [
        # Within hours, in the lunch break, before the opening: that day is the day of arrival
        ("2026-11-17T10:00:00", 1, "2026-11-18T16:00:00"),
        ("2026-11-17T12:30:00", 1, "2026-11-18T16:00:00"),
        ("2026-11-17T00:00:00", 1, "2026-11-18T16:00:00"),
        ("2026-11-17T15:59:59", 1, "2026-11-18T16:00:00"),
        # At the close and later it is the next working day
        ("2026-11-17T16:00:00", 1, "2026-11-19T16:00:00"),
        ("2026-11-17T23:59:59", 1, "2026-11-19T16:00:00"),
        # Fridays and weekends
        ("2026-11-19T10:00:00", 1, "2026-11-20T16:30:00"),
        ("2026-11-20T10:00:00", 1, "2026-11-23T16:00:00"),
        ("2026-11-20T16:29:59", 1, "2026-11-23T16:00:00"),
        ("2026-11-20T16:30:00", 1, "2026-11-24T16:00:00"),
        ("2026-11-21T10:00:00", 1, "2026-11-24T16:00:00"),
        ("2026-11-22T10:00:00", 2, "2026-11-25T16:00:00"),
        # Ramadan begins and ends
        ("2026-02-18T10:00:00", 1, "2026-02-19T15:00:00"),
        ("2026-03-19T10:00:00", 1, "2026-03-20T15:30:00"),
        ("2026-03-20T10:00:00", 1, "2026-03-23T16:00:00"),
        # Closed, opened and short days
        ("2026-11-27T10:00:00", 1, "2026-11-28T12:00:00"),
        ("2026-12-23T10:00:00", 1, "2026-12-28T16:00:00"),
        ("2026-12-24T10:00:00", 1, "2026-12-29T16:00:00"),
        ("2026-12-30T10:00:00", 1, "2026-12-31T12:00:00"),
        ("2026-12-30T10:00:00", 2, "2027-01-04T16:00:00"),
        ("2026-12-31T12:00:00", 1, "2027-01-05T16:00:00"),
        # The day of arrival itself, and far away
        ("2026-11-17T10:00:00", 0, "2026-11-17T16:00:00"),
        ("2026-11-17T16:00:00", 0, "2026-11-18T16:00:00"),
        ("2026-11-21T10:00:00", 0, "2026-11-23T16:00:00"),
        ("2027-01-04T10:00:00", 5 * 52 * 3, "2029-12-31T16:00:00"),
    ],
)
def test_n_days_end_at_the_close_of_the_nth_working_day_after_the_day_of_arrival(start, n, close):
    found = CALENDAR.close_of_nth_day(wib(start), n)

    assert found == wib(close)
    assert found.tzinfo is UTC
    assert CALENDAR.add(wib(start), CALENDAR.between(wib(start), found)) == found


def test_a_day_without_hours_has_no_close():
    days = [date(2026, 11, 17), date(2026, 11, 20), date(2026, 11, 21), date(2026, 12, 24), date(2026, 12, 31)]

    closes = [CALENDAR.close_of_day(day) for day in days]

    assert closes == [wib("2026-11-17T16:00"), wib("2026-11-20T16:30"), None, None, wib("2026-12-31T12:00")]


def test_instants_are_the_same_in_whatever_zone_they_are_written():
    in_padang = wib("2027-01-01T00:30")
    elsewhere = (in_padang.astimezone(UTC), in_padang.astimezone(ZoneInfo("America/New_York")))

    for at in elsewhere:
        assert at.year == 2026
        assert CALENDAR.add(at, 15) == CALENDAR.add(in_padang, 15)
        assert CALENDAR.next_opening(at) == CALENDAR.next_opening(in_padang)
        assert CALENDAR.between(at, at + timedelta(days=9)) == CALENDAR.between(in_padang, at + timedelta(days=9))
        assert CALENDAR.explain(at, at + timedelta(days=9)) == CALENDAR.explain(in_padang, at + timedelta(days=9))
        assert CALENDAR.unconfirmed_years(at, at) == (2027,)


@pytest.mark.parametrize(
    "ask",
    [
        lambda calendar, at: calendar.add(at, 15),
        lambda calendar, at: calendar.add(at, 0),
        lambda calendar, at: calendar.between(at, at),
        lambda calendar, at: calendar.is_open(at),
        lambda calendar, at: calendar.next_opening(at),
        lambda calendar, at: calendar.close_of_nth_day(at, 1),
        lambda calendar, at: calendar.explain(at, at),
    ],
)
def test_an_instant_without_a_zone_is_an_error(ask):
    with pytest.raises(TypeError, match="offset-naive"):
        ask(CALENDAR, datetime(2026, 11, 17, 10, 0))  # noqa: DTZ001  # that is the mistake


def test_of_the_periods_that_cover_a_day_the_shortest_holds_and_of_equals_the_last():
    def period(name, first, last):
        return Period(name, CLOSED, first, last)

    month = period("Sebulan", date(2026, 5, 1), date(2026, 5, 31))
    week = period("Sepekan", date(2026, 5, 11), date(2026, 5, 17))
    other_week = period("Sepekan lain", date(2026, 5, 14), date(2026, 5, 20))
    calendar = Calendar((week, other_week, month, NORMAL), {})

    names = {day: calendar.period_of(date(2026, 5, day)).name for day in (1, 10, 11, 13, 14, 17, 18, 20, 21, 31)}

    assert calendar.period_of(date(2026, 4, 30)) is NORMAL
    assert calendar.period_of(date(2026, 6, 1)) is NORMAL
    assert names == {
        **dict.fromkeys((1, 10, 21, 31), "Sebulan"),
        **dict.fromkeys((11, 13), "Sepekan"),
        **dict.fromkeys((14, 17, 18, 20), "Sepekan lain"),
    }


def test_a_period_may_be_a_single_day():
    day = date(2026, 11, 17)
    calendar = Calendar((NORMAL, Period("Simulasi bencana", CLOSED, day, day)), {})

    assert [calendar.day_minutes(day + timedelta(days=n)) for n in (-1, 0, 1)] == [450, 0, 450]


def test_an_exception_goes_before_every_period():
    short = parse_hours("09.00–10.00")
    calendar = Calendar((NORMAL, RAMADAN_2026), {date(2026, 2, 23): Day("Hari pendek", hours=short)})

    assert calendar.hours_of(date(2026, 2, 23)) == short
    assert calendar.hours_of(date(2026, 2, 24)) == parse_hours("08.00–12.00, 12.30–15.00")
    assert calendar.exception(date(2026, 2, 24)) is None


@pytest.mark.parametrize(
    ("start", "end", "years"),
    [
        ("2026-01-01T00:00", "2026-12-31T23:59:59", ()),
        ("2026-12-31T23:59:59", "2027-01-01T00:00", (2027,)),
        ("2025-12-31T23:59:59", "2028-01-01T00:00", (2025, 2027, 2028)),
    ],
)
def test_a_limit_knows_which_unconfirmed_years_it_reaches_into(start, end, years):
    assert CALENDAR.unconfirmed_years(wib(start), wib(end)) == years


# Why is it due then?


def counted(day, opens, closes, minutes, note=""):
    return Piece(date.fromisoformat(day), wib(f"{day}T{opens}"), wib(f"{day}T{closes}"), minutes, note)


def left_out(day, note):
    return Piece(date.fromisoformat(day), None, None, 0.0, note)


@pytest.mark.parametrize(
    ("start", "end", "pieces"),
    [
        ("2026-11-17T16:00", "2026-11-18T07:30", []),
        ("2026-11-17T10:00", "2026-11-17T10:00", []),
        ("2026-11-17T10:00", "2026-11-17T09:00", []),
        (
            "2026-11-20T11:30",
            "2026-11-23T07:45",
            [
                counted("2026-11-20", "11:30", "12:00", 30),
                counted("2026-11-20", "13:30", "16:30", 180),
                left_out("2026-11-21", "Sabtu"),
                left_out("2026-11-22", "Minggu"),
                counted("2026-11-23", "07:30", "07:45", 15),
            ],
        ),
        (
            "2026-12-23T15:59:30",
            "2026-12-28T07:31",
            [
                counted("2026-12-23", "15:59:30", "16:00", 0.5),
                left_out("2026-12-24", "Cuti bersama Natal (SKB 2026)"),
                left_out("2026-12-25", "Hari Raya Natal (SKB 2026)"),
                left_out("2026-12-26", "Sabtu"),
                left_out("2026-12-27", "Minggu"),
                counted("2026-12-28", "07:30", "07:31", 1),
            ],
        ),
        (
            "2026-11-27T17:00",
            "2026-11-30T08:00",
            [
                counted("2026-11-28", "08:00", "12:00", 240, "Masuk kerja pengganti"),
                left_out("2026-11-29", "Minggu"),
                counted("2026-11-30", "07:30", "08:00", 30),
            ],
        ),
        (
            "2026-03-09T14:00",
            "2026-03-11T08:30",
            [
                counted("2026-03-09", "14:00", "15:00", 60, "Ramadan 1447 H"),
                left_out("2026-03-10", "Hari jadi kantor"),
                counted("2026-03-11", "08:00", "08:30", 30, "Ramadan 1447 H"),
            ],
        ),
        # What comes in on a Saturday shows the Saturday; what ends at midnight does not reach into the next day
        ("2026-11-20T16:00", "2026-11-21T00:00", [counted("2026-11-20", "16:00", "16:30", 30)]),
        (
            "2026-11-21T23:00",
            "2026-11-23T00:00",
            [left_out("2026-11-21", "Sabtu"), left_out("2026-11-22", "Minggu")],
        ),
    ],
)
def test_an_explanation_names_every_stretch_that_counts_and_every_day_that_does_not(start, end, pieces):
    assert CALENDAR.explain(wib(start), wib(end)) == tuple(pieces)


# What a calendar is made of


@pytest.mark.parametrize(
    ("typed", "hours", "written"),
    [
        ("", (), ""),
        ("  ", (), ""),
        ("07.30–12.00", ((time(7, 30), time(12)),), "07.30–12.00"),
        ("7:30-12:00", ((time(7, 30), time(12)),), "07.30–12.00"),
        (
            " 07.30 – 12.00 ,13:00- 16.00 ",
            ((time(7, 30), time(12)), (time(13), time(16))),
            "07.30–12.00, 13.00–16.00",
        ),
        ("08.00–12.00, 12.00–23.59", ((time(8), time(12)), (time(12), time(23, 59))), "08.00–12.00, 12.00–23.59"),
    ],
)
def test_hours_are_read_as_people_write_them_and_written_one_way(typed, hours, written):
    assert parse_hours(typed) == hours
    assert write_hours(hours) == written
    assert parse_hours(written) == hours


UNREADABLE = "tidak terbaca. Tulislah seperti 07.30–12.00, 13.00–16.00."
OVERLAPPING = "berakhir. Urutkan jam kerja dan hilangkan tumpang tindihnya."


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("pagi", f"Jam kerja “pagi” {UNREADABLE}"),
        ("07.30", f"Jam kerja “07.30” {UNREADABLE}"),
        ("07.30–12.00,", f"Jam kerja “” {UNREADABLE}"),
        ("07.30–12.00 13.00–16.00", f"Jam kerja “07.30–12.00 13.00–16.00” {UNREADABLE}"),
        ("٠٧.٣٠–١٢.٠٠", f"Jam kerja “٠٧.٣٠–١٢.٠٠” {UNREADABLE}"),
        ("07.30–24.00", "Jam kerja “07.30–24.00” harus berada antara 00.00 dan 23.59."),
        ("07.60–12.00", "Jam kerja “07.60–12.00” harus berada antara 00.00 dan 23.59."),
        ("12.00–07.30", "Jam kerja 12.00–07.30 harus berakhir sesudah dimulai."),
        ("12.00–12.00", "Jam kerja 12.00–12.00 harus berakhir sesudah dimulai."),
        (
            "13.00–16.00, 07.30–12.00",
            f"Jam kerja 07.30–12.00 dimulai sebelum 13.00–16.00 {OVERLAPPING}",
        ),
        (
            "07.30–12.00, 11.59–16.00",
            f"Jam kerja 11.59–16.00 dimulai sebelum 07.30–12.00 {OVERLAPPING}",
        ),
    ],
)
def test_hours_that_make_no_sense_are_refused_with_a_sentence(typed, sentence):
    with pytest.raises(ValueError, match="Jam kerja") as refusal:
        parse_hours(typed)

    assert str(refusal.value) == sentence


BACKWARDS = ((time(12), time(7)),)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Day("Hari pendek", hours=BACKWARDS), "Jam kerja 12.00–07.00 harus berakhir sesudah dimulai."),
        (
            lambda: replace(NORMAL, week=(BACKWARDS, *NORMAL.week[1:])),
            "Jam kerja 12.00–07.00 harus berakhir sesudah dimulai.",
        ),
        (lambda: replace(NORMAL, week=NORMAL.week[:6]), "Jam kerja normal: satu minggu terdiri atas tujuh hari."),
        (
            lambda: replace(RAMADAN_2026, ends_on=None),
            "Ramadan 1447 H: tanggal mulai dan tanggal akhir harus diisi keduanya.",
        ),
        (
            lambda: replace(RAMADAN_2026, ends_on=date(2026, 2, 18)),
            "Ramadan 1447 H: tanggal akhir mendahului tanggal mulai.",
        ),
        (
            lambda: Calendar((RAMADAN_2026,), {}),
            "Kalender harus memiliki tepat satu jam kerja normal, yaitu yang tanpa tanggal.",
        ),
        (
            lambda: Calendar((NORMAL, NORMAL), {}),
            "Kalender harus memiliki tepat satu jam kerja normal, yaitu yang tanpa tanggal.",
        ),
    ],
)
def test_a_calendar_that_cannot_be_meant_is_refused(make, sentence):
    with pytest.raises(ValueError, match=r"\.$") as refusal:
        make()

    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    "search",
    [
        lambda calendar, at: calendar.add(at, 1),
        lambda calendar, at: calendar.next_opening(at),
        lambda calendar, at: calendar.close_of_nth_day(at, 1),
    ],
)
@pytest.mark.parametrize("calendar", [only(), only(date(2026, 11, 16)), only(date(2037, 1, 4))])
def test_a_calendar_without_working_time_says_so_instead_of_searching_for_ever(calendar, search):
    with pytest.raises(NoWorkingTime, match=r"Kalender tidak memiliki jam kerja dalam 10 tahun\."):
        search(calendar, wib("2026-11-17T10:00"))


def test_no_working_time_is_no_error_where_nothing_is_searched():
    start, end = wib("2026-11-17T10:00"), wib("2026-11-18T10:00")

    assert only().between(start, end) == 0
    assert not only().is_open(start)
    assert [piece.note for piece in only().explain(start, end)] == ["Selasa", "Rabu"]


def test_work_that_ends_while_a_span_is_being_added_is_found_out():
    calendar = only(date(2026, 11, 17), date(2026, 11, 18))

    assert calendar.add(wib("2026-11-17T08:00"), 240) == wib("2026-11-18T10:00")
    assert calendar.close_of_nth_day(wib("2026-11-17T08:00"), 1) == wib("2026-11-18T10:00")
    with pytest.raises(NoWorkingTime):
        calendar.add(wib("2026-11-17T08:00"), 240.5)
    with pytest.raises(NoWorkingTime):
        calendar.close_of_nth_day(wib("2026-11-17T08:00"), 2)


def test_a_long_pause_is_searched_to_its_end():
    assert only(date(2036, 12, 31)).add(wib("2026-11-17T10:00"), 60) == wib("2036-12-31T09:00")


# What holds for any instant


MINUTE = 60_000_000

instants = st.datetimes(
    datetime(2025, 11, 1),  # noqa: DTZ001  # hypothesis adds the zone
    datetime(2027, 2, 28),  # noqa: DTZ001
    timezones=st.just(ZONE),
)
edges = st.builds(
    lambda day, clock, off: datetime.combine(day, clock, ZONE) + timedelta(microseconds=off),
    st.dates(date(2025, 12, 20), date(2027, 1, 10)),
    st.sampled_from(
        [time(0), time(7, 30), time(8), time(12), time(12, 30), time(13), time(13, 30), time(15), time(16)]
    ),
    st.sampled_from([-1_000_000, -1, 0, 1, 1_000_000]),
)
moments = instants | edges
spans = st.integers(0, 30 * 450 * MINUTE).map(lambda ticks: ticks / MINUTE) | st.sampled_from([0, 15, 180, 270, 450])

for_any = settings(max_examples=300, derandomize=True, deadline=None, database=None)


def ticks(minutes):
    return round(minutes * MINUTE)


@for_any
@given(moments, spans)
def test_between_undoes_add(start, minutes):
    due = CALENDAR.add(start, minutes)

    assert ticks(CALENDAR.between(start, due)) == ticks(minutes)


@for_any
@given(moments, spans.filter(bool))
def test_add_gives_the_earliest_such_instant_and_one_with_work_just_before_it(start, minutes):
    due = CALENDAR.add(start, minutes)

    before = due - timedelta(microseconds=1)
    assert CALENDAR.is_open(before)
    assert CALENDAR.between(start, before) < CALENDAR.between(start, due)


@for_any
@given(moments, spans, spans)
def test_more_minutes_are_never_due_sooner_and_may_be_added_one_after_the_other(start, some, more):
    due = CALENDAR.add(start, some)
    both = (ticks(some) + ticks(more)) / MINUTE

    assert CALENDAR.add(start, both) >= due >= start
    if more:
        assert CALENDAR.add(due, more) == CALENDAR.add(start, both)


@for_any
@given(moments, moments, spans)
def test_who_starts_later_is_never_due_sooner(one, other, minutes):
    first, second = sorted((one, other))

    assert CALENDAR.add(first, minutes) <= CALENDAR.add(second, minutes)


@for_any
@given(moments, moments, moments)
def test_working_time_adds_up_and_never_outruns_the_clock(a, b, c):
    first, second, third = sorted((a, b, c))

    def work(start, end):
        return ticks(CALENDAR.between(start, end))

    assert work(first, second) + work(second, third) == work(first, third)
    assert 0 <= work(first, third) <= (third - first) / timedelta(microseconds=1)
    assert work(third, first) == 0


@for_any
@given(moments)
def test_nothing_is_worked_before_the_next_opening(at):
    opening = CALENDAR.next_opening(at)

    assert CALENDAR.is_open(opening)
    assert CALENDAR.between(at, opening) == 0
    assert (opening == at) is CALENDAR.is_open(at)


@for_any
@given(moments, st.integers(0, 12))
def test_each_further_day_ends_at_the_close_of_a_later_day(start, n):
    close, next_close = CALENDAR.close_of_nth_day(start, n), CALENDAR.close_of_nth_day(start, n + 1)

    day = next_close.astimezone(ZONE).date()
    assert start < close < next_close == CALENDAR.close_of_day(day)
    assert ticks(CALENDAR.between(close, next_close)) == ticks(CALENDAR.day_minutes(day))


@for_any
@given(moments, st.timedeltas(timedelta(0), timedelta(days=40)))
def test_an_explanation_adds_up_to_the_minutes_and_is_in_order(start, length):
    end = start + length

    pieces = CALENDAR.explain(start, end)

    assert sum(ticks(piece.minutes) for piece in pieces) == ticks(CALENDAR.between(start, end))
    stretches = [edge for piece in pieces if piece.opens for edge in (piece.opens, piece.closes)]
    assert stretches == sorted(set(stretches))
    assert all(start <= edge <= end for edge in stretches)
    assert [piece.day for piece in pieces] == sorted(piece.day for piece in pieces)
    assert all(bool(piece.minutes) is bool(CALENDAR.hours_of(piece.day)) for piece in pieces)


# How fast


def test_ten_thousand_deadlines_over_a_year_take_less_than_half_a_second():
    """The best of three: other tests run beside this one. For the figures, `python -m tests.bench_worktime`."""
    for work in (bench_worktime.deadlines_in_minutes, bench_worktime.deadlines_in_days):
        assert len(work(bench_worktime.fresh_calendar())) == bench_worktime.COUNT
        assert min(bench_worktime.seconds_for(work) for _ in range(3)) < bench_worktime.ALLOWED
