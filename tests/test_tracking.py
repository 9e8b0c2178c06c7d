"""Following a report by its code: for who reported without an account. Stations and dates, and nothing else."""

import logging
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import TUESDAY, person, report, walk
from tests.pages import one, read, select, words
from tickets import actions, history, tracking
from tickets.exports import lists
from tickets.models import AuditEntry, Notice, Ticket
from workflows import sops
from workflows.roles import Role
from workflows.sop import END

SECRET, NAME, CONTACT = "Kuitansi zzyzx hilang", "Nurhayati Zahir", "0812-9999-0000"


@pytest.fixture
def budi(cast):
    return cast.holder(Role.SUB_KOORDINATOR)


@pytest.fixture
def ticket(cast, budi):
    """Written down for somebody without an account, now on row 4."""
    behalf = actions.OnBehalfOf(name=NAME, unit=cast.bapenda, contact=CONTACT, channel="telepon")
    filed = report(by=budi, title=SECRET, on_behalf_of=behalf, now=TUESDAY)
    ticket = walk(filed, cast, 2, 3, 4, now=TUESDAY)
    return actions.comment(ticket, by=budi, text=f"{SECRET}!", now=TUESDAY)


@pytest.fixture
def address(ticket):
    return reverse("lacak", args=[ticket.tracking_code])


def test_the_page_says_stations_and_dates_and_nothing_else(ticket, address, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: TUESDAY)

    main = one(read(Client().get(address)), "main")

    rows = [f"Langkah {step.no}: {step.activity}" for step in sops.get(ticket.sop_key).steps]
    allowed = [
        *("Perkembangan laporan", "Diproses", "Keadaan 17 Nov 2026 10.00 WIB"),
        *(f"{no} {row}" for no, row in enumerate(rows, start=1)),
        *(*rows, "selesai · 17 Nov 2026", "sekarang · sejak 17 Nov 2026", "berikutnya", "tidak dilalui"),
        "Muat ulang untuk melihat keadaan terbaru.",
        "Halaman ini tidak menampilkan nama maupun isi laporan.",
    ]
    left = re.sub(r"\s+", " ", words(main))
    for sentence in sorted(allowed, key=len, reverse=True):
        left = left.replace(re.sub(r"\s+", " ", sentence), "")
    assert left.strip() == ""


def test_no_name_number_or_text_stands_anywhere_in_it(cast, ticket, address):
    html = Client().get(address).content.decode()

    names = [someone.name for someone in cast.everybody]
    for word in (ticket.number, SECRET, NAME, CONTACT, "Bapenda", "Badan Pendapatan", "Muncul galat", *names):
        assert word not in html


def test_it_moves_with_the_report(cast, ticket, address):
    before = one(read(Client().get(address)), "li[aria-current=step]")

    walk(ticket, cast, 5, 9, END)

    after = read(Client().get(address))
    assert words(before).startswith("4 ")
    assert select(after, "li[aria-current=step]") == []
    assert "Menunggu konfirmasi" in words(one(after, "p.follow-state"))


def test_it_is_kept_nowhere_and_told_to_nobody(address):
    response = Client().get(address)

    assert response["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    assert (response["Referrer-Policy"], response["X-Robots-Tag"]) == ("no-referrer", "noindex, nofollow, noarchive")
    assert not response.cookies


def without_nonces(response):
    return re.sub(rb'nonce="[^"]*"', b"", response.content)


def test_what_may_not_be_followed_is_as_absent_as_an_unknown_code(settings, budi, ticket, address):
    browser = Client()
    unknown = browser.get(reverse("lacak", args=["x" * 43]))

    actions.restrict(ticket, by=budi, reason="Disusupi.")
    restricted = browser.get(address)
    actions.unrestrict(ticket, by=budi, reason="Hanya galat.")
    Ticket.objects.filter(pk=ticket.pk).update(erased_at=TUESDAY)
    erased = browser.get(address)
    Ticket.objects.filter(pk=ticket.pk).update(erased_at=None)
    settings.TRACKING = False
    switched_off = browser.get(address)

    for absent in (restricted, erased, switched_off):
        assert (absent.status_code, without_nonces(absent)) == (404, without_nonces(unknown))
        assert absent.headers.keys() == unknown.headers.keys()


def test_no_code_is_like_another_and_only_who_has_no_account_gets_one(settings, cast, budi, ticket):
    behalf = actions.OnBehalfOf(name=cast.reporter.name, account=cast.reporter)
    codes = {report(by=budi, on_behalf_of=actions.OnBehalfOf(name=NAME)).tracking_code for _ in range(3)}
    with_account = [report(by=cast.reporter), report(by=budi, on_behalf_of=behalf)]
    settings.TRACKING = False
    off = report(by=budi, on_behalf_of=actions.OnBehalfOf(name=NAME))

    assert len(codes) == 3
    assert all(len(code) == 43 for code in codes)
    assert [filed.tracking_code for filed in (*with_account, off)] == [None] * 3


def test_the_link_stands_where_the_report_was_sent_and_on_its_ticket(client_of, budi, ticket, address):
    pages = [reverse("laporan-terkirim", args=[ticket.number]), ticket.get_absolute_url()]

    for page in pages:
        html = client_of(budi).get(page).content.decode()
        assert html.count(f'{address}"') == 2  # to copy, and to look at
        assert "https://wa.me/?text=Laporan+Anda+tercatat+dengan+nomor+" in html


def test_who_neither_filed_nor_coordinates_never_sees_the_code(cast, client_of, ticket):
    everybody = [*cast.everybody, person("Wati", role=Role.PROGRAMMER, procedure="website")]
    told = {
        someone.name: ticket.tracking_code in client_of(someone).get(page).content.decode()
        for someone in everybody
        for page in (ticket.get_absolute_url(),)
    }

    assert [name for name, is_told in told.items() if is_told] == [cast.holder(Role.SUB_KOORDINATOR).name]


def test_the_code_is_in_no_log_history_notice_search_or_sheet(caplog, ticket, address):
    with caplog.at_level(logging.DEBUG, logger="sopdesk"):
        Client().get(address)

    code = ticket.tracking_code
    assert code not in caplog.text
    assert code not in ticket.search_text
    assert code not in repr([entry.detail.body for entry in ticket.entries.select_related("detail")])
    assert code not in repr([*Notice.objects.values(), *AuditEntry.objects.values()])
    assert code not in repr([lists._ticket(one) for one in Ticket.objects.with_turn()])
    assert list(history.verify()) == []


def test_a_report_that_follows_another_shows_its_way_and_not_whose_it_is(cast, client_of):
    lina = cast.holder(Role.SUBKOORDINATOR_APLIKASI)
    main = report("spj_online", by=cast.reporter, title="Tiket utama zzyzx")
    second = report("spj_online", by=lina, on_behalf_of=actions.OnBehalfOf(name=NAME))
    actions.tie(second, to=main, by=lina, run=second.runs.get().pk)
    walk(main, cast, 2, 3)

    html = Client().get(reverse("lacak", args=[second.tracking_code])).content.decode()

    assert html.count('aria-current="step"') == 1
    assert main.number not in html
    assert "zzyzx" not in html


def test_following_costs_few_queries(django_assert_max_num_queries, ticket, address):
    with django_assert_max_num_queries(4):
        Client().get(address)


def test_without_the_setting_no_link_is_shown(settings, budi, ticket):
    shown = tracking.link_for(budi, ticket)
    settings.TRACKING = False

    assert (shown.endswith(f"/lacak/{ticket.tracking_code}/"), tracking.link_for(budi, ticket)) == (True, "")
