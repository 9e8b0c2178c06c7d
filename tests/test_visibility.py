"""What opens to whom: tickets by today's roles, and of a ticket to its reporter only what is the reporter's."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import TUESDAY, a_working_day, advance, answers_for, person, report, upload, walk
from tickets import actions, rules, worklists
from tickets.filters import VIEW_BY_KEY
from tickets.models import ReportedTo, RoleAssignment, StepRun, Ticket
from tickets.models.tickets import Status
from tickets.sight import Sight
from workflows.roles import Role
from workflows.sop import END

#: What marks a question of the page's own script.
HTMX = {"HX-Request": "true"}
HISTORY = re.compile(r'<ol class="timeline">.*?</ol>\s*</div>|<div id="denyut"[^>]*>', re.S)


def page(client, ticket, **query):
    return client.get(ticket.get_absolute_url(), query).content.decode()


def status(client, address):
    """The status of an address; a file is read to its end, and so closed."""
    response = client.get(address)
    if response.streaming:
        response.getvalue()
    return response.status_code


def finish(ticket, by, **files):
    """Leave the ticket's row by its first arrow, with new uploads as the files of some artefacts."""
    answers = answers_for(ticket, by)
    for artefact, keys in files.items():
        answers[artefact] = answers.get(artefact, {}) | {"berkas": keys}
    run = ticket.runs.open().get()
    arrow = "" if ticket.step.automatic else ticket.step.arrows[0].key
    return actions.complete_step(ticket, by=by, run=run.pk, arrow=arrow, answers=answers)


# What a reporter reads


@pytest.fixture
def spj_with_internal_report(cast):
    """An SPJ ticket past row 4, where the Programmer has handed in an own report, and the key of its file."""
    ticket = walk(report("spj_online", by=cast.reporter), cast, 2, 3, 4)
    programmer = cast.holder(Role.PROGRAMMER)
    key = upload(programmer)
    return finish(ticket, programmer, dokumen_laporan=[key]), key


def test_the_offices_own_report_is_never_told_to_the_reporter(cast, client_of, spj_with_internal_report):
    ticket, key = spj_with_internal_report
    reporter = client_of(cast.reporter)

    on_the_way = page(reporter, ticket)
    ended = page(reporter, walk(ticket, cast, 6, 7, END))

    for html in (on_the_way, ended):
        assert key not in html
        assert "Dokumen laporan" not in html
    assert "Hasil perbaikan" in ended
    assert key in page(client_of(cast.holder(Role.PROGRAMMER)), ticket)


@pytest.mark.parametrize("address", ["", "kecil/"])
def test_a_file_that_is_not_told_is_not_delivered(cast, client_of, spj_with_internal_report, address):
    _, key = spj_with_internal_report

    statuses = [
        status(client_of(cast.holder(role) if role else cast.reporter), f"/lampiran/{key}/{address}")
        for role in ("", Role.PROGRAMMER, Role.KEPALA_BIDANG_APTIKA, Role.WEB_DEVELOPER)
    ]

    assert statuses == [404, 200, 200, 404]


def test_the_files_of_the_outcome_are_the_reporters_once_the_work_has_ended(cast, client_of):
    ticket = walk(report(by=cast.reporter), cast, 2, 3, 4)
    programmer, reporter = cast.holder(Role.PROGRAMMER), client_of(cast.reporter)
    key = upload(programmer)
    ticket = finish(ticket, programmer, hasil_perbaikan=[key])
    unfinished = (key in page(reporter, ticket), status(reporter, f"/lampiran/{key}/"))

    ticket = walk(ticket, cast, 9, END)
    finished = (key in page(reporter, ticket), status(reporter, f"/lampiran/{key}/"))
    actions.reopen(ticket, by=cast.reporter, reason="Masih galat.")
    reopened = status(reporter, f"/lampiran/{key}/")

    assert (unfinished, finished, reopened) == ((False, 404), (True, 200), 200)


def test_the_files_of_either_result_are_the_reporters_once_the_work_has_ended(cast, client_of):
    ticket = walk(report(by=cast.reporter), cast, 2, 3, 4, penyebab="keduanya")
    programmer, team, reporter = cast.holder(Role.PROGRAMMER), cast.holder(Role.TIM_INFRASTRUKTUR), cast.reporter
    coding, server = upload(programmer), upload(team)
    ticket = walk(finish(ticket, programmer, hasil_perbaikan=[coding]), cast, 6, 7)
    actions.estimate(ticket, by=team, run=ticket.runs.open().get().pk, until=a_working_day())
    ticket = walk(finish(ticket, team, hasil_perbaikan=[server]), cast, 9, END)

    statuses = [status(client_of(reporter), f"/lampiran/{key}/") for key in (coding, server)]

    assert statuses == [200, 200]


