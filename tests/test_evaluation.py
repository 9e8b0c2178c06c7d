"""Evaluasi SOP: which mutu baku does not fit, by figures; and each deviation with the reason its performer gave."""

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import advance, report
from tests.ledger import archive
from tests.pages import one, read, select, words
from tests.timekeeping import LINK, wib
from tickets.models import EntryDetail, StepRun
from tickets.reports import evaluation
from tickets.reports.evaluation import Fault, evaluate, rounded_up
from tickets.reports.figures import Figures, RowFigures, Sums, standard_of
from workflows import sops
from workflows.roles import Role

pytestmark = pytest.mark.django_db

NOW = wib("2026-11-20 15.00")
WEBSITE = sops.get("website-2024")


@pytest.fixture
def at_now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def page_of(cast, client_of):
    def fetch(**query):
        return read(client_of(cast.holder(Role.KEPALA_BIDANG_APTIKA)).get("/laporan/sla/evaluasi/", query))

    return fetch


def row(no, *, median=10, p90=12, **counts):
    """Figures of a row of the website's SOP; each class as a number of runs."""
    step = WEBSITE.step(no)
    sums = Sums(runs=sum(counts.values()), **counts)
    return RowFigures(WEBSITE, step, sums, median, p90, standard_of(step))


def found(*rows):
    return evaluate(Figures(None, NOW, Sums(), rows, (), (), (), None, None, 0))


# The rule

FINDINGS = {
    "never kept": (row(2, late=5, p90=22), Fault.ALWAYS_MISSED, "30 menit"),
    "never kept, extended": (row(4, extended=3, late=2, p90=1000), Fault.ALWAYS_MISSED, "3 hari"),
    "kept by fewer than half": (row(2, on_time=2, late=3, p90=16), Fault.OFTEN_MISSED, "30 menit"),
    "missed, though nine of ten need no more": (row(4, on_time=1, late=4, p90=899), Fault.OFTEN_MISSED, ""),
    "loose": (row(4, on_time=5, p90=224), Fault.LOOSE, "240 menit"),
    "loose minutes": (row(2, on_time=5, p90=3), Fault.LOOSE, "5 menit"),
    "no limit": (row(1, no_limit=5, p90=37), Fault.NONE, "60 menit"),
    "tentative": (row(7, no_limit=3, past_estimate=2, p90=1801), Fault.NONE, "5 hari"),
}


@pytest.mark.parametrize(("figures", "fault", "proposal"), FINDINGS.values(), ids=FINDINGS)
def test_a_mutu_baku_that_does_not_fit_is_found_with_a_proposal(figures, fault, proposal):
    (finding,) = found(figures).findings

    assert (finding.fault, finding.proposal_in_words) == (fault, proposal)


def test_a_row_that_fits_that_has_too_few_runs_or_none_is_no_finding():
    half, quarter = row(2, on_time=3, late=3), row(4, on_time=5, p90=225)
    few, few_limited, none = row(3, late=4), row(1, no_limit=4), row(5)

    told = found(half, quarter, few, few_limited, none)

    assert (told.findings, told.fitting, told.too_few, told.unused) == (
        (),
        (half, quarter),
        (few, few_limited),
        (none,),
    )


@pytest.mark.parametrize(
    ("minutes", "rounded"),
    [
        (0, 5),
        (5, 5),
        (6, 15),
        (16, 30),
        (61, 90),
        (181, 240),
        (240, 240),
        (241, 450),
        (450, 450),
        (451, 900),
        (900, 900),
    ],
)
def test_a_proposal_is_rounded_up_to_what_somebody_would_write(minutes, rounded):
    assert rounded_up(minutes) == rounded


def test_the_page_proposes_what_the_ledger_says(cast, at_now, page_of):
    for day in ("2026-10-05", "2026-10-06", "2026-10-07", "2026-11-03", "2026-11-04"):
        ticket = report(by=cast.reporter, answers=LINK, now=wib(f"{day} 09.00"))
        ticket = advance(ticket, cast, 2, now=wib(f"{day} 09.20"))
        advance(ticket, cast, 3, now=wib(f"{day} 10.00"), penyebab="coding")

    page = page_of()

    section = one(page, "[aria-labelledby=mutu-baku]")
    rows = [[words(cell) for cell in select(line, "td")] for line in select(section, "tbody tr")]
    assert rows == [
        ["belum ada", "belum ada mutu baku waktu", "5", "–", "–", "–", "20 m", "20 m", "30 menit"],
        ["15 menit", "selalu terlewati", "5", "0", "0", "5", "40 m", "40 m", "60 menit"],
    ]
    assert words(one(page, ".sla-sentence")) == "Mutu baku waktu 2 langkah perlu ditinjau; 0 penyimpangan tercatat."


