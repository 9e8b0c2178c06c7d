"""A year's days off: what is proposed, what an import leaves alone, and what confirming a year does."""

from datetime import date

import pytest

from tests.factories import TUESDAY
from workflows import calendars, proposals
from workflows.models import CalendarDay, CalendarYear

pytestmark = pytest.mark.django_db

SKB = "SKB Nomor 1497 Tahun 2025, Nomor 2 Tahun 2025, dan Nomor 5 Tahun 2025"
#: The joint decree of the three ministers for 2026.
HOLIDAYS_2026 = [
    (1, 1), (1, 16), (2, 17), (3, 19), (3, 21), (3, 22), (4, 3), (4, 5), (5, 1), (5, 14), (5, 27), (5, 31), (6, 1),
    (6, 16), (8, 17), (8, 25), (12, 25),
]  # fmt: skip
JOINT_LEAVE_2026 = [(2, 16), (3, 18), (3, 20), (3, 23), (3, 24), (5, 15), (5, 28), (12, 24)]
NATAL = date(2026, 12, 25)
EVE = date(2026, 12, 24)


def proposed(year, kind):
    return [day for day in proposals.of_year(year) if day.kind == kind]


def stored():
    return list(CalendarDay.objects.values_list("date", "kind", "name", "is_estimate", "is_override", "decree"))


def day(on, **fields):
    return CalendarDay.objects.create(date=on, **{"kind": "lokal", "name": "Hari jadi", **fields})


@pytest.mark.parametrize(("kind", "expected"), [("libur", HOLIDAYS_2026), ("cuti", JOINT_LEAVE_2026)])
def test_the_proposal_for_2026_is_what_the_ministers_decreed(kind, expected):
    assert [(found.date.month, found.date.day) for found in proposed(2026, kind)] == expected


def test_dates_that_may_still_move_are_marked_and_their_names_say_nothing_of_it():
    estimates = [(found.date, found.name) for found in proposals.of_year(2027) if found.is_estimate]

    assert estimates == [
        (date(2027, 3, 10), "Idulfitri"),
        (date(2027, 3, 11), "Hari kedua Idulfitri"),
        (date(2027, 5, 17), "Iduladha"),
    ]


def test_a_joint_leave_is_told_apart_and_named_once():
    eve, natal = (found for found in proposals.of_year(2026) if found.date in (EVE, NATAL))

    assert (eve.kind, eve.name, eve.as_day().name) == ("cuti", "Hari Raya Natal", "Cuti bersama Hari Raya Natal")
    assert (natal.kind, natal.name, natal.as_day().name) == ("libur", "Hari Raya Natal", "Hari Raya Natal")


def test_an_import_fills_the_year_as_a_proposal_and_says_so(on_both_databases):
    said = proposals.propose(2026)

    assert said == [
        "Kalender 2026 diisi sebagai usulan.",
        "17 hari libur nasional dan 8 hari cuti bersama ditambahkan.",
    ]
    assert CalendarYear.objects.get().status == CalendarYear.Status.PROPOSED
    assert calendars.of_rows().days == {found.date: found.as_day() for found in proposals.of_year(2026)}


def test_a_second_import_does_nothing_and_says_nothing():
    proposals.propose(2026)
    before = stored()

    assert proposals.propose(2026) == []
    assert stored() == before


def test_an_import_never_overwrites_what_an_administrator_decided():
    day(EVE, kind="biasa", name="Layanan tetap buka", is_override=True, decree="SE 5")
    day(date(2026, 10, 1), name="Hari jadi provinsi", is_override=True)

    said = proposals.propose(2026)

    kept = CalendarDay.objects.filter(is_override=True).values_list("date", "kind", "name", "decree")
    assert list(kept) == [
        (date(2026, 10, 1), "lokal", "Hari jadi provinsi", ""),
        (EVE, "biasa", "Layanan tetap buka", "SE 5"),
    ]
    assert said[-1] == "Tidak ditimpa karena ditetapkan administrator: 24 Desember 2026 (Layanan tetap buka)."


def test_an_import_follows_a_proposal_that_has_changed_since():
    proposals.propose(2026)
    CalendarDay.objects.filter(date=NATAL).update(kind="cuti", name="Natal", is_estimate=True)
    CalendarDay.objects.filter(date=EVE).update(date=date(2026, 12, 28))

    said = proposals.propose(2026)

    assert said == [
        "1 hari cuti bersama ditambahkan.",
        "Disesuaikan dengan usulan: 25 Desember 2026 (Hari Raya Natal).",
        "Dihapus karena tidak lagi diusulkan: 28 Desember 2026 (Hari Raya Natal).",
    ]
    assert [row[:4] for row in stored()] == [
        (found.date, found.kind, found.name, found.is_estimate) for found in proposals.of_year(2026)
    ]


def test_a_confirmed_year_takes_no_import(cast):
    proposals.propose(2026)
    proposals.confirm(2026, decree=SKB, by=cast.admin, at=TUESDAY)
    before = stored()

    with pytest.raises(proposals.NotPossible, match="sudah ditetapkan"):
        proposals.propose(2026)

    assert stored() == before


def test_confirming_gives_the_decree_to_every_day_off_that_has_none_of_its_own(cast):
    proposals.propose(2026)
    day(date(2026, 10, 1), is_override=True, decree="Perda 1")
    CalendarDay.objects.filter(date=EVE).update(decree="SE Gubernur 9", is_override=True)

    said = proposals.confirm(2026, decree=SKB, by=cast.admin, at=TUESDAY)

    assert said == [f"Kalender 2026 ditetapkan dengan {SKB}."]
    year = CalendarYear.objects.get()
    assert (year.status, year.decree, year.confirmed_by, year.confirmed_at) == ("ditetapkan", SKB, cast.admin, TUESDAY)
    others = dict(CalendarDay.objects.exclude(decree=SKB).values_list("date", "decree"))
    assert others == {date(2026, 10, 1): "Perda 1", EVE: "SE Gubernur 9"}


def test_a_new_decree_replaces_the_one_before(cast):
    proposals.propose(2026)
    for decree in (SKB, "SKB Nomor 933 Tahun 2026"):
        proposals.confirm(2026, decree=decree, by=cast.admin, at=TUESDAY)

    assert set(CalendarDay.objects.values_list("decree", flat=True)) == {"SKB Nomor 933 Tahun 2026"}


def test_withdrawing_undoes_the_confirmation_and_no_more(cast):
    proposals.propose(2026)
    day(date(2026, 10, 1), is_override=True, decree="Perda 1")
    before = stored()
    proposals.confirm(2026, decree=SKB, by=cast.admin, at=TUESDAY)

    said = proposals.withdraw(2026)

    assert said == ["Kalender 2026 dikembalikan menjadi usulan."]
    assert stored() == before
    assert CalendarYear.objects.get().status == CalendarYear.Status.PROPOSED
    assert proposals.withdraw(2026) == []


def test_a_year_without_days_off_cannot_be_confirmed(cast):
    day(date(2029, 10, 1))

    with pytest.raises(proposals.NotPossible, match="belum memiliki hari libur"):
        proposals.confirm(2029, decree=SKB, by=cast.admin, at=TUESDAY)
