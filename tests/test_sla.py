"""Laporan SLA: its figures are the history's own, each leads to what it counts, and nobody reads beyond their SOPs."""

import re
from collections import Counter
from datetime import date
from urllib.parse import urljoin, urlsplit

import pytest
import time_machine
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import advance, report
from tests.ledger import archive
from tests.pages import one, read, select, words
from tests.timekeeping import LINK, WHY, Case, wib
from tickets import actions
from tickets.forms.sla import KINDS, ReportFilter
from tickets.models import HistoryEntry, Hold, StepRun, Ticket, Unit
from tickets.models.history import Action
from tickets.reports import charts, telling
from tickets.reports.figures import Sums
from tickets.reports.holding import held_by
from workflows import calendars, sops
from workflows.roles import Role
from workflows.sop import SELESAI, TIDAK_DIPROSES

pytestmark = pytest.mark.django_db

NOW = wib("2026-11-20 15.00")
ADDRESSES = (
    "/laporan/sla/",
    "/laporan/sla/langkah/",
    "/laporan/sla/tiket/",
    "/laporan/sla/opd/",
    "/laporan/sla/evaluasi/",
    "/laporan/sla/perkiraan/",
    "/laporan/sla/saring/",
)
OVERSEERS = (Role.SUB_KOORDINATOR, Role.SUBKOORDINATOR_APLIKASI, Role.KEPALA_BIDANG_APTIKA)
#: A period that cuts months reads their ends from the ledger, as *Evaluasi SOP* does for its twelve months.
MOST_BYTES, MOST_QUERIES = 60_000, 33


@pytest.fixture
def at_now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def kepala(cast):
    return cast.holder(Role.KEPALA_BIDANG_APTIKA)


@pytest.fixture
def page_of(client_of):
    def fetch(person, address="/laporan/sla/", **query):
        return read(client_of(person).get(address, query))

    return fetch


def walked(cast, procedure, filed, *moves, by=None, cause="coding"):
    """A ticket filed at one time that left its rows at others: (to, when)."""
    evidence = {"answers": LINK} if procedure == "website" else {}
    ticket = report(procedure, by=by or cast.reporter, now=wib(filed), **evidence)
    for to, at in moves:
        ticket = advance(ticket, cast, to, reason=WHY, now=wib(at), penyebab=cause)
    return ticket


@pytest.fixture
def autumn(cast, at_now):
    """October and November: every class, a hold, an extension, rounds, deviations, what is closed and what is late."""
    october = walked(
        cast, "website", "2026-10-06 09.00",
        (2, "2026-10-06 09.10"), (3, "2026-10-06 09.20"), (4, "2026-10-06 09.30"), (5, "2026-10-07 10.00"),
        (9, "2026-10-07 10.10"), ("menunggu-konfirmasi", "2026-10-07 10.20"),
    )  # fmt: skip
    actions.confirm(october, by=cast.reporter, now=wib("2026-10-07 11.00"))
    rounds = walked(
        cast, "website", "2026-10-30 09.00",
        (2, "2026-10-30 09.10"), (3, "2026-10-30 09.50"), (4, "2026-11-02 08.00"), (5, "2026-11-03 10.00"),
        (9, "2026-11-03 10.10"), (3, "2026-11-03 10.20"), (4, "2026-11-03 10.40"), (5, "2026-11-09 10.00"),
        (9, "2026-11-09 10.10"), ("menunggu-konfirmasi", "2026-11-09 10.20"),
    )  # fmt: skip
    actions.confirm(rounds, by=cast.reporter, now=wib("2026-11-10 09.00"))
    walked(cast, "website", "2026-11-04 09.00", ("tidak-diproses", "2026-11-04 09.30"), by=cast.stranger)
    walked(
        cast,
        "website",
        "2026-11-05 09.00",
        (2, "2026-11-05 09.05"),
        (9, "2026-11-05 09.15"),
        by=cast.stranger,
        cause="tanpa_perbaikan",
    )
    walked(
        cast, "spj_online", "2026-11-11 09.00",
        (2, "2026-11-11 10.00"), (3, "2026-11-12 10.00"), (4, "2026-11-19 10.00"), (5, "2026-11-19 11.00"),
        by=cast.stranger,
    )  # fmt: skip
    walked(cast, "spj_online", "2026-11-16 09.00", (2, "2026-11-16 10.00"))
    extended = Case(cast, "website", 4, "2026-11-10 10.00")
    extended.extend("2026-11-11 09.00", until="2026-11-17")
    extended.leave("2026-11-16 09.00")
    held = Case(cast, "website", 2, "2026-11-18 10.00")
    held.hold("2026-11-18 10.05", until="2026-11-19", reason=Hold.Reason.REPORTER)
    held.leave("2026-11-18 13.30")
    walked(cast, "website", "2026-11-20 09.00", (2, "2026-11-20 09.10"), (3, "2026-11-20 09.15"))  # late since 09.30


