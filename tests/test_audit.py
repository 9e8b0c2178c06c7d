"""The audit trail: written with every change, told in calm sentences, changed by nobody."""

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from tests.factories import report
from tests.pages import one, read, select, words
from tickets import actions, audit, retention, trail
from tickets.models import AuditEntry
from tickets.views import office
from workflows.roles import Role

pytestmark = pytest.mark.django_db

Event = AuditEntry.Event
PAGE = "/jejak-audit/"


def lines(client, **query):
    return [words(line) for line in select(read(client.get(PAGE, query)), "ul.trail li")]


def test_only_administrators_read_it(cast, client_of):
    statuses = {who.name for who in cast.everybody if client_of(who).get(PAGE).status_code == 200}

    assert statuses == {cast.admin.name}


def test_each_kind_of_event_has_its_sentence(cast):
    assert set(trail.DOES) == set(Event)

    told = [trail.told(audit.record(event, by=cast.admin, about=cast.reporter)).sentence for event in Event]

    assert [sentence for sentence in told if "{" in sentence or "  " in sentence or not sentence.endswith(".")] == []
    assert len(set(told)) == len(told)


def test_who_did_what_to_whom_is_said(cast):
    said = {
        (Event.PERSON_CHANGED, cast.admin, cast.reporter): "Dewi Admin mengubah data milik Siti Rahmah.",
        (Event.PASSWORD_CHANGED, cast.reporter, cast.reporter): "Siti Rahmah mengubah kata sandi.",
        (Event.SIGN_IN_FAILED, None, cast.reporter): "Gagal masuk sebagai Siti Rahmah.",
        (Event.SIGN_IN_FAILED, None, None): "Gagal masuk.",
        (Event.RETAINED, None, None): "SOPDesk menjalankan masa simpan.",
        (Event.ROLE_GIVEN, cast.admin, cast.stranger): "Dewi Admin memberikan peran kepada Andi Putra.",
    }

    told = {key: trail.told(audit.record(key[0], by=key[1], about=key[2])).sentence for key in said}

    assert told == said


def test_facts_are_named_and_what_has_no_name_is_not_shown(cast):
    entry = audit.record(
        Event.ROLE_GIVEN, by=cast.admin, role=Role.PROGRAMMER, procedure="", unit_pk=3, fields=["name", "phone"]
    )

    assert trail.told(entry).facts == "isian: nama, telepon, peran: Programmer"


REFUSED = "disetujui: tidak, alasan: Data yang diisi tidak lengkap atau tidak benar"


@pytest.mark.parametrize(
    ("event", "facts", "told"),
    [
        (Event.SIGNED_IN, {"via": "sso", "factor": "aplikasi"}, "lewat: SSO, langkah kedua: aplikasi autentikator"),
        (Event.SIGNED_IN, {"factor": "pemulihan"}, "langkah kedua: kode pemulihan"),
        (Event.ROLE_GIVEN, {"procedure": "spj_online"}, "layanan: Aplikasi SPJ Online"),
        (Event.ROLE_CHANGED, {"fields": ["ends_on", "letter_number"]}, "isian: sampai, nomor surat"),
        (Event.OFFICE_CHANGED, {"fields": ["city", "unit"]}, "isian: kota, bidang"),
        (Event.OFFICE_CHANGED, {"section": "kop"}, "bagian: kop surat"),
        (Event.OFFICE_CHANGED, {"section": "signer sub_koordinator"}, "bagian: penanda tangan Sub Koordinator"),
        (Event.OFFICE_CHANGED, {"section": "approval website-2024"}, "bagian: pengesahan SOP Website sumbarprov.go.id"),
        (Event.ROLE_ENDED, {"ends_on": "2026-03-05", "called_off": True}, "sampai: 5 Mar 2026, dibatalkan: ya"),
        (Event.ROLE_ENDED, {"ends_on_before": "2026-03-05"}, "sebelumnya sampai: 5 Mar 2026"),
        (Event.ROLE_GIVEN, {"role": "programmer", "substitute_for": 7}, "peran: Programmer, sebagai pengganti: ya"),
        (Event.REGISTERED, {"registration": 3}, ""),
        (Event.REGISTRATION_DECIDED, {"accepted": False, "reason": "data-kurang"}, REFUSED),
        (Event.TABLE_EXPORTED, {"table": "Tiket", "format": "xlsx"}, "tabel: Tiket, bentuk: Excel (XLSX)"),
    ],
)
def test_what_is_written_down_as_a_key_is_told_in_words(cast, event, facts, told):
    assert trail.told(audit.record(event, by=cast.admin, **facts)).facts == told


