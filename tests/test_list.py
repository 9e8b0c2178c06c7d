"""The ticket list: filters in the address, saved views with counts, search, order, pages."""

from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

import pytest
import time_machine
from django.db import connection

from tests.factories import TUESDAY, report, walk
from tests.pages import one, read, select, words
from tickets import actions, counting, searching
from tickets.filters import ORDERS, OWN, VIEWS, TicketFilter
from tickets.models import Ticket
from tickets.models.tickets import Status
from tickets.views import lists
from tickets.views.lists import PAGE_SIZE
from workflows.roles import Role

pytestmark = pytest.mark.django_db

CODING = {"penyebab": "coding"}


@pytest.fixture
def found(client_of):
    """The numbers a person finds on the first page of the list, in its order."""

    def fetch(someone, **filters):
        page = read(client_of(someone).get("/tiket/", filters))
        return [words(number) for number in select(page, "tbody .number")]

    return fetch


@pytest.fixture
def page_of(client_of):
    def fetch(someone, **filters):
        return read(client_of(someone).get("/tiket/", filters))

    return fetch


@pytest.fixture
def shelf(cast):
    """One ticket of each kind, by name."""
    to_confirm = (2, 3, 4, 5, 9, "menunggu-konfirmasi")
    tickets = {
        "new": report(by=cast.reporter, title="Slider rusak di ponsel", now=TUESDAY - timedelta(days=5)),
        "coding": walk(report(by=cast.reporter, title="Pencarian 100% kosong"), cast, 2, 3, 4, **CODING),
        "spj": walk(report("spj_online", by=cast.stranger, title="Nominal hilang"), cast, 2),
        "asked": walk(report(by=cast.stranger, title="Peta rusak"), cast, *to_confirm, **CODING),
        "done": walk(report(by=cast.reporter, title="Sertifikat usang"), cast, *to_confirm, **CODING),
        "reopened": walk(report(by=cast.reporter, title="Jadwal salah"), cast, *to_confirm, **CODING),
        "refused": walk(report(by=cast.reporter, title="Bukan gangguan"), cast, "tidak-diproses"),
    }
    actions.confirm(tickets["done"], by=cast.reporter)
    actions.reopen(tickets["reopened"], by=cast.reporter, reason="Masih salah.")
    return {name: ticket.number for name, ticket in tickets.items()}


# Who finds what


def test_each_person_finds_what_they_may_see(cast, shelf, found):
    everything = set(shelf.values())

    assert set(found(cast.holder(Role.KEPALA_BIDANG_APTIKA))) == everything
    assert set(found(cast.holder(Role.TIM_INFRASTRUKTUR))) == everything - {shelf["spj"]}
    assert set(found(cast.stranger)) == {shelf["spj"], shelf["asked"]}
    assert found(cast.admin) == []


def test_no_filter_shows_a_reporter_more_than_their_own(cast, shelf, found):
    own = {shelf["spj"], shelf["asked"]}
    attempts = [
        {"layanan": "website"},
        {"langkah": "website-2024.4"},
        {"peran": "programmer"},
        {"opd": "Dinkes"},
        {"milik": "dikerjakan"},
        {"cari": "slider"},
        {"status": "baru"},
        {"tampilan": "giliran"},
        {"reporter": cast.reporter.pk},
        {"urut": "reporter__password"},
    ]

    leaked = [attempt for attempt in attempts if set(found(cast.stranger, **attempt)) - own]

    assert leaked == []