def test_evidence_and_files_of_open_comments_are_the_reporters(cast, client_of):
    ticket = report(by=cast.reporter)
    developer = cast.holder(Role.WEB_DEVELOPER)
    actions.comment(ticket, by=developer, text="Mohon diperiksa.", files=[upload(developer)])

    seen = set(Sight.of(cast.reporter, ticket).files)

    assert seen == set(ticket.attachments.values_list("key", flat=True))
    assert len(seen) == 2


def test_a_reporter_reads_why_a_case_is_refused_or_reopened_and_not_why_it_went_back(cast):
    refused = walk(report(by=cast.reporter), cast, "tidak-diproses")
    ticket = walk(report(by=cast.reporter), cast, 2, 3, 4, 5, 9)
    ticket = advance(advance(ticket, cast, 3, reason="Belum sesuai."), cast, 4)
    ticket = advance(walk(ticket, cast, 5, 9), cast, END)
    actions.reopen(ticket, by=cast.reporter, reason="Masih galat.")

    def reasons(someone, case):
        return [act.reason for act in Sight.of(someone, case).acts if act.reason]

    assert reasons(cast.reporter, refused) == ["Sesuai hasil pemeriksaan."]
    assert reasons(cast.reporter, ticket) == ["Masih galat."]
    assert {"Belum sesuai.", "Masih galat."} <= set(reasons(cast.holder(Role.PROGRAMMER), ticket))


@pytest.mark.parametrize(
    ("procedure", "ways"),
    [
        ("website", (2, 3, 4, 5, 6, 7, 8, 9, 3, 4, 5, 6)),
        ("website", (2, 3, 4, 5, 6, 3, 4)),
        ("spj_online", (2, 3, 4, 5, 3, 4, 5, 6, 7, 3)),
        ("spj_online", (2, 3, 4, 5, 6, 7, END)),
    ],
)
def test_what_was_given_last_is_what_stands_on_the_record(cast, procedure, ways):
    ticket = report(procedure, by=cast.reporter)

    for way in ways:
        ticket = advance(ticket, cast, way, reason="Belum sesuai.", penyebab="keduanya")

        given = Sight(ticket, is_whole=True).given
        assert {key: list(by_row.values())[-1] for key, by_row in given.items()} == ticket.given


# Internal notes


def test_an_internal_note_leaves_no_trace_on_the_reporters_pages(cast, client_of):
    developer, reporter = cast.holder(Role.WEB_DEVELOPER), client_of(cast.reporter)
    ticket = walk(report(by=cast.reporter, now=TUESDAY), cast, 2)
    before = Ticket.objects.get(pk=ticket.pk).updated_at
    living = HISTORY.findall(page(reporter, ticket))
    listed = reporter.get("/tiket/").content

    actions.comment(ticket, by=developer, text="Rahasia dapur.", files=[upload(developer)], internal=True)

    assert len(living) == 2
    assert HISTORY.findall(page(reporter, ticket)) == living
    assert without_tokens(reporter.get("/tiket/").content) == without_tokens(listed)
    assert Ticket.objects.get(pk=ticket.pk).updated_at == before


def without_tokens(content):
    return re.sub(rb'csrfmiddlewaretoken" value="[^"]*"|nonce="[^"]*"|x-csrftoken[^,}]*', b"", content)


def test_an_internal_note_wakes_the_offices_pages_and_not_the_reporters(cast, client_of):
    ticket = report(by=cast.reporter)
    developer, programmer = cast.holder(Role.WEB_DEVELOPER), cast.holder(Role.PROGRAMMER)
    actions.comment(ticket, by=developer, text="Rahasia dapur.", internal=True)

    def wakes(someone):
        response = client_of(someone).get(f"/tiket/{ticket.number}/segar/?versi=1", headers=HTMX)
        return b'id="riwayat-isi"' in response.content  # the time card alone may have moved on

    woken = {someone: wakes(someone) for someone in (cast.reporter, programmer)}
    actions.comment(ticket, by=developer, text="Sedang kami periksa.")
    told = client_of(cast.reporter).get(f"/tiket/{ticket.number}/segar/?versi=1", headers=HTMX)

    assert woken == {cast.reporter: False, programmer: True}
    assert "versi=2" in told.content.decode()


# Whose report it is


@pytest.fixture
def by_letter(cast):
    """A report of somebody without an account, to be confirmed."""
    budi = cast.holder(Role.SUB_KOORDINATOR)
    behalf = actions.OnBehalfOf(name="Nurhayati", unit=cast.bapenda, channel="surat")
    return walk(report(by=budi, on_behalf_of=behalf), cast, 2, 3, 4, 5, 9, END)


def test_who_filed_for_others_sees_nothing_once_the_role_has_ended(cast, client_of, by_letter):
    budi = cast.holder(Role.SUB_KOORDINATOR)
    client, file = client_of(budi), f"/lampiran/{by_letter.attachments.first().key}/"
    seen = [status(client, address) for address in (by_letter.get_absolute_url(), file)]

    budi.role_assignments.update(ends_on="2020-01-02")
    later = [status(client, address) for address in (by_letter.get_absolute_url(), file)]

    assert (seen, later) == ([200, 200], [404, 404])
    assert by_letter.number not in client.get("/").content.decode()