def test_every_section_of_the_office_has_its_words():
    assert set(trail.WORDS["section"]) == {*office.SECTIONS}


def test_entries_are_found_by_event_person_and_day(cast, client_of):
    for who in (cast.reporter, cast.stranger):
        audit.record(Event.SIGNED_IN, by=who, about=who)
    audit.record(Event.PERSON_CHANGED, by=cast.admin, about=cast.reporter)
    client = client_of(cast.admin)

    found = {
        "event": len(lines(client, kejadian="masuk")),
        "person": len(lines(client, orang="SITI")),
        "both": len(lines(client, kejadian="pengguna-diubah", orang="dewi")),
        "another day": len(lines(client, sampai="2001-01-01")),
        "nonsense": len(lines(client, kejadian="x", dari="x")),
    }

    assert found == {"event": 2, "person": 2, "both": 1, "another day": 0, "nonsense": 3}


@pytest.mark.parametrize("name", ["jejak-audit", "siapa-melihat"])
@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31"])
def test_a_day_that_no_clock_tells_is_left_out(cast, client_of, name, day):
    response = client_of(cast.admin).get(reverse(name), {"dari": day})

    assert (response.status_code, f'value="{day}"' in response.content.decode()) == (200, False)


def test_a_hold_on_a_security_incident_is_not_told_to_who_may_not_know_it(cast, client_of):
    subko = cast.holder(Role.SUB_KOORDINATOR)
    ticket = report(by=cast.reporter)
    retention.place_hold(ticket, by=subko, reason="Pemeriksaan")
    client = client_of(cast.admin)
    told = lines(client)

    actions.restrict(ticket, by=subko, reason="Peretasan")

    assert (len(told), ticket.number in told[0]) == (1, True)
    assert lines(client) == []


@pytest.mark.parametrize("count", [3, 300])
def test_the_page_costs_the_same_whatever_is_behind_it(cast, client_of, django_assert_max_num_queries, count):
    for _ in range(count):
        audit.record(Event.PERSON_CHANGED, by=cast.admin, about=cast.reporter, ticket=None)
    client = client_of(cast.admin)
    client.get(PAGE)

    with django_assert_max_num_queries(8) as asked:
        page = read(client.get(PAGE))

    assert sum('FROM "tickets_auditentry"' in query["sql"] for query in asked.captured_queries) == 1
    assert len(select(page, "ul.trail li")) == min(count, 50)


def test_the_database_refuses_to_change_an_entry(cast):
    entry = audit.record(Event.SIGNED_IN, by=cast.reporter)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditEntry.objects.filter(pk=entry.pk).update(by=cast.admin)


def test_asking_for_a_table_is_written_down(cast, client_of):
    head = cast.holder(Role.KEPALA_BIDANG_APTIKA)
    report(by=cast.reporter)

    client_of(head).post("/unduhan/", {"isi": "tiket", "bentuk": "csv", "saringan": "cari=rahasia"})

    entry = AuditEntry.objects.get(event=Event.TABLE_EXPORTED)
    assert (entry.by, entry.facts) == (head, {"table": "Tiket", "format": "csv"})


def test_an_empty_trail_says_so(cast, client_of):
    assert "Belum ada yang tercatat." in words(one(read(client_of(cast.admin).get(PAGE)), "main"))


def test_nights_on_which_nothing_went_are_only_told_to_who_asks_for_them(cast, client_of):
    for removed in (0, 3):
        audit.record(Event.RETAINED, by=None, kind="berkas", days=730, removed=removed)
    client = client_of(cast.admin)

    assert (len(lines(client)), len(lines(client, kejadian=Event.RETAINED))) == (1, 2)
    assert "jenis: Berkas tiket, lama simpan (hari): 730, dihapus: 3" in lines(client)[0]
