"""manage.py deadline: the due time of a row and everything it comes from, as JSON."""

import json
from datetime import UTC, date, datetime
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command

from tests.factories import TUESDAY, report, walk
from workflows import calendars
from workflows.models import CalendarDay

pytestmark = pytest.mark.django_db


def told(*words):
    out = StringIO()
    call_command("deadline", *words, stdout=out)
    return json.loads(out.getvalue())


def test_minutes_count_within_the_office_hours_and_over_lunch():
    answer = told("website-2024", "2", "--from", "2026-11-17T11:50:00+07:00")

    assert answer == {
        "sop": "website-2024",
        "row": 2,
        "activity": "Web Developer mencatat dan menganalisis permasalahan pada website",
        "limit": "working_minutes",
        "amount": 15,
        "from": "2026-11-17T11:50:00+07:00",
        "counts_from": "2026-11-17T11:50:00+07:00",
        "due_at": "2026-11-17T13:05:00+07:00",
        "budget_minutes": 15,
        "calendar_version": 0,
        "unconfirmed_years": [2026],
        "explanation": [
            {
                "date": "2026-11-17",
                "from": "2026-11-17T11:50:00+07:00",
                "until": "2026-11-17T12:00:00+07:00",
                "minutes": 10.0,
                "note": "",
            },
            {
                "date": "2026-11-17",
                "from": "2026-11-17T13:00:00+07:00",
                "until": "2026-11-17T13:05:00+07:00",
                "minutes": 5.0,
                "note": "",
            },
        ],
    }


def test_days_name_each_day_off_with_its_decree():
    CalendarDay.objects.create(date=date(2026, 11, 19), kind="libur", name="Hari Uji", decree="SKB 1/2026")
    calendars.forget()

    answer = told("website", "4", "--from", "2026-11-18T10:00:00+07:00")

    closed = [(piece["date"], piece["note"]) for piece in answer["explanation"] if piece["from"] is None]
    assert answer["due_at"] == "2026-11-23T16:00:00+07:00"
    assert closed == [("2026-11-19", "Hari Uji (SKB 1/2026)"), ("2026-11-21", "Sabtu"), ("2026-11-22", "Minggu")]
    assert sum(piece["minutes"] for piece in answer["explanation"]) == answer["budget_minutes"] == 300 + 450 + 450


def test_an_instant_without_offset_is_one_in_wib_and_none_is_now():
    with time_machine.travel(TUESDAY, tick=False):
        now = told("spj-online", "1")

    assert now == told("spj-online", "1", "--from", "2026-11-17T10:00:00")
    assert now["due_at"] == "2026-11-18T16:00:00+07:00"


def test_what_comes_in_out_of_hours_counts_from_the_next_opening():
    answer = told("website-2024", "2", "--from", "2026-11-20T18:00:00+07:00")

    assert (answer["counts_from"], answer["due_at"]) == ("2026-11-23T07:30:00+07:00", "2026-11-23T07:45:00+07:00")


@pytest.mark.parametrize(("row", "limit"), [("1", "none"), ("7", "tentative")])
def test_a_row_without_a_limit_is_due_never(row, limit):
    answer = told("website-2024", row, "--from", "2026-11-17T10:00:00+07:00")

    assert (answer["limit"], answer["due_at"], answer["budget_minutes"], answer["explanation"]) == (
        limit, None, None, [],
    )  # fmt: skip


def test_it_says_what_the_program_does(cast):
    with time_machine.travel(TUESDAY, tick=False):
        run = walk(report(by=cast.reporter), cast, 2, 3, 4, penyebab="coding").runs.open().get()

    answer = told("website-2024", "4", "--from", TUESDAY.isoformat())

    assert (datetime.fromisoformat(answer["due_at"]).astimezone(UTC), answer["budget_minutes"]) == (
        run.due_at, run.budget_minutes,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("website-2024", "10"), "website-2024 has no row 10"),
        (("perizinan", "1"), "There is no SOP 'perizinan'"),
        (("website-2024", "2", "--from", "kemarin"), "'kemarin' is no instant in ISO 8601"),
    ],
)
def test_what_does_not_exist_is_refused_with_a_sentence(words, sentence):
    with pytest.raises(CommandError, match=sentence):
        told(*words)