def test_any_present_coordinator_speaks_for_a_reporter_without_an_account(cast, by_letter):
    cast.holder(Role.SUB_KOORDINATOR).role_assignments.update(ends_on="2020-01-02")
    successor = person("Wati Anggraini", role=Role.SUB_KOORDINATOR, procedure="website")

    asked = Ticket.objects.visible_to(successor).filter(worklists.to_confirm(successor))
    own, elsewhere = Ticket.objects.own(successor), Ticket.objects.filter(worklists.elsewhere(successor))

    assert ([*asked], [*own], [*elsewhere]) == ([by_letter], [by_letter], [])
    assert rules.may_confirm(successor, by_letter)
    assert actions.confirm(by_letter, by=successor).state == "selesai"


def test_nobody_speaks_for_a_reporter_who_has_an_account(cast):
    budi = cast.holder(Role.SUB_KOORDINATOR)
    behalf = actions.OnBehalfOf(name=cast.reporter.name, channel="telepon", account=cast.reporter)
    ticket = walk(report(by=budi, on_behalf_of=behalf), cast, 2, 3, 4, 5, 9, END)

    assert not rules.may_confirm(budi, ticket)
    assert not Ticket.objects.own(budi).exists()
    assert rules.may_confirm(cast.reporter, ticket)


# Roles limited to one service


@pytest.mark.parametrize("role", [Role.KEPALA_BIDANG_APTIKA, Role.PROGRAMMER])
def test_a_role_limited_to_one_service_opens_only_that_service(cast, client_of, role):
    limited = person("Ratna Dewi")
    RoleAssignment.objects.create(user=limited, role=role, procedure="spj_online", starts_on=date(2020, 1, 1))
    web, spj = report("website", by=cast.reporter), report("spj_online", by=cast.reporter)
    client = client_of(limited)

    opened = [
        status(client, address)
        for ticket in (web, spj)
        for address in (ticket.get_absolute_url(), f"/lampiran/{ticket.attachments.get().key}/")
    ]

    assert opened == [404, 404, 200, 200]
    assert [rules.takes_part(limited, ticket) for ticket in (web, spj)] == [False, True]
    assert [*Ticket.objects.visible_to(limited)] == [spj]


def test_without_a_role_nothing_waits_and_nothing_was_reported(cast):
    walk(report(by=cast.reporter), cast, 2, 3, 4, 5, 9)

    assert not StepRun.objects.turn_of(cast.stranger).exists()
    assert not ReportedTo.objects.for_person(cast.stranger).exists()


# By the index


@pytest.mark.parametrize(
    "chosen",
    [
        pytest.param(lambda person: Ticket.objects.open(), id="open"),
        pytest.param(
            lambda person: Ticket.objects.filter(VIEW_BY_KEY["diproses"].condition(person, TUESDAY)), id="diproses"
        ),
        *(
            pytest.param(lambda person, status=status: Ticket.objects.with_status(status), id=status.value)
            for status in Status
        ),
    ],
)
def test_states_are_named_and_never_excluded(cast, chosen):
    with CaptureQueriesContext(connection) as queries:
        list(chosen(cast.reporter).order_by())

    (query,) = queries.captured_queries
    assert '"state" IN (' in query["sql"] or '"state" = ' in query["sql"]
    assert "NOT (" not in query["sql"]


def test_each_status_is_that_of_its_tickets(cast):
    new, moving = report(by=cast.reporter), walk(report(by=cast.reporter), cast, 2)
    ended = walk(report(by=cast.reporter), cast, 2, 3, 4, 5, 9, END)
    reopened = walk(report(by=cast.reporter), cast, 2, 3, 4, 5, 9, END)
    actions.reopen(reopened, by=cast.reporter, reason="Masih galat.")
    refused = walk(report(by=cast.reporter), cast, "tidak-diproses")
    main, tied = (report("spj_online", by=cast.reporter) for _ in range(2))
    by, run = cast.holder(Role.SUBKOORDINATOR_APLIKASI), tied.runs.get().pk
    actions.tie(tied, to=main, by=by, run=run)

    by_status = {status: [*Ticket.objects.with_status(status)] for status in Status}

    assert by_status == {
        Status.NEW: [main, new],
        Status.IN_PROGRESS: [moving],
        Status.REOPENED: [reopened],
        Status.TO_CONFIRM: [ended],
        Status.FOLLOWS: [tied],
        Status.DONE: [],
        Status.NOT_PROCESSED: [refused],
    }


def test_a_new_role_makes_no_migration():
    fields = [model._meta.get_field("role") for model in (RoleAssignment, StepRun, ReportedTo)]

    assert [field.deconstruct()[3]["choices"].__name__ for field in fields] == ["choices"] * 3
    assert fields[0].flatchoices == Role.choices