def recounted(first, last, *, procedure="", role="", unit=None):
    """What the history says was left in a period: how many runs of each row and verdict."""
    found = Counter()
    entries = HistoryEntry.objects.filter(action=Action.COMPLETE).select_related("ticket__unit", "detail")
    for entry in entries:
        sop, step = sops.find(entry.from_state)
        wanted = (
            first <= timezone.localdate(entry.at) <= last
            and procedure in ("", sop.procedure)
            and role in ("", step.performer)
            and unit in (None, entry.ticket.unit)
        )
        if wanted:
            found[entry.from_state, entry.detail.body["verdict"]["verdict"]] += 1
    return found


def told(page):
    """What the page says of each row: how many runs of each verdict that has a limit, and how many in all."""
    found = {}
    tables = select(page, "table.sla-rows")
    for table, sop in zip(tables, [sop for sop in sops.current() if str(sop.service) in words(page)], strict=False):
        for row in select(table, "tbody tr"):
            no = int(words(one(row, "b")))
            found[sop.row(no)] = [words(cell) for cell in select(row, "td")[:4]]
    return found


def expected(counted, sop_key=""):
    found = {}
    for sop in sops.current():
        for step in sop.steps:
            key = sop.row(step.no)
            of_row = {verdict: number for (row, verdict), number in counted.items() if row == key}
            limited = [str(of_row.get(verdict, 0)) for verdict in ("tepat_waktu", "diperpanjang", "terlambat")]
            has_limit = step.limit.kind in ("working_minutes", "working_days")
            found[key] = [str(sum(of_row.values())), *(limited if has_limit else ["–"] * 3)]
    return found


# Figures


PERIODS = {
    "this month": ({}, date(2026, 11, 1), date(2026, 11, 20)),
    "last month": ({"dari": "2026-10-01"}, date(2026, 10, 1), date(2026, 10, 31)),
    "quarter": ({"periode": "triwulan", "dari": "2026-10-01"}, date(2026, 10, 1), date(2026, 12, 31)),
    "year": ({"periode": "tahun", "dari": "2026-01-01"}, date(2026, 1, 1), date(2026, 12, 31)),
    "free": ({"dari": "2026-10-30", "sampai": "2026-11-03"}, date(2026, 10, 30), date(2026, 11, 3)),
}


def test_the_rows_of_a_period_are_those_that_the_history_says_were_left(cast, kepala, autumn, page_of):
    shown = {name: told(page_of(kepala, **query)) for name, (query, _, _) in PERIODS.items()}

    counted = {name: recounted(first, last) for name, (_, first, last) in PERIODS.items()}
    assert {name: counts.total() > 1 for name, counts in counted.items()} == dict.fromkeys(PERIODS, True)
    assert shown == {name: expected(counts) for name, counts in counted.items()}


