"""Reporting a fault: one form for every service, one ticket for every report."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse

from tests import factories
from tests.factories import TUESDAY, screenshot_file
from tests.pages import one, read
from tickets.models import Attachment, HistoryEntry, Ticket
from tickets.models.tickets import Channel
from workflows.roles import Role

PAGE = "/laporan/baru/"
SCREENSHOT = "bukti_masalah-tangkapan_layar"

# Texts nobody should send, each with the field's limit in mind.
AWKWARD = {
    "nothing but control signs": "\0\1\2\u202e",
    "three hundred emoji": "😀" * 300,
    "64 kB of opened tags": "<a" * 32_000,
    "64 kB of brackets": "(" * 64_000,
    "64 kB of ampersands": "&" * 64_000,
    "64 kB of one word": "x" * 64_000,
    "64 kB of lines": "\r\n" * 32_000,
    "64 kB of dots and slashes": "../" * 21_000,
    "a template": "{{ settings.SECRET_KEY }}{% debug %}",
    "a script": "<script>alert(1)</script>",
}


@pytest.fixture
def send(cast, client_of):
    """Sends the form as the reporter, or as `by`, with whatever is overruled."""

    def post(by=None, **typed):
        body = {
            "procedure": "website",
            "title": "Halaman berita kosong",
            "description": "Sejak pagi tidak ada isi.",
            "page_url": "sumbarprov.go.id/berita",
            "impact": "satu",
            "token": str(uuid4()),
            **typed,
        }
        client = client_of(by or cast.reporter)
        client.raise_request_exception = False
        return client.post(PAGE, {name: value for name, value in body.items() if value is not None})

    return post


def errors_of(answer):
    return dict(answer.context["form"].errors)


def test_the_page_asks_first_what_is_wrong_and_says_who_will_handle_it(cast, client_of):
    html = client_of(cast.reporter).get(PAGE).content.decode()

    assert html.index("Apa yang terganggu?") < html.index("Judul") < html.index("Kirim laporan")
    assert "Diterima oleh <strong>Sub Koordinator</strong>. Anda dapat mengikuti setiap langkahnya di Beranda." in html
    assert "Diterima oleh <strong>Subkoordinator Aplikasi</strong> dalam 1 hari." in html
    assert "Web Developer · mutu baku 15 menit" in html
    assert html.index("mutu baku") < html.index("Kirim laporan")
    form = one(read(client_of(cast.reporter).get(PAGE)), "form.report")
    assert "novalidate" in form.attrib  # what is wrong is said in our words, not in those of the browser


def test_the_address_can_choose_the_service(cast, client_of):
    client = client_of(cast.reporter)

    checked = [
        re.findall(r'value="(\w+)"[^>]* checked', client.get(PAGE, query).content.decode().split("Judul")[0])
        for query in ({}, {"layanan": "spj_online"}, {"layanan": "tidak-ada"})
    ]

    assert checked == [[], ["spj_online"], []]


def test_the_page_needs_a_sign_in_and_costs_few_queries(cast, client_of, client, django_assert_max_num_queries):
    reporter = client_of(cast.holder(Role.SUB_KOORDINATOR))

    with django_assert_max_num_queries(10):
        assert reporter.get(PAGE).status_code == 200
    assert client.get(PAGE).status_code == 302


@time_machine.travel(TUESDAY, tick=False)
def test_a_report_becomes_a_ticket_on_the_first_row(cast, send):
    answer = send(
        impact="unit",
        noticed_at="2026-11-17T09:30",
        **{SCREENSHOT: [screenshot_file("a.png"), screenshot_file("b.png")]},
    )

    ticket = Ticket.objects.get()
    assert (answer.status_code, answer.url) == (302, f"/laporan/terkirim/{ticket.number}/")
    assert (ticket.number, ticket.state) == ("WEB-2026-0001", "website-2024.1")
    assert (ticket.title, ticket.description) == ("Halaman berita kosong", "Sejak pagi tidak ada isi.")
    assert (ticket.page_url, ticket.impact) == ("https://sumbarprov.go.id/berita", "unit")
    assert ticket.noticed_at == TUESDAY - timedelta(minutes=30)
    assert (ticket.reporter, ticket.filed_by, ticket.unit) == (cast.reporter, cast.reporter, cast.dinkes)
    assert [file.name for file in ticket.attachments.all()] == ["a.png", "b.png"]
    assert ticket.given["bukti_masalah"]["tautan"] == "https://sumbarprov.go.id/berita"


def test_files_sent_ahead_go_with_the_report(cast, send):
    key = factories.upload(cast.reporter)

    send(procedure="spj_online", page_url="", **{f"{SCREENSHOT}-berkas": [key]})

    ticket = Ticket.objects.get()
    assert ticket.number.startswith("SPJ-")
    assert ticket.given == {"bukti_masalah": {"tangkapan_layar": [key]}}
    assert ticket.attachments.get().key == key


@pytest.mark.parametrize(
    ("procedure", "page_url", "files", "sentence"),
    [
        ("website", "", [], "Sertakan sedikitnya satu tangkapan layar atau satu tautan."),
        ("website", "sumbarprov.go.id", [], None),
        ("website", "", ["a.png"], None),
        ("spj_online", "", [], "Sertakan sedikitnya satu tangkapan layar."),
        ("spj_online", "spj.sumbarprov.go.id", [], "Sertakan sedikitnya satu tangkapan layar."),
        ("spj_online", "", ["a.png"], None),
    ],
)
def test_only_the_chosen_services_rule_of_evidence_applies(send, procedure, page_url, files, sentence):
    answer = send(procedure=procedure, page_url=page_url, **{SCREENSHOT: [screenshot_file(name) for name in files]})

    if sentence is None:
        assert answer.status_code == 302
    else:
        assert (answer.status_code, errors_of(answer)) == (422, {SCREENSHOT: [sentence]})
        assert not Ticket.objects.exists()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("sumbarprov.go.id/berita", "https://sumbarprov.go.id/berita"),
        ("  http://sumbarprov.go.id ", "http://sumbarprov.go.id"),
        ("sumbarprov.go.id/cari?q=a b", None),
        ("halaman berita", None),
        ("javascript:alert(1)", None),
        ("https://", None),
    ],
)
def test_a_link_is_taken_as_people_write_it_or_asked_for_again(send, typed, kept):
    answer = send(page_url=typed)

    if kept:
        assert Ticket.objects.get().page_url == kept
    else:
        assert list(errors_of(answer)) == ["page_url"]


@time_machine.travel(TUESDAY, tick=False)
@pytest.mark.parametrize(
    ("typed", "accepted"),
    [
        ("2026-11-17T10:00", True),
        ("2026-11-17T10:01", False),
        ("2001-02-03T04:05", True),
        ("0001-01-01T00:00", False),
        ("9999-12-31T23:59", False),
        ("kemarin", False),
        ("", True),
    ],
)
def test_a_fault_was_noticed_in_the_past(send, typed, accepted):
    answer = send(noticed_at=typed)

    assert answer.status_code == (302 if accepted else 422)


def test_what_must_be_put_right_is_said_and_nothing_typed_is_lost(cast, send):
    answer = send(
        procedure=None,
        title="",
        description="Uraian <b>panjang</b>",
        **{SCREENSHOT: [screenshot_file("baik.png"), SimpleUploadedFile("surat.docx", b"PK\3\4")]},
    )

    html = answer.content.decode()
    kept = Attachment.objects.get()
    assert answer.status_code == 422
    assert errors_of(answer) == {
        "procedure": ["Silakan pilih layanan yang terganggu."],
        "title": ["Silakan tuliskan judul."],
        SCREENSHOT: ["“surat.docx” tidak dapat diterima. Silakan kirim gambar PNG, JPEG, atau WebP."],
    }
    assert "Laporan belum terkirim. Isian Anda tidak hilang." in html
    assert "Uraian &lt;b&gt;panjang&lt;/b&gt;" in html
    assert 'value="sumbarprov.go.id/berita"' in html
    assert f'value="{kept.key}" checked' in html


def test_missing_evidence_keeps_what_was_typed(send):
    answer = send(procedure="spj_online", title="Data tidak tersimpan", page_url="")

    html = answer.content.decode()
    assert 'value="Data tidak tersimpan"' in html
    assert 'value="spj_online"' in re.findall(r"<input[^>]*checked[^>]*>", html)[0]


@pytest.mark.parametrize("label", AWKWARD)
def test_awkward_text_is_answered_in_words_and_stays_text(label, send, cast, client_of):
    text = AWKWARD[label]

    for field in ("title", "description", "page_url", "reporter_contact", "impact", "procedure", "token", "noticed_at"):
        answer = send(**{field: text})
        assert answer.status_code in (302, 403, 422), field
        assert b"<script>alert(1)" not in answer.content
    for ticket in Ticket.objects.all():
        assert "\0" not in ticket.title + ticket.description
        assert client_of(cast.reporter).get(reverse("laporan-terkirim", args=[ticket.number])).status_code == 200


def test_a_long_title_is_answered_with_both_numbers(send):
    answer = send(title="😀" * 300)

    assert errors_of(answer) == {"title": ["Judul paling banyak 150 karakter; sekarang 300."]}


def test_signs_nobody_sees_are_taken_out_and_lines_stay(send):
    send(title="Judul\0 \u202eaneh\x1b[31m", description="satu\r\ndua\rtiga\u2066\0")

    ticket = Ticket.objects.get()
    assert (ticket.title, ticket.description) == ("Judul aneh[31m", "satu\ndua\ntiga")


# Twice is once


def test_a_report_sent_twice_is_one_ticket(cast, send):
    token, key = str(uuid4()), factories.upload(cast.reporter)

    answers = [send(token=token, **{f"{SCREENSHOT}-berkas": [key]}) for _ in range(3)]

    assert [answer.url for answer in answers] == [f"/laporan/terkirim/{Ticket.objects.get().number}/"] * 3
    assert HistoryEntry.objects.count() == 1


def test_a_file_cannot_be_sent_with_two_reports(cast, send):
    key = factories.upload(cast.reporter)

    first, second = (send(**{f"{SCREENSHOT}-berkas": [key]}) for _ in range(2))

    assert (first.status_code, second.status_code) == (302, 403)
    assert errors_of(second) == {
        "__all__": ["Sebagian berkas sudah tidak tersedia. Silakan unggah kembali berkas tersebut."]
    }


@pytest.mark.django_db(transaction=True)
def test_twenty_clicks_at_once_are_one_ticket(client_of):
    reporter = factories.person("Siti Rahmah")
    body = {
        "procedure": "website",
        "title": "Halaman kosong",
        "description": "Tidak ada isi.",
        "page_url": "sumbarprov.go.id",
        "impact": "satu",
        "token": str(uuid4()),
    }
    clients = [client_of(reporter) for _ in range(20)]

    def click(client):
        try:
            return client.post(PAGE, body).headers.get("Location")
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        places = set(pool.map(click, clients))

    assert places == {f"/laporan/terkirim/{Ticket.objects.get().number}/"}


# For somebody else


def test_a_subkoordinator_files_for_somebody_with_an_account(cast, send):
    budi = cast.holder(Role.SUB_KOORDINATOR)

    send(by=budi, reporter_name="Bu Siti", reporter_contact=cast.reporter.email.upper(), channel="whatsapp")

    ticket = Ticket.objects.get()
    assert (ticket.reporter, ticket.reporter_name, ticket.unit) == (cast.reporter, "Siti Rahmah", cast.dinkes)
    assert (ticket.filed_by, ticket.channel) == (budi, Channel.WHATSAPP)


def test_a_subkoordinator_files_for_somebody_without_an_account(cast, send):
    budi = cast.holder(Role.SUB_KOORDINATOR)

    send(by=budi, reporter_name="Pak Rahman", reporter_unit=cast.bapenda.pk, reporter_contact="0812", channel="surat")

    ticket = Ticket.objects.get()
    assert (ticket.reporter, ticket.reporter_name, ticket.reporter_contact) == (None, "Pak Rahman", "0812")
    assert (ticket.unit, ticket.filed_by, ticket.channel) == (cast.bapenda, budi, Channel.LETTER)


def test_filing_for_somebody_needs_a_name_and_a_channel(cast, send):
    answer = send(by=cast.holder(Role.SUB_KOORDINATOR), reporter_contact="0812")

    assert list(errors_of(answer)) == ["reporter_name", "channel"]
    assert re.search(r"<details[^>]* open>\s*<summary>Catat atas nama pelapor", answer.content.decode())


@pytest.mark.parametrize("who", ["reporter", Role.WEB_DEVELOPER, Role.SUBKOORDINATOR_APLIKASI])
def test_nobody_else_files_for_others(cast, send, who):
    person = cast.reporter if who == "reporter" else cast.holder(who)

    answer = send(by=person, reporter_name="Pak Rahman", channel="telepon")

    assert answer.status_code == 403
    assert errors_of(answer) == {"__all__": ["Hanya Sub Koordinator yang dapat mencatat laporan atas nama orang lain."]}
    assert not Ticket.objects.exists()


def test_only_a_subkoordinator_is_offered_to_file_for_others(cast, client_of):
    offered = [person for person in cast.everybody if b"Catat atas nama pelapor" in client_of(person).get(PAGE).content]

    assert offered == [cast.holder(Role.SUB_KOORDINATOR), cast.holder(Role.SUBKOORDINATOR_APLIKASI)]


# Afterwards


def test_afterwards_the_number_and_the_way_on_are_shown(cast, client_of):
    ticket = factories.report("spj_online", by=cast.reporter)

    html = client_of(cast.reporter).get(reverse("laporan-terkirim", args=[ticket.number])).content.decode()

    assert f'<p class="sent-number number">{ticket.number}</p>' in html
    assert "Sekarang di tangan <strong>Subkoordinator Aplikasi</strong>, mutu baku 1 hari." in html
    assert f'data-copy="http://testserver{ticket.get_absolute_url()}"' in html


def test_the_page_afterwards_is_for_those_who_see_the_ticket(cast, client_of):
    ticket = factories.report(by=cast.reporter)

    assert client_of(cast.stranger).get(reverse("laporan-terkirim", args=[ticket.number])).status_code == 404
