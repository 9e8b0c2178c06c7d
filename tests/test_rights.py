"""Who may do what, over HTTP: one table of every row, every arrow and every person, allowed and refused alike."""

import re
from datetime import date

import pytest
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, resolve, reverse
from django.utils import timezone

from tests.factories import a_working_day, everything_stored, fields_for, person, report, walk
from tickets import actions
from tickets.models import PeopleImport, ReportedTo, RoleAssignment, Ticket
from tickets.models.runs import LimitKind
from tickets.reports import issuing, periods
from workflows import sops
from workflows.roles import Role
from workflows.sop import END, MENGIKUTI, MENUNGGU_KONFIRMASI, SELESAI

ANONYMOUS = "anonymous"
ARROWS = [
    pytest.param(sop, step, arrow, id=f"{sop.row(step.no)}>{arrow.to}")
    for sop in sops.all_sops().values()
    for step in sop.steps
    for arrow in step.arrows
]
#: The cause by which the website SOP comes to an arrow; every other arrow is come to by "keduanya", row after row.
CAUSES = {(2, 3): "coding", (2, 6): "infrastruktur", (2, 9): "tanpa_perbaikan", (5, 9): "coding"}


@pytest.fixture
def browsers(cast, client_of):
    """A browser for everybody of the cast, and one that nobody has signed in with."""
    return {someone.name: client_of(someone) for someone in cast.everybody} | {ANONYMOUS: Client()}


def outcome(client, ticket, page, **fields):
    """The status of a post and the state it leaves; afterwards everything is as it was before."""
    point = transaction.savepoint()
    response = client.post(reverse(page, args=[ticket.number]), fields)
    state = Ticket.objects.get(pk=ticket.pk).state
    transaction.savepoint_rollback(point)
    to_sign_in = response.status_code == 302 and response["Location"].startswith(reverse("masuk"))
    return "sign in" if to_sign_in else response.status_code, state


def refusals(cast, ticket):
    """What everybody gets who may not: to sign in, a page that is not there, or a sentence."""
    sees = {cast.reporter, cast.holder(Role.KEPALA_BIDANG_APTIKA), *(cast.holder(role) for role in ticket.sop.roles)}
    return {ANONYMOUS: "sign in"} | {someone.name: 403 if someone in sees else 404 for someone in cast.everybody}


@pytest.mark.parametrize(("sop", "step", "arrow"), ARROWS)
def test_only_the_performer_of_a_row_leaves_it(cast, browsers, sop, step, arrow):
    cause = CAUSES.get((step.no, arrow.to), "keduanya")
    ticket = walk(report(sop.procedure, by=cast.reporter), cast, *range(2, step.no + 1), penyebab=cause)
    performer, run = cast.holder(step.performer), ticket.runs.open().get()
    if run.limit_kind == LimitKind.TENTATIVE:
        actions.estimate(ticket, by=performer, run=run.pk, until=a_working_day())
    fields = fields_for(ticket, performer, penyebab=cause)
    press = {"run": run.pk, "arrow": arrow.key, "reason": "Sudah diperiksa.", **fields}

    outcomes = {who: outcome(client, ticket, "tiket-selesaikan", **press) for who, client in browsers.items()}

    expected = {who: (status, sop.row(step.no)) for who, status in refusals(cast, ticket).items()}
    expected[performer.name] = (302, sop.state_after(arrow)) if arrow.enabled else (422, sop.row(step.no))
    assert outcomes == expected


def test_every_role_is_a_performer_somewhere_or_kepala_bidang():
    performers = {step.performer for sop in sops.all_sops().values() for step in sop.steps}

    assert performers == set(Role) - {Role.KEPALA_BIDANG_APTIKA}


# Everything else that is done to a ticket, on a row in a colleague's hands, on a free row, and at the end

REPORTER, SUBKO, DEVELOPER = "Siti Rahmah", "Budi Santoso", "Rina Marlina"
VERBS = {
    "claim a free task": ("tiket-ambil", (2,), {DEVELOPER: "website-2024.2"}),
    "give back a free task": ("tiket-lepas", (2,), {}),
    "hand over": ("tiket-serahkan", (2,), {SUBKO: "website-2024.2"}),
    "confirm too early": ("tiket-konfirmasi", (2,), {}),
    "reopen too early": ("tiket-buka-kembali", (2,), {}),
    "confirm": ("tiket-konfirmasi", (2, 9, END), {REPORTER: SELESAI}),
    "reopen": ("tiket-buka-kembali", (2, 9, END), {REPORTER: "website-2024.2", SUBKO: "website-2024.2"}),
    "claim what is over": ("tiket-ambil", (2, 9, END), {}),
}