def test_the_page_begins_with_a_sentence_and_the_period_before(cast, kepala, autumn, page_of):
    page = page_of(kepala)
    counted = recounted(date(2026, 11, 1), date(2026, 11, 30))
    by_verdict = Counter()
    for (_, verdict), number in counted.items():
        by_verdict[verdict] += number
    limited = by_verdict["tepat_waktu"] + by_verdict["diperpanjang"] + by_verdict["terlambat"]

    late = Counter({row: number for (row, verdict), number in counted.items() if verdict == "terlambat"})

    assert (late.total(), late.most_common(1)) == (4, [("website-2024.3", 2)])
    assert words(one(page, ".sla-sentence")) == (
        f"November 2026 sampai sekarang: {counted.total()} langkah selesai, "
        f"{round(100 * by_verdict['tepat_waktu'] / limited)} % tepat waktu; "
        "empat langkah terlambat, terbanyak langkah 3 Website sumbarprov.go.id (2)."
    )
    rows = [[words(cell) for cell in select(row, "td")] for row in select(page, ".sla-counts tbody tr")]
    assert rows == [*map(list, zip(recounted_tickets(11), recounted_tickets(10), strict=True)), ["5", ""]]


def test_late_rows_of_one_service_name_it_once(cast, kepala, at_now, page_of):
    walked(
        cast, "website", "2026-11-05 09.00",
        (2, "2026-11-05 09.05"), (3, "2026-11-05 09.45"), (4, "2026-11-05 10.30"),
    )  # fmt: skip
    of_one = words(one(page_of(kepala), ".sla-sentence"))
    walked(cast, "spj_online", "2026-11-05 09.00", (2, "2026-11-12 10.00"))
    of_two = words(one(page_of(kepala), ".sla-sentence"))

    assert of_one.endswith("dua langkah terlambat: langkah 2 dan 3 Website sumbarprov.go.id.")
    assert of_two.endswith(
        "langkah 2 Website sumbarprov.go.id, langkah 3 Website sumbarprov.go.id dan langkah 1 Aplikasi SPJ Online."
    )


def recounted_tickets(month):
    """What the history says of the tickets of a month of 2026: filed, done, not processed, and open at its end."""
    entries = list(HistoryEntry.objects.values_list("at", "action", "from_state", "to_state"))
    months = [(timezone.localdate(at).month, action, before, after) for at, action, before, after in entries]
    filed = [of for of, action, _, _ in months if action == Action.FILE]
    done = [of for of, _, before, after in months if after == SELESAI != before]
    refused = [of for of, _, before, after in months if after == TIDAK_DIPROSES != before]
    still_open = sum(of <= month for of in filed) - sum(of <= month for of in (*done, *refused))
    return [str(number) for number in (filed.count(month), done.count(month), refused.count(month), still_open)]


def test_a_period_that_is_over_says_so_and_an_empty_one_says_something_kind(cast, kepala, autumn, page_of):
    over, empty = page_of(kepala, dari="2026-10-01"), page_of(kepala, dari="2026-08-01")

    assert "sampai sekarang" not in words(one(over, "main"))
    assert words(one(empty, ".sla-sentence")) == "Agustus 2026: tidak ada langkah yang selesai."
    assert "Belum ada langkah yang selesai pada periode ini." in words(one(empty, "main"))


def test_what_is_late_now_stands_there_with_whose_turn_it_is(cast, kepala, autumn, page_of):
    binding = ("working_minutes", "working_days")
    late = [run for run in StepRun.objects.all() if run.limit_kind in binding and not run.left_at and run.due_at < NOW]
    last = Ticket.objects.get(state="website-2024.3", created_at=wib("2026-11-20 09.00"))

    lines = [words(line) for line in select(page_of(kepala), ".late-now li")]

    assert len(lines) == len(late) > 1
    assert lines[-1] == f"{last.number} {last.title} langkah 3 · Web Developer terlambat 4 j"


def test_the_time_is_split_by_who_held_it(cast, kepala, autumn, page_of):
    held = {words(line): one(line, ".num") for line in select(page_of(kepala), ".held-list li")}

    assert "Ditunda, menunggu pelapor" in " ".join(held)
    shares = [int(re.search(r"(\d+)\s%", line).group(1)) for line in held]
    assert 97 <= sum(shares) <= 103


# Drill-downs


