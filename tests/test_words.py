"""How spans of working time, limits and verdicts read, and what forms say of an empty field."""

import pkgutil
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.forms import BaseForm, HiddenInput

from tests.factories import TUESDAY, advance, report
from tickets import actions, forms, limits, words
from tickets.limits import Band
from tickets.models import StepRun
from tickets.models.runs import Verdict
from tickets.templatetags import look
from workflows import calendars
from workflows.roles import Role


@pytest.mark.parametrize(
    ("minutes", "told"),
    [
        (0, "kurang dari 1 m"),
        (0.99, "kurang dari 1 m"),
        (1, "1 m"),
        (59.999, "59 m"),
        (59.9999999, "1 j"),
        (60, "1 j"),
        (200, "3 j 20 m"),
        (449, "7 j 29 m"),
        (450, "1 hari"),
        (455, "1 hari 5 m"),
        (960, "2 hari 1 j"),
        (965, "2 hari 1 j"),
    ],
)
def test_a_span_is_told_by_its_two_largest_parts_and_450_minutes_are_a_day(minutes, told):
    assert words.span(minutes) == told


def test_an_exact_span_has_all_three():
    assert words.span(965, parts=3) == "2 hari 1 j 5 m"


@pytest.mark.parametrize(
    ("opening", "told"),
    [
        (datetime(2026, 11, 17, 6, 0, tzinfo=UTC), "13.00"),
        (datetime(2026, 11, 18, 0, 30, tzinfo=UTC), "Rabu 07.30"),
        (datetime(2026, 11, 23, 0, 30, tzinfo=UTC), "Senin 07.30"),
        (datetime(2026, 11, 24, 0, 30, tzinfo=UTC), "Selasa, 24 November 07.30"),
    ],
)
def test_work_goes_on_at_an_hour_a_weekday_or_a_date(opening, told):
    assert words.goes_on(opening, TUESDAY) == told


# An open row, from its beginning to long after its limit


def standing(run, after):
    now = TUESDAY + after
    held = run.holds.filter(ended_at=None).first()
    return words.standing(limits.clock(run, now, calendars.current(), held_until=held and held.ends_at))


def at_row(cast, *ways, **choices):
    ticket = report(by=cast.reporter, now=TUESDAY)
    for to in ways:
        ticket = advance(ticket, cast, to, now=TUESDAY, **choices)
    return ticket, ticket.runs.open().get()


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (timedelta(0), "sisa 15 m"),
        (timedelta(minutes=14, seconds=30), "sisa kurang dari 1 m"),
        (timedelta(minutes=15), "sisa kurang dari 1 m"),
        (timedelta(minutes=15, seconds=1), "terlambat kurang dari 1 m"),
        (timedelta(minutes=20), "terlambat 5 m"),
        (timedelta(hours=2, minutes=30), "terlambat 1 j 45 m"),
        (timedelta(days=1), "terlambat 7 j 15 m"),
    ],
)
def test_a_row_of_15_minutes(cast, after, told):
    _, run = at_row(cast, 2)

    assert standing(run, after) == told


def test_late_out_of_hours_reads_well(cast):
    _, run = at_row(cast, 2, 3, 4, penyebab="coding")

    assert standing(run, timedelta(days=2, hours=9)) == "terlambat sejak tutup kantor"


def test_a_row_without_limit_runs(cast):
    _, run = at_row(cast)

    assert [standing(run, after) for after in (timedelta(0), timedelta(hours=4))] == [
        "tanpa batas waktu, baru masuk",
        "tanpa batas waktu, berjalan 3 j",
    ]


def test_a_tentative_row_before_and_after_its_estimate_and_past_it(cast):
    ticket, run = at_row(cast, 2, 6, 7, penyebab="infrastruktur")
    before = standing(run, timedelta(hours=1))
    by = cast.holder(Role.TIM_INFRASTRUKTUR)
    actions.estimate(ticket, by=by, run=run.pk, until=date(2026, 11, 18), now=TUESDAY)
    run.refresh_from_db()

    assert [before, *(standing(run, timedelta(days=day)) for day in (0, 2))] == [
        "belum ada perkiraan, berjalan 1 j",
        "sisa 1 hari 5 j",
        "melewati perkiraan 2 j 30 m",
    ]