def test_the_twelve_months_up_to_now_are_looked_back_on_unless_asked_otherwise(cast, at_now, page_of):
    old = report(by=cast.reporter, answers=LINK, now=wib("2025-11-28 09.00"))
    advance(old, cast, "tidak-diproses", reason="Lama.", now=wib("2025-11-28 09.20"))

    usual, asked = page_of(), page_of(dari="2025-11-01")

    assert "1 Des 2025 s.d. 20 Nov 2026" in words(one(usual, ".page-title"))
    assert [len(select(page, ".reason")) for page in (usual, asked)] == [0, 1]


# Deviations


@pytest.fixture
def deviations(cast, at_now):
    """Two reports refused, one of them with its text erased since, and one that needed no repair."""
    for day, reason in (("2026-11-03", "Laporan ganda."), ("2026-11-04", "Rahasia pelapor."), ("2026-11-05", "")):
        ticket = report(by=cast.reporter, answers=LINK, now=wib(f"{day} 09.00"))
        if reason:
            advance(ticket, cast, "tidak-diproses", reason=reason, now=wib(f"{day} 09.20"))
        else:
            ticket = advance(ticket, cast, 2, now=wib(f"{day} 09.00"))  # two rows left at one instant
            advance(ticket, cast, 9, reason="Tidak rusak.", now=wib(f"{day} 09.00"), penyebab="tanpa_perbaikan")
    secret = EntryDetail.objects.get(body__reason="Rahasia pelapor.")
    EntryDetail.objects.filter(pk=secret.pk).update(body={}, erased_at=NOW)


def test_each_deviation_stands_with_ticket_day_performer_and_reason(deviations, page_of):
    section = one(page_of(), "[aria-labelledby=penyimpangan]")

    lines = [[words(cell) for cell in select(line, "td")] for line in select(section, "tbody tr")]
    assert lines == [
        ["2 Tanpa perbaikan", "5 Nov 2026 09.00 WIB", "Rina Marlina", "Tidak rusak."],
        ["1 Tidak diproses", "4 Nov 2026 09.20 WIB", "Budi Santoso", "(teks dihapus)"],
        ["1 Tidak diproses", "3 Nov 2026 09.20 WIB", "Budi Santoso", "Laporan ganda."],
    ]


def test_deviations_are_counted_by_arrow_and_each_count_leads_to_them(cast, deviations, client_of):
    client = client_of(cast.holder(Role.KEPALA_BIDANG_APTIKA))
    ways = select(read(client.get("/laporan/sla/evaluasi/")), ".ways li")

    counted = {words(one(way, "a")): one(way, "a").get("href") for way in ways}

    assert [words(way) for way in ways] == [
        "1 Tidak diproses Website sumbarprov.go.id, Sub Koordinator 2 kali",
        "2 Tanpa perbaikan Website sumbarprov.go.id, Web Developer 1 kali",
    ]
    listed = read(client.get(f"/laporan/sla/evaluasi/{counted['2 kali'].partition('#')[0]}"))
    assert len(select(listed, ".reason")) == 2


def test_reasons_are_read_in_one_query_for_a_page_of_them(cast, at_now, client_of):
    archive(cast, 90, now=NOW, units=[cast.dinkes])
    runs = list(StepRun.objects.filter(is_deviation=True).select_related("ticket")[:25])

    with CaptureQueriesContext(connection) as asked:
        told = evaluation.with_reasons(runs)

    assert (len(asked), len(told), {deviation.reason for deviation in told}) == (1, 25, {None})


def test_an_office_without_a_deviation_is_told_so(cast, at_now, page_of):
    page = page_of()

    assert words(one(one(page, "[aria-labelledby=penyimpangan]"), ".none")) == (
        "Semua langkah ditinggalkan lewat jalan yang ada dalam SOP."
    )