def figures_of(page):
    """Each link of the page that leads to what a number counts: (address, number)."""
    for link in select(one(page, "main"), "a"):
        href = urljoin("/laporan/sla/", link.get("href", ""))
        number = re.match(r"[\d.]+", words(link))
        if href.startswith(("/laporan/sla/langkah/", "/laporan/sla/tiket/")) and number:
            yield href, int(number.group().replace(".", ""))


def test_every_figure_leads_to_as_many_rows_as_it_says(cast, kepala, autumn, client_of):
    client = client_of(kepala)
    narrowed = (
        {},
        {"dari": "2026-10-01", "layanan": "website", "opd": "Dinkes"},
        {"dari": "2026-10-30", "sampai": "2026-11-03"},
        {"periode": "triwulan", "dari": "2026-10-01", "peran": "web_developer"},
    )

    figures = [list(figures_of(read(client.get("/laporan/sla/", query)))) for query in narrowed]
    found = {href: listed(client, href) for of_page in figures for href, _ in of_page}

    assert min(map(len, figures)) >= 15
    assert [(href, number) for of_page in figures for href, number in of_page if found[href] != number] == []


def listed(client, href):
    """How many rows a list says it has."""
    return int(re.search(r'data-found="(\d+)"', client.get(href).content.decode()).group(1))


def test_a_ticket_without_an_opd_is_counted_and_found(cast, kepala, at_now, client_of):
    ticket = walked(cast, "website", "2026-11-05 09.00", by=cast.reporter)
    Ticket.objects.filter(pk=ticket.pk).update(unit=None)
    advance(Ticket.objects.get(pk=ticket.pk), cast, 2, now=wib("2026-11-05 09.05"))

    page = read(client_of(kepala).get("/laporan/sla/"))
    row = select(one(page, "[aria-labelledby=menurut-opd]"), "tbody tr")[0]
    link = one(row, "a")

    assert (words(one(row, "th")), words(link)) == ("Tanpa OPD", "1")
    listed = read(client_of(kepala).get(urljoin("/laporan/sla/", link.get("href"))))
    assert [words(number) for number in select(listed, "tbody .number")] == [ticket.number]


def test_the_list_of_runs_tells_each_of_them(cast, kepala, autumn, page_of):
    page = page_of(kepala, "/laporan/sla/langkah/", langkah="website-2024.4", hasil="diperpanjang")

    cells = [words(cell) for cell in select(page, "tbody tr td")]
    assert cells[1:5] == ["Fajar Ramadhan Programmer", "10 Nov 2026 10.00", "16 Nov 2026 09.00", "3 hari 6 j"]
    assert cells[6] == "diperpanjang"


def test_lists_have_pages_of_25_and_keep_their_filters(cast, kepala, at_now, client_of):
    archive(cast, 30, now=NOW, units=[cast.dinkes])
    client = client_of(kepala)

    first = read(client.get("/laporan/sla/tiket/?periode=tahun&dari=2026-01-01&jenis=terlambat"))
    following = one(first, "[rel=next]").get("href")

    assert len(select(first, "tbody tr")) == 25
    assert len(select(read(client.get(f"/laporan/sla/tiket/{following}")), "tbody tr")) == 5


# Rights


@pytest.mark.parametrize("role", Role.values)
def test_reports_are_for_who_coordinates_or_heads(cast, at_now, client_of, role):
    client = client_of(cast.holder(role))

    answers = {address: client.get(address).status_code for address in ADDRESSES}

    assert answers == dict.fromkeys(ADDRESSES, 200 if role in OVERSEERS else 403)


def test_reporters_and_administrators_read_that_reports_are_not_for_them(cast, client, client_of):
    for address in ADDRESSES:
        assert client_of(cast.reporter).get(address).status_code == 403
        assert client_of(cast.admin).get(address).status_code == 403
        assert urlsplit(client.get(address).url).path == "/masuk/"