# Filters


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"layanan": "spj_online"}, {"spj"}),
        ({"langkah": "website-2024.4"}, {"coding"}),
        ({"peran": "programmer"}, {"coding"}),
        ({"opd": "Bapenda"}, {"spj", "asked"}),
        ({"status": "baru"}, {"new"}),
        ({"status": "diproses"}, {"coding", "spj"}),
        ({"status": "dibuka-kembali"}, {"reopened"}),
        ({"status": "menunggu-konfirmasi"}, {"asked"}),
        ({"status": "selesai"}, {"done"}),
        ({"status": "mengikuti"}, set()),
        ({"status": "tidak-diproses"}, {"refused"}),
        ({"tampilan": "diproses"}, {"new", "coding", "spj", "reopened"}),
        ({"tampilan": "konfirmasi", "opd": "Bapenda"}, {"asked"}),
        ({"tampilan": "giliran"}, {"coding"}),
        ({"milik": "laporan"}, set()),
        ({"milik": "mendatang"}, {"new", "spj", "reopened"}),
        ({"milik": "menunggu"}, {"asked", "reopened"}),
        ({"milik": "dikerjakan"}, {"asked", "done", "reopened"}),
        ({"cari": "RUSAK"}, {"new", "asked"}),
        ({"cari": "ponsel rusak"}, {"new"}),
        ({"cari": "siti rahmah sertifikat"}, {"done"}),
        ({"cari": "dinkes jadwal"}, {"reopened"}),
        ({"cari": "100%"}, {"coding"}),
        ({"cari": "%"}, {"coding"}),
        ({"cari": "_"}, set()),
    ],
)
def test_a_filter_finds_its_tickets(cast, shelf, found, filters, names):
    programmer = cast.holder(Role.PROGRAMMER)

    assert set(found(programmer, **filters)) == {shelf[name] for name in names}


def test_every_word_of_the_filters_is_covered_above():
    assert {view.key for view in VIEWS} == {
        "",
        "giliran",
        "terlambat",
        "diproses",
        "konfirmasi",
        "selesai",
        "tidak-diproses",
    }
    assert set(OWN) == {"laporan", "mendatang", "menunggu", "dikerjakan"}
    assert len(Status) == 7


@pytest.mark.parametrize(
    ("instant", "is_found"),
    [
        (datetime(2026, 11, 9, 16, 59, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 9, 17, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 10, 16, 59, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 10, 17, 0, tzinfo=UTC), False),
    ],
)
def test_a_period_keeps_the_days_of_wib(cast, found, instant, is_found):
    report(by=cast.reporter, now=instant)

    assert bool(found(cast.reporter, dari="2026-11-10", sampai="2026-11-10")) is is_found


def test_a_filter_in_force_is_a_chip_that_takes_it_away(cast, shelf, page_of):
    page = page_of(
        cast.holder(Role.PROGRAMMER), layanan="website", cari="rusak", dari="2026-11-01", tampilan="diproses"
    )

    chips = {words(chip): chip.get("href") for chip in select(page, "a.chip")}

    assert chips == {
        "Cari rusak , hapus saringan ini": "?tampilan=diproses&layanan=website&dari=2026-11-01",
        "Layanan Website sumbarprov.go.id , hapus saringan ini": "?cari=rusak&tampilan=diproses&dari=2026-11-01",
        "Dilaporkan sejak 1 Nov 2026 , hapus saringan ini": "?cari=rusak&tampilan=diproses&layanan=website",
    }
    assert one(page, ".chip-clear").get("href") == "?tampilan=diproses"


# Saved views


def test_saved_views_count_what_they_show_under_the_filters_in_force(cast, shelf, page_of, client_of):
    programmer = cast.holder(Role.PROGRAMMER)

    tabs = select(page_of(programmer, layanan="website", opd="Dinkes", cari="a", dari="2026-01-01"), "#tampilan a")

    assert [words(tab) for tab in tabs] == [
        "Semua 5",
        "Giliran saya 1",
        "Terlambat 0",
        "Sedang diproses 3",
        "Menunggu konfirmasi 0",
        "Selesai 1",
        "Tidak diproses 1",
    ]
    for tab in tabs:
        page = read(client_of(programmer).get(f"/tiket/{tab.get('href')}"))
        assert one(page, "#hasil").get("data-found") == words(one(tab, ".count"))
        assert "layanan=website" in tab.get("href")


def test_a_reporter_is_not_offered_what_is_for_performers(cast, shelf, page_of):
    page = page_of(cast.reporter)

    assert "Giliran saya" not in words(one(page, "#tampilan"))
    assert [field.get("name") for field in select(page, ".filters select")] == ["layanan", "status"]