def test_a_row_on_hold(cast):
    ticket, run = at_row(cast, 2, 3, 4, penyebab="coding")
    by = cast.holder(Role.PROGRAMMER)
    actions.hold(ticket, by=by, run=run.pk, reason="pelapor", until=date(2026, 11, 18), now=TUESDAY)
    run.refresh_from_db()

    assert standing(run, timedelta(hours=1)) == "ditunda, sisa 2 hari 5 j"


# How rows were left


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"verdict": "tepat_waktu", "worked_minutes": 12, "budget_minutes": 15}, "tepat waktu, 12 m dari 15 m"),
        (
            {"verdict": "diperpanjang", "worked_minutes": 1200, "budget_minutes": 1050, "extra_minutes": 450},
            "diperpanjang, 2 hari 5 j dari 3 hari 2 j",
        ),
        ({"verdict": "terlambat", "late_minutes": 125}, "terlambat 2 j 5 m"),
        ({"verdict": "terlambat", "late_minutes": 0}, "terlambat, selesai sesudah tutup kantor"),
        ({"verdict": "tanpa_batas", "worked_minutes": 180}, "tanpa batas waktu, 3 j"),
        (
            {"verdict": "tanpa_batas", "limit_kind": "tentative", "worked_minutes": 180, "budget_minutes": 200},
            "sesuai perkiraan, 3 j dari 3 j 20 m",
        ),
        ({"verdict": "melewati_perkiraan", "late_minutes": 60}, "melewati perkiraan 1 j"),
        ({"verdict": "melewati_perkiraan", "late_minutes": 0}, "melewati perkiraan"),
    ],
)
def test_a_verdict_says_how_the_limit_was_kept(fields, told):
    assert words.verdict(StepRun(**fields)) == told


# Colour, word and icon stand in one place


def test_every_band_and_verdict_has_colour_icon_and_word_and_only_late_is_red():
    assert set(look.BANDS) == set(Band)
    assert set(look.VERDICTS) == set(Verdict)

    red = [band for band, (tone, *_) in look.BANDS.items() if tone == "late"]
    red += [verdict for verdict, (tone, _) in look.VERDICTS.items() if tone == "late"]
    assert red == [Band.LATE, Verdict.LATE]
    assert len({icon for _, icon, _ in look.BANDS.values()}) == len(Band)


@pytest.mark.parametrize(("band", "tone"), [(Band.FINE, "warm"), (Band.SOON, "warm"), (Band.LATE, "late")])
def test_what_was_extended_is_warm_until_it_is_late(band, tone):
    assert look.clock_tone(SimpleNamespace(band=band, is_extended=True)) == tone


@pytest.mark.parametrize("name", ["Andi Putra", "Andi Putra, S.Kom."])
def test_a_sentence_has_one_full_stop_whatever_name_ends_it(name):
    assert words.stopped(f"Surel ini milik {name}") == f"Surel ini milik {name.rstrip('.')}."


# What forms say


def every_form():
    """The classes of `tickets.forms`."""
    modules = [import_module(f"{forms.__name__}.{found.name}") for found in pkgutil.iter_modules(forms.__path__)]
    found = {value for module in modules for value in vars(module).values() if isinstance(value, type)}
    return [one for one in found if issubclass(one, BaseForm) and one.__module__.startswith(forms.__name__)]


def asked(form_class):
    """The fields that a person fills in; of a form that needs to know more first, those of its class."""
    try:
        fields = form_class({}).fields
    except (TypeError, ValueError):
        fields = form_class.base_fields
    return [field for field in fields.values() if not isinstance(field.widget, HiddenInput)]


@pytest.mark.django_db
def test_no_form_speaks_of_an_empty_field_in_djangos_words():
    silent = {"tickets.forms.notices.MailChoiceForm"}  # its choice is never empty

    general = {
        f"{one.__module__}.{one.__name__}"
        for one in every_form()
        for field in asked(one)
        if field.required and str(field.error_messages["required"]).startswith("Bidang ini")
    }

    assert general - silent == set()
