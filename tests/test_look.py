"""How instants, names and states read, and that no page of the frame depends on what may be broken."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django.core.paginator import Paginator
from django.template.loader import render_to_string
from django.test import RequestFactory

from tests import factories
from tickets.models.tickets import Status
from tickets.templatetags import look
from tickets.templatetags.icons import icon

#: A Saturday, 14.05 WIB.
NOW = datetime(2026, 11, 21, 7, 5, tzinfo=UTC)


def test_wib_writes_the_local_date_and_time():
    assert look.wib(NOW) == "21 Nov 2026 14.05 WIB"
    assert look.wib(datetime(2026, 8, 16, 17, 0, tzinfo=UTC)) == "17 Agu 2026 00.00 WIB"
    assert look.wib(None) == ""


def test_wib_day_names_the_local_day():
    assert look.wib_day(NOW) == "Sabtu, 21 November 2026"
    assert look.wib_day(None) == ""


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(minutes=-1), "21 Nov 2026 14.06 WIB"),
        (timedelta(0), "baru saja"),
        (timedelta(seconds=59), "baru saja"),
        (timedelta(minutes=1), "1 menit yang lalu"),
        (timedelta(minutes=59, seconds=59), "59 menit yang lalu"),
        (timedelta(hours=1), "1 jam yang lalu"),
        (timedelta(hours=14, minutes=5), "14 jam yang lalu"),
        (timedelta(hours=14, minutes=6), "kemarin 23.59"),
        (timedelta(hours=38, minutes=5), "kemarin 00.00"),
        (timedelta(hours=38, minutes=6), "19 Nov 2026 23.59 WIB"),
    ],
)
def test_ago_speaks_of_today_and_yesterday_and_else_names_the_date(passed, words):
    instant = NOW - passed

    with time_machine.travel(NOW, tick=False):
        html = look.ago(instant)

    exact = look.wib(instant)
    hover = "" if words == exact else f' title="{exact}"'
    assert html == f'<time datetime="{instant.isoformat()}"{hover}>{words}</time>'


def test_ago_of_nothing_is_nothing():
    assert look.ago(None) == ""


@pytest.mark.parametrize(
    ("name", "mark"),
    [("Rina Oktavia, S.Kom.", "RO"), ("Ir. Zulkifli", "Z"), ("Siti Nur Rahmah", "SR"), ("", "")],
)
def test_initials_leave_titles_out(name, mark):
    assert look.initials(name) == mark


def test_every_status_has_a_pill_with_colour_icon_and_word():
    assert set(look.PILLS) == set(Status.values)

    for status in Status:
        html = render_to_string(
            "_partials/_state.html", look.state_pill(SimpleNamespace(status=status, status_label=status.label))
        )

        assert 'class="icon"' in html
        assert status.label in html


def test_an_icon_is_decoration_and_carries_nothing_but_its_shape():
    html = icon("clock")

    assert html.startswith('<svg class="icon" viewBox="0 0 512 512" aria-hidden="true" focusable="false"><path')
    assert "<!--" not in html


def test_an_unknown_icon_is_refused():
    with pytest.raises(FileNotFoundError):
        icon("no-such-icon")


def test_paging_keeps_the_other_parameters_of_the_address():
    request = RequestFactory().get("/tiket/", {"cari": "beranda", "page": "2"})

    html = render_to_string("_partials/_pagination.html", {"page": Paginator(range(60), 20).page(2)}, request)

    assert "?cari=beranda&amp;page=1" in html
    assert "?cari=beranda&amp;page=3" in html
    assert "Halaman 2 dari 3" in html


@pytest.mark.parametrize("page", ["400", "403", "403_csrf", "404", "500"])
def test_an_error_page_touches_no_database_and_has_one_heading(page):
    html = render_to_string(f"{page}.html")

    assert html.count("<h1") == 1
    assert "Ke Beranda" in html


def test_the_frame_marks_the_current_page_and_hides_what_the_person_cannot_use(cast, client_of):
    html = client_of(cast.reporter).get("/sop/").content.decode()

    assert html.count("aria-current") == 1
    assert 'href="/sop/" aria-current="page"' in html
    assert "Laporan masuk" not in html
    assert "Pengaturan" not in html
    assert cast.reporter.name in html


def test_the_frame_offers_an_administrator_the_settings(cast, client_of):
    html = client_of(cast.admin).get("/sop/").content.decode()

    assert 'href="/pengaturan/"' in html


def test_a_section_is_marked_on_the_pages_below_it(cast, client_of):
    ticket = factories.report(by=cast.reporter)

    html = client_of(cast.reporter).get(f"/tiket/{ticket.number}/").content.decode()

    assert 'href="/tiket/" aria-current="true"' in html