def test_a_ticket_that_waits_for_the_reader_says_so(cast, shelf, page_of):
    page = page_of(cast.holder(Role.PROGRAMMER))

    marked = [words(one(row, ".number")) for row in select(page, "tr.turn") if "Giliran Anda" in words(row)]

    assert marked == [shelf["coding"]]


@pytest.mark.parametrize(
    ("filters", "sentence"),
    [
        ({}, "Belum ada tiket."),
        ({"tampilan": "selesai"}, "Belum ada tiket yang selesai."),
        ({"cari": "apa saja"}, "Tidak ada tiket yang cocok dengan saringan ini. Hapus semua saringan"),
    ],
)
def test_an_empty_list_says_why(cast, page_of, filters, sentence):
    assert words(one(page_of(cast.stranger, **filters), ".empty")) == sentence


# Order and pages


def test_the_orders_are_those_offered(cast, found):
    first = report(by=cast.reporter, now=TUESDAY - timedelta(days=2)).number
    second = report("spj_online", by=cast.reporter, now=TUESDAY - timedelta(days=1)).number
    actions.comment(Ticket.objects.get(number=first), by=cast.reporter, text="Masih terjadi.")

    orders = {order: found(cast.reporter, urut=order) for order in ORDERS}

    assert orders == {
        "diperbarui": [first, second],
        "tenggat": [second, first],
        "terbaru": [second, first],
        "terlama": [first, second],
        "nomor": [second, first],
    }


@pytest.fixture
def a_day_of_limits(cast):
    """Tickets of Tuesday 10.00, by how they stand on Wednesday 10.00."""
    with time_machine.travel(TUESDAY, tick=False):
        tickets = {
            "fine": walk(report("spj_online", by=cast.reporter), cast, 2, 3),
            "soon": walk(report(by=cast.reporter), cast, 2, 3, 4, **CODING),
            "late": walk(report(by=cast.reporter), cast, 2),
            "estimated": walk(report(by=cast.reporter), cast, 2, 6, 7, penyebab="infrastruktur"),
            "none": report(by=cast.reporter),
            "asked": walk(report(by=cast.reporter), cast, 2, 3, 4, 5, 9, "menunggu-konfirmasi", **CODING),
        }
        run = tickets["estimated"].runs.open().get().pk
        by = cast.holder(Role.TIM_INFRASTRUKTUR)
        actions.estimate(tickets["estimated"], by=by, run=run, until=date(2026, 11, 17))
    with time_machine.travel(TUESDAY + timedelta(days=1), tick=False):
        yield {name: ticket.number for name, ticket in tickets.items()}


def test_by_limit_the_nearest_stands_first_and_what_has_none_behind(cast, a_day_of_limits, found):
    order = found(cast.holder(Role.KEPALA_BIDANG_APTIKA), urut="tenggat")

    name_of = {number: name for name, number in a_day_of_limits.items()}
    assert [name_of[number] for number in order] == ["late", "estimated", "soon", "fine", "asked", "none"]


def test_the_own_turns_stand_by_limit_unless_asked_otherwise(cast, a_day_of_limits, found):
    programmer = cast.holder(Role.PROGRAMMER)

    by_limit = found(programmer, tampilan="giliran")
    by_number = found(programmer, tampilan="giliran", urut="nomor")

    assert by_limit == [a_day_of_limits["soon"], a_day_of_limits["fine"]]
    assert by_number == [a_day_of_limits["fine"], a_day_of_limits["soon"]]


def test_late_are_passed_limits_and_no_passed_estimates(cast, a_day_of_limits, page_of):
    page = page_of(cast.holder(Role.KEPALA_BIDANG_APTIKA), tampilan="terlambat")

    assert [words(number) for number in select(page, "tbody .number")] == [a_day_of_limits["late"]]
    assert "Terlambat 1" in [words(tab) for tab in select(page, "#tampilan a")]