def test_a_subkoordinator_reads_of_no_other_sop(cast, autumn, client_of):
    client = client_of(cast.holder(Role.SUBKOORDINATOR_APLIKASI))
    foreign = set(Ticket.objects.filter(procedure="website").values_list("number", flat=True))
    queries = ({}, {"layanan": "website"}, {"periode": "tahun", "langkah": "website-2024.2"}, {"jenis": "terbuka"})

    pages = [client.get(address, query).content.decode() for address in ADDRESSES for query in queries]

    assert [number for page in pages for number in foreign if number in page] == []
    assert sum("SPJ-2026-" in page for page in pages) > 5


def test_a_subkoordinator_counts_the_runs_of_the_own_sop(cast, autumn, page_of):
    page = page_of(cast.holder(Role.SUBKOORDINATOR_APLIKASI))

    counted = recounted(date(2026, 11, 1), date(2026, 11, 30), procedure="spj_online")
    assert told(page) == {key: cells for key, cells in expected(counted).items() if key.startswith("spj")}


def test_overseers_find_the_report_in_the_navigation_and_on_beranda_and_others_do_not(cast, at_now, client_of):
    def ways(person):
        return [link.get("href") for link in select(read(client_of(person).get("/")), "a")].count("/laporan/sla/")

    assert {role: ways(cast.holder(role)) for role in Role} == {role: 2 * (role in OVERSEERS) for role in Role}
    assert ways(cast.reporter) == 0


# Filters


def asked(person, query):
    return ReportFilter(QueryDict(query), person=person, now=NOW)


@pytest.mark.parametrize(
    ("query", "label", "ignored"),
    [
        ("", "November 2026", []),
        ("dari=2026-10-17", "Oktober 2026", []),
        ("periode=bulan&dari=2026-10-17", "Oktober 2026", []),
        ("periode=triwulan", "Triwulan IV 2026", []),
        ("periode=triwulan&dari=2026-02-03", "Triwulan I 2026", []),
        ("periode=tahun&dari=2025-02-03", "Tahun 2025", []),
        ("periode=bebas&dari=2026-11-02&sampai=2026-11-04", "2 Nov 2026 s.d. 4 Nov 2026", []),
        ("periode=bebas&dari=2026-11-02", "2 Nov 2026 s.d. 20 Nov 2026", []),
        ("periode=bebas", "November 2026", ["Periode"]),
        ("periode=bebas&dari=2026-11-04&sampai=2026-11-02", "4 Nov 2026 s.d. 20 Nov 2026", ["Sampai tanggal"]),
        ("periode=minggu", "November 2026", ["Periode"]),
        ("dari=2026-12-01", "November 2026", ["Sejak tanggal"]),
        ("dari=1999-12-31", "November 2026", ["Sejak tanggal"]),
        ("dari=kemarin&layanan=x&opd=y&peran=z", "November 2026", ["Sejak tanggal", "Layanan", "OPD", "Peran"]),
        ("layanan=&opd=&peran=", "November 2026", []),
    ],
)
def test_a_period_is_read_from_the_address_and_what_is_not_understood_is_named(cast, kepala, query, label, ignored):
    filters = asked(kepala, query)

    assert (filters.period.label, filters.ignored()) == (label, ignored)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "periode=triwulan",
        "periode=bebas&dari=2026-11-02",
        "layanan=website&peran=programmer&dari=2026-10-09",
        "opd=Dinkes&periode=tahun",
    ],
)
def test_the_canonical_address_says_the_same(cast, kepala, query):
    filters = asked(kepala, query)

    again = asked(kepala, filters.query)

    assert (again.scope, again.query, again.ignored()) == (filters.scope, filters.query, [])


def test_a_form_that_was_sent_leads_to_the_canonical_address(cast, kepala, at_now, client_of):
    answer = client_of(kepala).get("/laporan/sla/?periode=bulan&dari=2026-10-17&sampai=&layanan=website&opd=&peran=")

    assert (answer.status_code, answer.url) == (302, "/laporan/sla/?dari=2026-10-01&layanan=website")


