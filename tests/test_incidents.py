"""Security incidents (DESIGN section 7): known to who holds a role in the SOP, and to nobody else, by no way.

The sweep opens every address as people who must not know of one, once while it is there and once where it never was,
and wants the same answer to the byte.
"""

import re
import statistics
import time
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import TUESDAY, person, report, upload, walk
from tests.test_rights import pages
from tickets import actions, alike, history, rules
from tickets.exports import exporting
from tickets.models import Document, Export, FileView, Notice, ReportedTo, RoleAssignment, Ticket
from tickets.models import tickets as tickets_models
from tickets.notifications import kinds, outbox
from tickets.reports import completion, issuing, monthly, periods, recap
from tickets.sight import Sight
from workflows.roles import Role
from workflows.sop import END, MENUNGGU_KONFIRMASI, SELESAI

NOW = TUESDAY + timedelta(hours=1)
SECRET = "Peladen disusupi zzyzx"
WHY = "Situs disusupi."
PILL = '<span class="pill pill-incident">'

#: What differs from one answer to the next, whatever stands in the database: tokens, how full the disk
#: is, and how far the clock that stands here is from the database's.
PASSING = re.compile(
    rb'(name="csrfmiddlewaretoken" value=|nonce=|X-CSRFToken[^:]*:\s*)"[^"]*"|name="token" value="[^"]*"'
    rb'|value="[^"]*" name="token"|[\d,.]+ GB|\d+\xc2\xa0% terpakai|Selisih \d+ detik'
)
#: Made of the SOP or the office alone, and slow; or of chance.
OF_NO_TICKET = re.compile(r"^/(sop/.*\.pdf|kantor/contoh\.pdf|profil/verifikasi/aktifkan/|pengguna/impor/)")