def test_each_row_says_how_it_stands_and_only_late_ones_are_marked(cast, a_day_of_limits, page_of):
    rows = select(page_of(cast.holder(Role.KEPALA_BIDANG_APTIKA)), "tbody tr")

    told = {words(one(row, ".number")): words(one(row, ".at-limit")) for row in rows}
    marked = [words(one(row, ".number")) for row in rows if "is-late" in row.get("class")]
    assert {name: told[number] for name, number in a_day_of_limits.items()} == {
        "fine": "sisa 2 hari 5 j Jum 20 Nov 16.30",
        "soon": "sisa 1 hari 5 j Kam 19 Nov 16.00",
        "late": "terlambat 7 j 15 m Sel 17 Nov 10.15",
        "estimated": "melewati perkiraan 2 j 30 m Sel 17 Nov 16.00",
        "none": "tanpa batas waktu, berjalan 1 hari",
        "asked": "dijawab paling lambat Jum 20 Nov 16.30",
    }
    assert marked == [a_day_of_limits["late"]]


def test_the_list_is_cut_into_pages_that_keep_the_filters(cast, page_of):
    for _ in range(PAGE_SIZE + 1):
        report(by=cast.reporter)

    first = page_of(cast.reporter, layanan="website")
    last = page_of(cast.reporter, layanan="website", page="2")

    assert (len(select(first, "tbody tr")), len(select(last, "tbody tr"))) == (PAGE_SIZE, 1)
    assert one(first, "[rel=next]").get("href") == "?layanan=website&page=2"
    assert words(one(last, ".pager")) == "Sebelumnya Halaman 2 dari 2"


@pytest.fixture
def few_are_many(monkeypatch):
    """Counted are no more than four tickets, and two stand on a page."""
    monkeypatch.setattr(counting, "MANY", 4)
    monkeypatch.setattr(lists, "PAGE_SIZE", 2)


def test_no_more_are_counted_than_anybody_reads(cast, few_are_many, page_of):
    for _ in range(5):
        report(by=cast.reporter)

    page = page_of(cast.reporter)

    first, *others = select(page, "#tampilan a")
    assert words(first) == "Semua 4+ lebih dari 4"
    assert [words(one(tab, ".count")) for tab in others] == ["0", "4+ lebih dari 4", "0", "0", "0"]
    assert one(page, "#hasil").get("data-found") == "lebih dari 4"
    assert words(one(page, "caption")) == "lebih dari 4 tiket, semua"


@pytest.mark.parametrize(
    ("asked", "pager", "shown"),
    [
        ("1", "Halaman 1 Berikutnya", [7, 6]),
        ("2", "Sebelumnya Halaman 2 Berikutnya", [5, 4]),
        ("3", "Sebelumnya Halaman 3 dari 4 Berikutnya", [3, 2]),
        ("4", "Sebelumnya Halaman 4 dari 4", [1]),
        ("9999999", "Sebelumnya Halaman 4 dari 4", [1]),
        ("0", "Halaman 1 Berikutnya", [7, 6]),
    ],
)
def test_every_page_is_reached_though_nobody_counted_them(cast, few_are_many, page_of, asked, pager, shown):
    for minute in range(7):
        report(by=cast.reporter, now=TUESDAY + timedelta(minutes=minute))

    page = page_of(cast.reporter, page=asked)

    assert words(one(page, ".pager")) == pager
    assert [int(words(number)[-4:]) for number in select(page, "tbody .number")] == shown


def test_by_limit_the_pages_go_on_where_the_one_before_ended(cast, few_are_many, a_day_of_limits, found):
    kepala = cast.holder(Role.KEPALA_BIDANG_APTIKA)

    order = [number for page in ("1", "2", "3") for number in found(kepala, urut="tenggat", page=page)]

    name_of = {number: name for name, number in a_day_of_limits.items()}
    assert [name_of[number] for number in order] == ["late", "estimated", "soon", "fine", "asked", "none"]


# Search


def test_a_number_alone_opens_its_ticket(cast, shelf, client_of):
    response = client_of(cast.reporter).get("/tiket/", {"cari": f" {shelf['new'].lower()} "})

    assert (response.status_code, response["Location"]) == (302, f"/tiket/{shelf['new']}/")