def test_arrows_lead_to_the_periods_beside_it_but_not_into_the_future(cast, kepala, at_now, page_of):
    now, before = page_of(kepala), page_of(kepala, dari="2026-10-01", layanan="website")

    assert [link.get("href") for link in select(now, ".sla-period [rel=next]")] == []
    assert one(now, ".sla-period [rel=prev]").get("href") == "?dari=2026-10-01"
    assert one(before, ".sla-period [rel=next]").get("href") == "?dari=2026-11-01&layanan=website"


HOSTILE = [
    "dari=%00",
    "dari=0000-00-00&sampai=9999-99-99&periode=bebas",
    "periode=bebas&dari=2000-01-01&sampai=2100-12-31",
    "opd=%27%20OR%201%3D1--&layanan=website%27",
    "peran=<script>alert(1)</script>",
    "page=-1",
    "page=99999999999999999999",
    "page=x&page=y&dari=2026-11-01&dari=2026-10-01",
    "langkah=website-2024.99&hasil=x&hanya=y&jenis=z&panah=%00",
    "langkah[]=1&__proto__=1&ticket__reporter__password=x",
    "panah=website-2024.2%3E9&layanan=spj_online",
    "layanan=" + "x" * 5000,
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_hostile_address_gets_a_page_that_repeats_nothing_of_it(cast, kepala, at_now, client_of, address):
    client = client_of(kepala)

    answers = {query: client.get(f"{address}?{query}", follow=True) for query in HOSTILE}

    assert {query: answer.status_code for query, answer in answers.items() if answer.status_code != 200} == {}
    assert [query for query, answer in answers.items() if b"<script>alert" in answer.content] == []
    assert [query for query, answer in answers.items() if b"OR 1=1" in answer.content] == []


def test_what_was_not_understood_is_named_on_the_page(cast, kepala, at_now, page_of):
    page = page_of(kepala, layanan="pajak", peran="raja")

    assert words(one(page, ".notice-warn")) == "Saringan ini tidak dapat dipakai dan diabaikan: Layanan, Peran."


@pytest.mark.parametrize(
    ("query", "field", "said"),
    [
        ("periode=bebas&dari=2026-11-20&sampai=2026-11-01", "sampai", "Tanggal sampai mendahului tanggal sejak."),
        ("periode=bebas&sampai=2026-11-01", "periode", "Periode bebas memerlukan tanggal mulai."),
        ("periode=bulan&dari=2026-12-01", "dari", "Periode itu belum dimulai."),
    ],
)
def test_a_period_that_cannot_be_goes_back_to_the_form_with_what_was_typed(
    cast, kepala, at_now, client_of, query, field, said
):
    client, asked = client_of(kepala), f"{query}&layanan=website"

    response = client.get(f"/laporan/sla/?{asked}")
    page = read(client.get(response.url))

    assert (response.status_code, response.url) == (302, f"/laporan/sla/saring/?{asked}")
    assert said in words(one(page, f"#div_saring-{field}"))
    typed = QueryDict(asked)
    shown = {name: one(page, f"[name={name}]").get("value") for name in ("dari", "sampai") if name in typed}
    chosen = {words(option) for option in select(page, "option") if option.get("selected") is not None}
    assert shown == {name: typed[name] for name in shown}
    assert chosen >= {dict(KINDS)[typed["periode"]], "Website sumbarprov.go.id"}
    assert select(page, "main .notice") == []


# Cost


def many_units(number):
    return Unit.objects.bulk_create(
        Unit(name=f"Dinas Percontohan Nomor {n} Provinsi", short_name=f"Disc{n}") for n in range(number)
    )


def test_pages_ask_no_more_for_300_tickets_than_for_3(cast, kepala, at_now, client_of):
    client, units = client_of(kepala), many_units(3)

    def queries():
        counts = {}
        for address in ADDRESSES:
            with CaptureQueriesContext(connection) as asked:
                assert client.get(address).status_code == 200
            counts[address] = len(asked)
        return counts

    archive(cast, 2, now=NOW, units=units)
    queries()
    with_few = queries()
    archive(cast, 148, now=NOW, units=units)
    with_many = queries()

    assert with_many == with_few
    assert {address: number for address, number in with_many.items() if number > MOST_QUERIES} == {}


def test_pages_stay_light_with_50_opd_and_figures_everywhere(cast, kepala, at_now, client_of):
    archive(cast, 150, now=NOW, units=many_units(50))
    client = client_of(kepala)
    periods = ("dari=2026-10-01", "periode=tahun&dari=2026-01-01", "dari=2026-01-02&sampai=2026-11-20")

    sizes = {
        f"{address}?{query}": len(client.get(f"{address}?{query}").content)
        for address in ADDRESSES
        for query in periods
    }

    assert {address: size for address, size in sizes.items() if size > MOST_BYTES} == {}


def test_of_many_opd_the_first_15_stand_on_the_page_and_all_behind_a_link(cast, kepala, at_now, client_of):
    archive(cast, 120, now=NOW, units=many_units(50))
    client = client_of(kepala)
    page = read(client.get("/laporan/sla/?periode=tahun&dari=2026-01-01"))
    section = one(page, "[aria-labelledby=menurut-opd]")

    everything = read(client.get(one(section, ".all a").get("href")))

    assert len(select(section, "tbody tr")) == 15
    assert words(one(section, ".all")) == "Lihat semua OPD (50)"
    assert (len(select(everything, "tbody tr")), words(one(everything, ".pager .meta"))) == (25, "Halaman 1 dari 2")


# Words and charts


def test_a_percentage_is_all_or_nothing_only_when_it_is():
    shares = ((0, 0), (0, 5), (5, 5), (1, 1000), (999, 1000), (1, 3), (1, 2), (1, 200))

    assert [telling.percent(*share) for share in shares] == [None, 0, 100, 1, 99, 33, 50, 1]


def test_a_change_is_told_in_points():
    assert [telling.points(*pair) for pair in ((92, 88), (88, 92), (5, 5), (None, 3), (3, None))] == [
        "naik 4 poin", "turun 4 poin", "tetap", "", "",
    ]  # fmt: skip


def test_the_marks_of_a_bar_fill_it_end_to_end():
    marks = charts.shares(Sums(runs=9, on_time=5, extended=1, late=2, no_limit=1))

    assert [(mark.stands_for, mark.x, mark.width) for mark in marks] == [
        ("tepat_waktu", "0", "62.5"),
        ("diperpanjang", "62.5", "12.5"),
        ("terlambat", "75", "25"),
    ]


# Who held the time of one ticket


def test_a_ticket_tells_who_held_its_time(cast):
    case = Case(cast, "website", 2, "2026-11-17 10.00")
    case.hold("2026-11-17 10.05", until="2026-11-18", reason=Hold.Reason.REPORTER)
    case.leave("2026-11-17 14.00")
    runs = list(case.ticket.runs.prefetch_related("holds"))

    held = held_by(runs, wib("2026-11-17 14.30"), calendars.current())

    assert [(part.label, part.seconds) for _, part in held] == [
        ("Web Developer", (5 + 30) * 60),
        ("Ditunda, menunggu pelapor", (115 + 60) * 60),
    ]


def test_a_hold_of_the_open_row_is_not_its_performers_time(cast):
    case = Case(cast, "website", 2, "2026-11-17 10.00")
    case.hold("2026-11-17 10.05", until="2026-11-18")
    case.resume("2026-11-17 11.05")
    runs = list(case.ticket.runs.prefetch_related("holds"))

    held = held_by(runs, wib("2026-11-17 11.15"), calendars.current())

    assert [(part.label, part.seconds // 60) for _, part in held] == [
        ("Web Developer", 15),
        ("Ditunda, menunggu pihak lain", 60),
    ]


def test_the_page_of_a_ticket_shows_it(cast, client_of):
    with time_machine.travel(wib("2026-11-17 10.30"), tick=False):
        case = Case(cast, "website", 2, "2026-11-17 10.00")

        page = read(client_of(cast.reporter).get(case.ticket.get_absolute_url()))

    assert [words(line) for line in select(page, ".held-list li")] == ["Web Developer 30 m"]