@pytest.mark.parametrize(("page", "ways", "allowed"), VERBS.values(), ids=VERBS)
def test_each_verb_is_for_those_it_is_meant_for(cast, browsers, page, ways, allowed):
    ticket = walk(report(by=cast.reporter), cast, *ways, penyebab="tanpa_perbaikan")
    nadia = person("Nadia Kolega", role=Role.WEB_DEVELOPER, procedure="website")

    outcomes = {
        who: outcome(client, ticket, page, person=nadia.pk, reason="Galat lagi.") for who, client in browsers.items()
    }

    over = page == "tiket-ambil" and not allowed  # a task that is over: who finished it is said, to all who see it
    expected = {
        who: (409 if over and status == 403 else status, ticket.state) for who, status in refusals(cast, ticket).items()
    }
    expected |= {who: (302, state) for who, state in allowed.items()}
    assert outcomes == expected


@pytest.mark.parametrize("internal", ["", "on"])
def test_everybody_who_sees_a_ticket_comments_and_only_the_office_internally(cast, browsers, internal):
    ticket = report(by=cast.reporter)
    url = reverse("tiket-komentar", args=[ticket.number])
    insiders = {cast.holder(Role.KEPALA_BIDANG_APTIKA).name, *(cast.holder(role).name for role in ticket.sop.roles)}

    for client in browsers.values():
        client.post(url, {"text": "Apa kabar?", "internal": internal})

    comments = ticket.entries.filter(action="comment").select_related("by")
    assert {entry.by.name for entry in comments if entry.internal} == (insiders if internal else set())
    assert {entry.by.name for entry in comments} - insiders <= {cast.reporter.name}


def test_only_the_subkoordinator_ties_a_report_and_takes_it_away_again(cast, browsers):
    main, ticket = (report("spj_online", by=cast.reporter) for _ in range(2))
    lina, run = cast.holder(Role.SUBKOORDINATOR_APLIKASI), ticket.runs.get().pk

    def outcomes(page, **fields):
        return {who: outcome(client, ticket, page, **fields) for who, client in browsers.items()}

    tying = outcomes("tiket-gabungkan", run=run, main=main.number)
    actions.tie(ticket, to=main, by=lina, run=run)
    untying = outcomes("tiket-pisahkan", reason="Gangguan lain.")

    refused = refusals(cast, ticket)
    assert tying == {who: (s, "spj-online.1") for who, s in refused.items()} | {lina.name: (302, MENGIKUTI)}
    assert untying == {who: (s, MENGIKUTI) for who, s in refused.items()} | {lina.name: (302, "spj-online.1")}


# Looking changes nothing


def pages(ticket, told, paper):
    """Every address of the helpdesk, for this ticket. A new kind of address has to be added here."""
    words = {
        "code": lambda name: paper.code,
        "number": lambda name: ticket.number,
        "pk": lambda name: _pk_for(name, told),
        "year": lambda name: 2026,
        "key": lambda name: ticket.sop_key if name.startswith(("sop", "kantor")) else ticket.attachments.first().key,
        "role": lambda name: "kepala_bidang_aptika",
        "name": lambda name: "kop",
        "uidb64": lambda name: "MQ",
        "token": lambda name: "tidak-berlaku",
    }
    patterns = [p for p in get_resolver("tickets.urls").url_patterns if p.name]
    return [
        reverse(p.name, kwargs={word: words[word](p.name) for word in p.pattern.converters if word != "format"})
        for p in patterns
    ]


def _pk_for(name, told):
    """The object of an address: a person, an OPD, a list of people, or something reported."""
    if name == "pengguna-impor-periksa":
        return PeopleImport.objects.get_or_create(by=told.ticket.reporter, name="staf.csv", defaults={"rows": []})[0].pk
    if name in ("peran-ubah", "peran-akhiri"):
        return RoleAssignment.objects.earliest("pk").pk
    found = {"pengguna": told.ticket.reporter, "opd": told.ticket.unit}.get(name.partition("-")[0], told)
    return found.pk