def test_a_number_one_may_not_see_reads_like_one_that_does_not_exist(cast, shelf, client_of):
    client = client_of(cast.stranger)

    hidden = client.get("/tiket/", {"cari": shelf["new"]})
    absent = client.get("/tiket/", {"cari": "WEB-2026-9999"})

    assert (hidden.status_code, absent.status_code) == (200, 200)
    assert words(one(read(hidden), "#hasil")).replace(shelf["new"], "") == words(one(read(absent), "#hasil")).replace(
        "WEB-2026-9999", ""
    )


SEARCHES = ["rusak", "RUSAK ponsel", "a", "%", "_", "100%", "se", '"', "rah", "tidak ada", "web-2026", "siti slider"]


@pytest.mark.parametrize("many", [0, 1_000])
@pytest.mark.parametrize("has_index", [False, True])
def test_a_search_finds_the_same_with_and_without_an_index(cast, shelf, monkeypatch, has_index, many):
    monkeypatch.setattr(counting, "MANY", many)
    if not has_index:
        monkeypatch.setattr(searching, "is_installed", lambda: False)
    texts = {ticket.pk: ticket.search_text for ticket in Ticket.objects.all()}

    for asked in SEARCHES:
        expected = {pk for pk, text in texts.items() if all(word in text for word in asked.lower().split())}
        assert {ticket.pk for ticket in searching.matching(Ticket.objects.all(), asked)} == expected, asked


def test_the_index_follows_what_is_searched(cast):
    ticket = report(by=cast.reporter, title="Slider rusak")

    Ticket.objects.filter(pk=ticket.pk).update(search_text="peta kosong")

    assert searching.is_installed()
    assert list(searching.matching(Ticket.objects.all(), "slider")) == []
    assert list(searching.matching(Ticket.objects.all(), "kosong")) == [ticket]


def test_an_index_lost_with_its_table_is_made_anew(cast):
    ticket = report(by=cast.reporter, title="Slider rusak")
    with connection.cursor() as cursor:
        for name in ("new", "gone", "changed"):
            cursor.execute(f"DROP TRIGGER tickets_search_{name}")
    Ticket.objects.filter(pk=ticket.pk).update(search_text="peta kosong")

    searching.install()

    assert searching.is_installed()
    assert list(searching.matching(Ticket.objects.all(), "kosong")) == [ticket]


@pytest.mark.postgres
def test_postgresql_looks_parts_of_words_up():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")

    plan = Ticket.objects.filter(search_text__contains="slider").order_by().explain()

    assert searching.is_installed()
    assert f"Bitmap Index Scan on {searching.INDEX}" in plan


# Hostile addresses


@pytest.mark.parametrize(
    "parameters",
    [
        {name: value}
        for name in (*TicketFilter.base_filters, "page")
        for value in ("\x00", "' OR 1=1 --", "9" * 40, "<script>alert(1)</script>", "-1", "null", "{}", "é" * 500)
    ]
    + [
        {"sampai": "9999-12-31"},
        {"dari": "0001-01-01"},
        {"ditutup": "2026-02-30"},
        {"tampilan": ["a", "giliran"]},
        {"page": "9" * 5_000},
    ],
)
def test_no_address_breaks_the_list(cast, client_of, parameters):
    report(by=cast.reporter)

    response = client_of(cast.holder(Role.PROGRAMMER)).get(f"/tiket/?{urlencode(parameters, doseq=True)}")

    assert response.status_code == 200
    assert b"<script>alert(1)" not in response.content


def test_what_is_not_offered_is_left_out_and_named(cast, shelf, page_of):
    page = page_of(cast.holder(Role.PROGRAMMER), langkah="website-2024.99", dari="kemarin", layanan="spj_online")

    assert (
        words(one(page, ".notice-warn")) == "Saringan ini tidak dapat dipakai dan diabaikan: Langkah, Dilaporkan sejak."
    )
    assert one(page, "[name=dari]").get("value") is None
    assert [words(number) for number in select(page, "tbody .number")] == [shelf["spj"]]


def test_a_field_of_the_database_cannot_be_ordered_by(cast, shelf, found):
    programmer = cast.holder(Role.PROGRAMMER)

    assert found(programmer, urut="reporter__password") == found(programmer)
    assert found(programmer, urut="-reporter__password", o="-reporter__password") == found(programmer)