@pytest.fixture(autouse=True)
def _the_clock_stands(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def budi(cast):
    """The subkoordinator of the website."""
    return cast.holder(Role.SUB_KOORDINATOR)


@pytest.fixture
def lina(cast):
    """The subkoordinator of SPJ Online, who has no role in the website's SOP."""
    return cast.holder(Role.SUBKOORDINATOR_APLIKASI)


@pytest.fixture
def ticket(cast):
    """A report on row 4, with a comment of its reporter."""
    ticket = walk(report(by=cast.reporter, title=SECRET), cast, 2, 3, 4)
    actions.comment(ticket, by=cast.reporter, text="Lihat gambar ini.", files=[upload(cast.reporter)])
    return ticket


def mark(ticket, by):
    return actions.restrict(ticket, by=by, reason=WHY)


def fresh(ticket):
    return Ticket.objects.get(pk=ticket.pk)


@contextmanager
def undone():
    """Whatever is written in between never happened."""
    point = transaction.savepoint()
    yield
    transaction.savepoint_rollback(point)


# The sweep


@pytest.fixture
def unaware(cast, lina, client_of):
    """A browser for everybody who must not know: also of two who once worked on it. Nobody at all is among them."""
    people = {
        "stranger": cast.stranger,
        "reporter": cast.reporter,
        "administrator": cast.admin,
        "other SOP": lina,
        "role ended": cast.holder(Role.WEB_DEVELOPER),
        "role limited": cast.holder(Role.PROGRAMMER),
    }
    if connection.vendor == "postgresql":  # where queries differ, these two show it; SQLite answers to all
        people = {name: people[name] for name in ("reporter", "administrator")}
    return {"anybody": Client()} | {name: client_of(someone) for name, someone in people.items()}


@pytest.fixture
def ordinary(cast):
    """What else there is: reports of both reporters to both SOPs, and a Laporan SLA."""
    walk(report(by=cast.reporter, title="Halaman kontak kosong"), cast, 2, 3, 4)
    walk(report("spj_online", by=cast.stranger), cast, 2, 3)
    report("spj_online", by=cast.reporter)
    paper = issuing.order_sla(periods.month_of(NOW.date().replace(month=10)), by=None, now=NOW)
    issuing.make_next(NOW)
    paper.refresh_from_db()
    return paper


def incidents(cast):
    """Two of them: on row 4, seen by somebody, and one whose work is done."""
    found = [report(by=cast.reporter, title=SECRET) for _ in range(2)]
    walk(found[0], cast, 2, 3, 4)
    walk(found[1], cast, 2, 9, END, penyebab="tanpa_perbaikan")
    actions.comment(found[0], by=cast.reporter, text=f"{SECRET}!", files=[upload(cast.reporter)])
    budi = cast.holder(Role.SUB_KOORDINATOR)
    for file in found[0].attachments.all():
        FileView.objects.create(at=NOW, person=budi, attachment=file, part=FileView.Part.WHOLE)
    return [mark(ticket, budi) for ticket in found]


def let_go(cast):
    """Two who worked on them lose their roles, or all but those in another SOP."""
    cast.holder(Role.WEB_DEVELOPER).role_assignments.update(ends_on="2020-01-02")
    cast.holder(Role.PROGRAMMER).role_assignments.update(procedure="spj_online")


def addresses(ticket, paper):
    """Every address of the helpdesk, and those that ask for this ticket in so many words."""
    own = dict.fromkeys(pages(ticket, ReportedTo.objects.last(), paper))
    files = [reverse(name, args=[key]) for key in ticket.attachments.values_list("key", flat=True)
             for name in ("lampiran", "lampiran-kecil")]  # fmt: skip
    words = (
        ticket.number,
        ticket.number.lower(),
        ticket.number[-4:],
        "zzyzx",
        "disusupi peladen",
        ticket.reporter_name,
    )
    searches = [f"{reverse('tiket')}?cari={word}" for word in (*words, "500")]
    lists = [
        f"{reverse('tiket')}?{query}"
        for query in (
            *("urut=nomor", "urut=terlama", "urut=tenggat", "urut=restricted", "urut=-updated_at", "page=2"),
            *("tampilan=terlambat", "tampilan=diproses", "tampilan=konfirmasi", "tampilan=selesai", "status=diproses"),
            *("milik=laporan", "milik=dikerjakan", "milik=menunggu", "milik=mendatang", "insiden=ya", "restricted=1"),
            *(f"langkah={ticket.state}", "peran=programmer", "opd=Dinkes", "layanan=website", "restricted__exact=True"),
        )
    ]
    told = [
        *(reverse("laporan-masuk") + "?saring=semua", reverse("sop-detail", args=["website-2024"])),
        *(reverse("sla-tiket") + f"?jenis={kind}" for kind in ("masuk", "terbuka", "terlambat")),
        *(f"{ticket.get_absolute_url()}{way}" for way in ("segar/?versi=0", f"mengapa/?run={ticket.runs.first().pk}")),
    ]
    return [a for a in (*own, *files, *searches, *lists, *told) if not OF_NO_TICKET.match(a)]


def asked(client, method, address, **fields):
    """An answer, as far as it may tell anything: status, where it leads, how long it is, what it says."""
    with undone():
        response = getattr(client, method)(address, fields) if fields else getattr(client, method)(address)
        content = response.getvalue() if response.streaming else response.content
    told = PASSING.sub(b"", content)
    return response.status_code, response.get("Location"), response.get("Content-Type"), len(told), told


def answers(browsers, found, fields):
    """What everybody gets for every address: by GET, and where it is about one ticket or file by POST as well."""
    told = {}
    for who, client in browsers.items():
        for address in found:
            told[who, "get", address] = asked(client, "get", address)
            if re.search(r"\d{4}-\d{4}/|/lampiran/|/diketahui/", address):
                told[who, "post", address] = asked(client, "post", address, **fields)
    return told


def leaks(cast, browsers, paper):
    """Where an answer tells that there are incidents: (who, method, address)."""
    with undone():
        first, second = incidents(cast)
        found = [*dict.fromkeys(addresses(first, paper)), second.get_absolute_url(), f"/tiket/?cari={second.number}"]
        fields = {"run": first.runs.last().pk, "text": "Apa kabar?", "reason": "Ingin tahu.", "main": first.number}
        let_go(cast)
        present = answers(browsers, found, fields)
    with undone():
        let_go(cast)
        absent = answers(browsers, found, fields)
    assert len(found) >= 100
    return [key for key in present if present[key] != absent[key]]


def test_nobody_without_a_role_in_its_sop_is_told_anything_of_an_incident(on_both_databases, cast, unaware, ordinary):
    assert leaks(cast, unaware, ordinary) == []


def test_the_sweep_finds_a_build_that_forgets_the_mark(monkeypatch, cast, unaware, ordinary):
    def forgetful(person, *, of=""):
        own = tickets_models.Q(**{f"{of}reporter": person})
        held = person.roles_by_procedure
        return own | tickets_models.Q(**{f"{of}procedure__in": held}) if held else own

    monkeypatch.setattr(tickets_models, "visible_to", forgetful)

    found = leaks(cast, {"reporter": unaware["reporter"]}, ordinary)

    opened = {address.split("/")[1].partition("?")[0] for _, _, address in found}
    assert {"tiket", "lampiran", "laporan"} <= opened


def test_the_mark_gives_everything_back_when_it_is_taken_away(cast, client_of, ordinary, ticket, budi):
    browser = {"reporter": client_of(cast.reporter)}
    found = addresses(ticket, ordinary)
    before = answers(browser, found, {})

    actions.unrestrict(mark(ticket, budi), by=budi, reason="Hanya galat.")

    assert answers(browser, found, {}) == before
    assert list(history.verify()) == []


def test_an_incident_takes_no_longer_to_be_denied_than_what_never_was(cast, client_of, ticket, budi):
    """Median times of the processor, taken in turns; the machine may be busy, so the best of a few trials counts."""
    mark(ticket, budi)
    reporter = client_of(cast.reporter)
    templates = {"search": "/tiket/?cari={}", "page": "/tiket/{}/", "why": "/tiket/{}/mengapa/"}
    pairs = {name: [a.format(n) for n in (ticket.number, "WEB-2026-0999")] for name, a in templates.items()}

    ratios = {name: next(filter(_is_noise, trials(reporter, *pair)), None) for name, pair in pairs.items()}

    assert None not in ratios.values(), ratios


def _is_noise(ratio):
    return ratio <= 1.3


def trials(client, present, absent):
    return (_ratio(client, present, absent) for _ in range(5))


def _ratio(client, present, absent, rounds=15):
    taken = {present: [], absent: []}
    for _ in range(rounds):
        for address in (present, absent):
            began = time.thread_time()
            client.get(address)
            taken[address].append(time.thread_time() - began)
    medians = sorted(statistics.median(times) for times in taken.values())
    return medians[1] / medians[0]


def test_what_somebody_sees_is_still_found_by_its_index(cast, ticket):
    theirs = Ticket.objects.visible_to(cast.reporter).order_by("-updated_at")[:25]

    if connection.vendor == "sqlite":
        assert "ticket_by_reporter" in theirs.explain()
    assert [*theirs] == [ticket]


# Who sees it, and how


def test_who_holds_a_role_in_the_sop_sees_it_marked_wherever_it_is_named(cast, client_of, ticket, budi):
    mark(ticket, budi)
    people = (budi, cast.holder(Role.PROGRAMMER), cast.holder(Role.KEPALA_BIDANG_APTIKA))

    for someone in people:
        client = client_of(someone)
        for page in (ticket.get_absolute_url(), reverse("tiket"), f"{reverse('tiket')}?insiden=ya"):
            assert client.get(page).content.decode().count(PILL) == 1, (someone, page)
    turns = client_of(cast.holder(Role.PROGRAMMER)).get("/").content.decode()
    overseen = [client_of(budi).get(reverse(name)).content.decode() for name in ("sla-tiket", "sla-langkah")]
    assert all(html.count(PILL) >= 1 for html in (turns, *overseen))


def test_the_list_of_incidents_holds_no_other(cast, client_of, ticket, budi):
    other = report(by=cast.reporter)
    mark(ticket, budi)

    html = client_of(budi).get(reverse("tiket"), {"insiden": "ya"}).content.decode()
    of_reporter = client_of(cast.reporter).get(reverse("tiket")).content.decode()

    assert (ticket.number in html, other.number in html) == (True, False)
    assert "insiden" not in of_reporter.lower()


@pytest.mark.parametrize("role", [Role.SUB_KOORDINATOR, Role.WEB_DEVELOPER, Role.KEPALA_BIDANG_APTIKA])
def test_whoever_takes_part_marks_it_on_a_page_that_says_what_it_does(cast, client_of, ticket, role):
    client, address = client_of(cast.holder(role)), reverse("tiket-insiden", args=[ticket.number])

    asks = client.get(address).content.decode()
    empty = client.post(address, {"reason": " "})
    done = client.post(address, {"reason": WHY})

    assert "Pelapor tidak lagi melihat laporan ini; hubungi langsung bila perlu." in asks
    assert "Hanya pemegang peran SOP ini dan Kepala Bidang yang melihatnya." in asks
    assert (empty.status_code, "mengapa laporan ini insiden keamanan" in empty.content.decode()) == (422, True)
    assert (done.status_code, done["Location"]) == (302, ticket.get_absolute_url())
    entry = ticket.entries.latest("seq")
    assert (entry.action, entry.by, entry.role, entry.internal) == ("restrict", cast.holder(role), role, True)
    assert fresh(ticket).restricted


def test_the_subkoordinator_and_kepala_bidang_take_the_mark_away_and_nobody_else(cast, client_of, ticket, budi):
    mark(ticket, budi)
    address = reverse("tiket-insiden-cabut", args=[ticket.number])
    everybody = {someone.name: someone for someone in cast.everybody}

    def tries(someone):
        with undone():
            status = client_of(someone).post(address, {"reason": "Hanya galat."}).status_code
            return status, fresh(ticket).restricted

    outcomes = {name: tries(someone) for name, someone in everybody.items()}

    insiders = {cast.holder(role).name for role in ticket.sop.roles}
    lifting = {budi.name, cast.holder(Role.KEPALA_BIDANG_APTIKA).name}
    assert outcomes == {
        name: (302, False) if name in lifting else (403, True) if name in insiders else (404, True)
        for name in everybody
    }


def test_a_reporter_does_not_mark(cast, client_of, ticket):
    address = reverse("tiket-insiden", args=[ticket.number])

    statuses = [
        getattr(client_of(cast.reporter), method)(address, {"reason": WHY}).status_code for method in ("get", "post")
    ]

    assert statuses == [403, 403]
    assert not fresh(ticket).restricted


def test_the_same_form_sent_again_does_not_mark_a_second_time(ticket, budi):
    token = uuid4()
    actions.restrict(ticket, by=budi, reason=WHY, token=token)
    actions.unrestrict(ticket, by=budi, reason="Hanya galat.")

    actions.restrict(ticket, by=budi, reason=WHY, token=token)

    assert not fresh(ticket).restricted


def test_a_substitute_marks_on_behalf_of_whom_they_stand_in_for(cast, ticket):
    head = cast.holder(Role.KEPALA_BIDANG_APTIKA)
    plh = person("Ratna Dewi")
    RoleAssignment.objects.create(
        user=plh,
        role=Role.KEPALA_BIDANG_APTIKA,
        starts_on=TUESDAY.date(),
        ends_on=TUESDAY.date(),
        substitute_for=head,
        letter_number="800/1/2026",
    )

    mark(ticket, plh)

    entry = ticket.entries.latest("seq")
    assert (entry.role, entry.acting_for) == (Role.KEPALA_BIDANG_APTIKA, head)


def test_the_subkoordinator_speaks_for_a_reporter_who_may_not_know(cast, client_of, ticket, budi):
    mark(ticket, budi)
    ticket = walk(fresh(ticket), cast, 5, 9, END)
    told = Notice.objects.filter(person=cast.reporter, ticket=ticket, at__gt=NOW)

    html = client_of(budi).get(ticket.get_absolute_url()).content.decode()
    actions.confirm(ticket, by=budi)

    assert "Pelapor tidak melihat laporan ini: Anda yang memeriksa dan mengonfirmasi." in html
    assert not told.exists()
    assert (fresh(ticket).state, rules.may_confirm(cast.reporter, ticket)) == (SELESAI, False)


# Reports of one fault


@pytest.fixture
def group(cast, lina):
    """A main ticket of SPJ Online, what follows it, and what followed it and is done, each of another reporter."""
    main = report("spj_online", by=cast.stranger, title=SECRET)
    second = report("spj_online", by=cast.reporter)
    actions.tie(second, to=main, by=lina, run=second.runs.get().pk)
    return [fresh(main), fresh(second)]


@pytest.mark.parametrize("asked_of", [0, 1], ids=["main", "follower"])
def test_reports_of_one_fault_are_marked_and_unmarked_together(cast, lina, group, asked_of):
    mark(group[asked_of], lina)
    marked = [fresh(one).restricted for one in group]
    seen = [Ticket.objects.visible_to(someone).exists() for someone in (cast.stranger, cast.reporter)]
    alarms = Notice.objects.filter(kind=kinds.RESTRICTED, channel="situs")

    actions.unrestrict(group[1 - asked_of], by=lina, reason="Hanya galat.")

    other = group[1 - asked_of].entries.filter(action="restrict").get()
    assert (marked, seen) == ([True, True], [False, False])
    assert other.detail.body == {"reason": WHY, "along": group[asked_of].number}
    assert [alarm.ticket for alarm in alarms] == [group[asked_of]]
    assert not any(fresh(one).restricted for one in group)
    assert list(history.verify()) == []


def test_the_page_before_names_what_is_marked_along(client_of, lina, group):
    html = client_of(lina).get(reverse("tiket-insiden", args=[group[0].number])).content.decode()

    assert f"Laporan yang digabungkan dengannya ikut ditandai: {group[1].number}." in html


def test_an_incident_and_another_report_are_never_tied(cast, lina, group):
    mark(group[0], lina)
    other = report("spj_online", by=cast.stranger, title=SECRET)

    with pytest.raises(actions.Incomplete, match=f"Hanya {group[0].number} yang ditandai"):
        actions.tie(other, to=group[0], by=lina, run=other.runs.get().pk)
    assert [one.ticket for one in alike.alike(other)] == []


def test_what_becomes_of_an_incident_is_told_to_no_reporter_of_what_follows_it(cast, lina, group):
    mark(group[0], lina)
    before = Notice.objects.filter(person__in=(cast.reporter, cast.stranger)).count()

    walk(fresh(group[0]), cast, 2, 3, 4, 5, 6, 7, END)

    assert fresh(group[1]).state == MENUNGGU_KONFIRMASI
    assert Notice.objects.filter(person__in=(cast.reporter, cast.stranger)).count() == before


# Mail


@pytest.fixture
def mail_is_on(settings):
    settings.MAIL_ENABLED = True


def test_mail_about_an_incident_that_is_written_already_does_not_leave_for_its_reporter(mail_is_on, cast, ticket, budi):
    actions.comment(ticket, by=budi, text="Mohon ditunggu.")
    waiting = Notice.objects.pending().filter(person=cast.reporter)
    assert waiting.exists()

    mark(ticket, budi)
    outbox.deliver(NOW)

    assert [message for message in mail.outbox if cast.reporter.email in message.to] == []
    assert not waiting.exists()


def test_a_mark_that_comes_while_mail_is_being_sent_still_counts(mail_is_on, monkeypatch, cast, ticket, budi):
    actions.comment(ticket, by=budi, text="Mohon ditunggu.")
    letters = outbox._letters

    def claimed(*args):
        found = letters(*args)
        mark(ticket, budi)
        return found

    monkeypatch.setattr(outbox, "_letters", claimed)

    outbox.deliver(NOW)

    assert [message for message in mail.outbox if cast.reporter.email in message.to] == []
    assert all(SECRET not in message.subject + message.body for message in mail.outbox)


@pytest.mark.parametrize("choice", ["langsung", "ringkasan"])
def test_mail_about_an_incident_names_its_number_and_nothing_that_anybody_wrote(mail_is_on, cast, ticket, budi, choice):
    mark(ticket, budi)
    Notice.objects.all().delete()
    type(budi).objects.update(mail_choice=choice)
    actions.comment(fresh(ticket), by=cast.holder(Role.KEPALA_BIDANG_APTIKA), text=f"{SECRET}?")
    walk(fresh(ticket), cast, 5)

    outbox.deliver(NOW + timedelta(days=1))

    assert mail.outbox
    for message in mail.outbox:
        whole = message.subject + message.body + message.alternatives[0].content
        assert ticket.number in whole
        assert "Insiden keamanan" in whole
        for word in (SECRET, cast.reporter.name, "Dinas Kesehatan", "Sesuai hasil pemeriksaan"):
            assert word not in whole


# What leaves SOPDesk


def test_papers_and_sheets_name_an_incident_by_its_number_alone(cast, budi, ticket):
    mark(ticket, budi)
    late = NOW + timedelta(days=20)
    head = cast.holder(Role.KEPALA_BIDANG_APTIKA)

    paper = monthly.inputs(monthly.whole_office(periods.month_of(NOW.date())), now=late)
    sheets = [_sheet(kind, head) for kind in Export.Kind]

    (row,) = [row for row in paper["late"]["rows"] if row[0] == ticket.number]
    assert row[1] == "Insiden keamanan (dibatasi)"
    for told in (repr(paper["late"]) + repr(paper["deviations"]), *sheets):
        assert SECRET not in told
        assert cast.reporter.name not in told
        assert "Dinas Kesehatan" not in told
    assert all(ticket.number in sheet and "Insiden keamanan (dibatasi)" in sheet for sheet in sheets)


def _sheet(kind, by):
    from django.http import QueryDict

    export = exporting.ask(kind, Export.Format.CSV, QueryDict(), by=by, now=NOW)
    exporting.make(export)
    with export.file.open() as file:
        return file.read().decode()


def test_figures_count_incidents_as_any_other_work(budi, ticket):
    month = monthly.whole_office(periods.month_of(NOW.date()))
    before = monthly.inputs(month, now=NOW)["figures"]

    mark(ticket, budi)

    assert monthly.inputs(month, now=NOW)["figures"] == before


def test_a_recap_of_incidents_names_numbers_alone(lina, group):
    mark(group[0], lina)

    told = recap.inputs(fresh(group[0]), now=NOW)

    assert [report["number"] for report in told["reports"]] == [one.number for one in group]
    assert {report["title"] for report in told["reports"]} == {"Insiden keamanan (dibatasi)"}
    assert SECRET not in repr(told)


def test_the_report_of_an_incident_says_on_every_page_that_it_is_one(budi, ticket):
    plain = completion.inputs(ticket, now=NOW)
    marked = completion.inputs(mark(ticket, budi), now=NOW)

    assert (plain["restricted"], marked["restricted"]) == (False, True)
    assert completion.pdf(marked, completion.images(marked), NOW) != completion.pdf(
        plain, completion.images(plain), NOW
    )


def test_the_check_page_of_its_paper_tells_nothing_of_it(cast, budi, ticket):
    ticket = walk(mark(ticket, budi), cast, 5, 9, END)
    actions.confirm(ticket, by=budi)
    issuing.order_completion(fresh(ticket), by=budi, now=NOW)
    issuing.make_waiting(NOW)
    paper = Document.objects.made().filter(ticket=ticket).latest("pk")

    html = Client().get(reverse("periksa", args=[paper.code])).content.decode()

    for word in (ticket.number, SECRET, "nsiden", cast.reporter.name):
        assert word not in html


# Second ways in


def test_a_report_that_is_sent_twice_does_not_lead_to_an_incident(cast, client_of, budi):
    client, token = client_of(cast.reporter), uuid4()
    ticket = report(by=cast.reporter, title=SECRET, token=token)
    form = {
        "procedure": "website", "title": SECRET, "description": "Muncul galat 500.", "impact": "satu",
        "page_url": "https://sumbarprov.go.id/", "token": token,
    }  # fmt: skip
    usual = client.post(reverse("buat-laporan"), form)

    mark(ticket, budi)
    again = client.post(reverse("buat-laporan"), form, follow=True)

    assert (usual.status_code, ticket.number in usual["Location"]) == (302, True)
    assert again.redirect_chain == [(reverse("beranda"), 302)]
    assert ticket.number not in again.content.decode()


def test_what_a_reporter_had_open_when_the_mark_came_is_gone_at_the_next_click(cast, client_of, ticket, budi):
    client, last = client_of(cast.reporter), ticket.attachments.last()
    mark(ticket, budi)

    statuses = [
        client.post(reverse("tiket-komentar", args=[ticket.number]), {"text": "Halo?"}).status_code,
        client.get(reverse("tiket-segar", args=[ticket.number]), headers={"HX-Request": "true"}).status_code,
        client.post(reverse("pemberitahuan-tiket", args=[ticket.number])).status_code,
        client.get(reverse("lampiran", args=[last.key])).status_code,
        client.head(reverse("lampiran-kecil", args=[last.key])).status_code,
        client.get(reverse("lampiran", args=[last.key]), headers={"Range": "bytes=0-10"}).status_code,
    ]

    assert statuses == [404] * 6


def test_what_happened_behind_the_mark_stays_behind_it_where_it_was_internal(cast, ticket, budi):
    mark(ticket, budi)
    actions.comment(fresh(ticket), by=budi, text="Sandi sudah diganti.", internal=True)
    actions.unrestrict(ticket, by=budi, reason="Hanya galat.")

    told = [act.entry.action for act in Sight.of(cast.reporter, fresh(ticket)).acts]

    assert told == ["file_report", *["complete_step"] * 3, "comment"]


def test_mail_that_failed_is_listed_for_the_administrator_without_the_ticket(mail_is_on, cast, client_of, ticket, budi):
    mark(ticket, budi)
    notice = Notice.objects.filter(channel="surel").latest("pk")
    Notice.objects.filter(pk=notice.pk).update(failed_at=NOW, error="mailbox unavailable")

    html = client_of(cast.admin).get(reverse("kesehatan")).content.decode()

    assert notice.person.email in html
    assert ticket.number not in html
    assert SECRET not in html