def look(client, address):
    """The status of a page; a file is read to its end, and so closed."""
    response = client.get(address)
    if response.streaming:
        response.getvalue()
    return response.status_code


@pytest.fixture
def spj(cast):
    return walk(report("spj_online", by=cast.reporter), cast, 2, 3)


@pytest.fixture
def paper(cast):
    """A Laporan SLA that was issued."""
    ordered = issuing.order_sla(periods.month_of(date(2026, 10, 1)), by=None, now=timezone.now())
    issuing.make_next(timezone.now())
    ordered.refresh_from_db()
    return ordered


def test_looking_at_every_page_changes_nothing(spj, paper, browsers):
    addresses = pages(spj, ReportedTo.objects.first(), paper)
    before = everything_stored()

    some = [browsers[name] for name in (ANONYMOUS, "Siti Rahmah", "Dewi Admin", "Lina Kartika", "Ir. Zulkifli")]
    statuses = {look(client, address) for client in some for address in addresses}

    assert everything_stored() == before
    assert statuses <= {200, 204, 302, 403, 404, 405, 503}
    assert len(addresses) >= 20


def test_every_page_but_signing_in_and_checking_a_paper_wants_a_signed_in_person(spj, paper):
    addresses = pages(spj, ReportedTo.objects.first(), paper)

    open_to_all = {resolve(address).url_name for address in addresses if look(Client(), address) == 200}

    assert open_to_all == {"masuk", "readyz", "periksa", "sandi-lupa", "sandi-lupa-terkirim", "sandi-baru"}


# What one may not see is not there


def without_tokens(response):
    return re.sub(rb'(name="csrfmiddlewaretoken" value=|nonce=|x-csrftoken[^:]*:\s*)"[^"]*"', b"", response.content)


@pytest.mark.parametrize("method", ["get", "post"])
def test_another_persons_ticket_is_as_absent_as_one_that_does_not_exist(cast, client_of, spj, method):
    numbered = [p.name for p in get_resolver("tickets.urls").url_patterns if "number" in p.pattern.converters]
    stranger = client_of(cast.stranger)

    answers = {
        name: [
            getattr(stranger, method)(reverse(name, args=[number]), follow=True)
            for number in (spj.number, "SPJ-2026-9999")
        ]
        for name in numbered
    }

    for name, (theirs, absent) in answers.items():
        assert (theirs.status_code, without_tokens(theirs)) == (absent.status_code, without_tokens(absent)), name
        assert theirs.status_code in (404, 405), name
    assert answers["tiket-detail"][0].status_code == (404 if method == "get" else 405)


def test_a_reporter_finds_only_their_own_tickets_anywhere(cast, client_of, spj):
    own = report(by=cast.stranger, title="Laporan saya sendiri")
    stranger = client_of(cast.stranger)

    bodies = {page: stranger.get(reverse(page)).content.decode() for page in ("beranda", "tiket", "laporan-masuk")}

    assert [page for page, body in bodies.items() if spj.number in body or spj.title in body] == []
    assert own.number in bodies["tiket"]


def test_an_attachment_of_another_persons_ticket_is_as_absent_as_one_that_does_not_exist(cast, client_of, spj):
    stranger, key = client_of(cast.stranger), spj.attachments.first().key

    for page in ("lampiran", "lampiran-kecil"):
        theirs, absent = (stranger.get(reverse(page, args=[k])) for k in (key, "0" * 64))
        assert (theirs.status_code, without_tokens(theirs)) == (404, without_tokens(absent))


def test_a_role_that_ended_yesterday_opens_nothing_today(cast, client_of, spj):
    programmer = cast.holder(Role.PROGRAMMER)
    client = client_of(programmer)
    seen = client.get(spj.get_absolute_url()).status_code

    programmer.role_assignments.update(ends_on="2020-01-02")

    assert (seen, client.get(spj.get_absolute_url()).status_code) == (200, 404)
    assert Ticket.objects.get(pk=spj.pk).state != MENUNGGU_KONFIRMASI
