"""Somebody leaves: what they hold is seen, and handed over with their account in one act."""

import time
from datetime import timedelta
from threading import Event

import pytest
from django.db import OperationalError, connection
from django.template.defaultfilters import date
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.factories import advance, person, report, walk
from tests.pages import read, select, words
from tests.test_races import at_once
from tickets import accounts, actions, assignments, history, leaving
from tickets.actions import Conflict, Refused
from tickets.forms import people
from tickets.models import AuditEntry, HistoryEntry, Notice, RoleAssignment, StepRun, Ticket, User
from tickets.notifications import kinds
from tickets.sight import Sight
from tickets.timeline import events
from workflows import calendars
from workflows.roles import Role
from workflows.sop import END

pytestmark = pytest.mark.django_db


@pytest.fixture
def fajar(cast):
    """The programmer, who leaves."""
    return cast.holder(Role.PROGRAMMER)


@pytest.fixture
def nadia(cast):
    """Another programmer."""
    return person("Nadia Kolega", unit=cast.diskominfotik, role=Role.PROGRAMMER)


@pytest.fixture
def task(cast, fajar):
    """A website ticket on row 4, in the programmer's hands."""
    return in_hand(cast, fajar)


@pytest.fixture
def admin(cast, client_of):
    return client_of(cast.admin)


def in_hand(cast, someone):
    ticket = walk(report(by=cast.reporter), cast, 2, 3, 4, penyebab="coding")
    return actions.claim(ticket, by=someone)


def run_of(ticket):
    return ticket.runs.open().get()


def role_of(someone):
    return someone.role_assignments.get()


def told(ticket, reader):
    """The last act as the history tells it."""
    return events(Sight.of(reader, ticket))[-1].sentence


def address(someone, name="pengguna-nonaktifkan"):
    return reverse(name, args=[someone.pk])


# What is seen


def test_the_page_shows_what_somebody_holds_and_what_becomes_of_it(cast, admin, fajar, task):
    waiting = walk(report(by=fajar), cast, 2, 9, END, penyebab="tanpa_perbaikan")
    RoleAssignment.objects.create(
        user=cast.stranger,
        role=Role.PROGRAMMER,
        starts_on=timezone.localdate(),
        ends_on=timezone.localdate() + timedelta(7),
        substitute_for=fajar,
        letter_number="800/7",
    )

    uncovered = date(timezone.localdate() + timedelta(8), "j M Y")
    page = words(read(admin.get(address(fajar))))

    assert f"{task.number} langkah 4" in page
    assert "Andi Putra menggantikannya sebagai Programmer" in page
    assert f"{waiting.number} laporannya menunggu konfirmasi" in page
    assert f"peran ini kosong pada Website sumbarprov.go.id sejak {uncovered}." in page
    assert task.title not in page


def test_a_role_that_would_have_nobody_is_said_with_the_tickets_that_wait(cast, admin, fajar, task):
    page = words(read(admin.get(address(fajar))))

    assert "peran ini kosong pada Website sumbarprov.go.id, padahal 1 tiket berada pada langkahnya" in page
    assert "peran ini kosong pada Aplikasi SPJ Online." in page


def test_a_security_incident_is_neither_named_nor_counted(cast, admin, fajar, task):
    actions.restrict(task, by=fajar, reason="Kata sandi terlihat.")

    pages = [admin.get(address(fajar, name)).content.decode() for name in ("pengguna-nonaktifkan", "pengguna-detail")]

    assert [task.number in page for page in pages] == [False, False]
    assert "padahal" not in pages[0]
    admin.post(address(fajar))
    assert run_of(task).performer is None


def test_looking_at_it_costs_the_same_with_1_and_20_tasks(cast, admin, fajar, task):
    def queries():
        with CaptureQueriesContext(connection) as asked:
            admin.get(address(fajar))
        return len(asked)

    queries()
    before = queries()
    for _ in range(19):
        in_hand(cast, fajar)

    assert queries() == before
    assert before <= 16


def test_the_page_of_a_person_costs_the_same_with_1_and_20_tasks(cast, admin, fajar, task):
    def queries():
        with CaptureQueriesContext(connection) as asked:
            page = admin.get(address(fajar, "pengguna-detail"))
        assert f"{task.number}" in page.content.decode()
        return len(asked)

    before = queries()
    for _ in range(19):
        in_hand(cast, fajar)

    assert queries() == before
    assert before <= 16


# Handing over


def test_left_alone_a_task_goes_back_to_its_role_and_the_role_ends(cast, admin, client_of, fajar, nadia, task):
    theirs = client_of(fajar)

    response = admin.post(address(fajar))

    fajar.refresh_from_db()
    entry = HistoryEntry.objects.filter(ticket=task).latest("seq")
    assert response.status_code == 302
    assert (fajar.is_active, run_of(task).performer) == (False, None)
    assert (entry.action, entry.by, entry.role, entry.acting_for) == ("release", cast.admin, "", None)
    assert role_of(fajar).ends_on == timezone.localdate() - timedelta(1)
    assert theirs.get("/")["Location"].startswith(reverse("masuk"))
    assert told(task, nadia) == "Dewi Admin mengambil tugas langkah 4 dari Fajar Ramadhan, yang tidak lagi bertugas."
    assert [notice.person for notice in Notice.objects.filter(entry=entry, channel="situs")] == [nadia]
    notice = Notice.objects.select_related(*kinds.READ_WITH).get(entry=entry, person=nadia, channel="situs")
    assert kinds.told(notice, nadia).sentence == (
        "Dewi Admin mengambil tugas langkah 4 dari Fajar Ramadhan; tugas ini dapat Anda ambil."
    )
    assert list(history.verify()) == []
    trail = AuditEntry.objects.filter(about=fajar).order_by("pk")
    assert [entry.event for entry in trail] == ["peran-diakhiri", "pengguna-nonaktif"]


def test_a_task_goes_to_the_colleague_who_was_chosen_and_who_is_told(cast, admin, fajar, nadia, task):
    admin.post(address(fajar), {f"tugas-{run_of(task).pk}": nadia.pk})

    entry = HistoryEntry.objects.filter(ticket=task).latest("seq")
    assert run_of(task).performer == nadia
    assert (entry.action, entry.by) == ("hand_over", cast.admin)
    assert told(task, nadia) == (
        "Dewi Admin menyerahkan tugas langkah 4 dari Fajar Ramadhan, yang tidak lagi bertugas, kepada Nadia Kolega."
    )
    assert [(notice.person, notice.kind) for notice in Notice.objects.filter(entry=entry, channel="situs")] == [
        (nadia, "diserahkan")
    ]


def test_a_successor_has_the_role_and_the_task_at_once_and_can_finish_it(cast, admin, client_of, fajar, task):
    newcomer = person("Putra Penerus", unit=cast.diskominfotik)
    theirs = client_of(newcomer)

    admin.post(address(fajar), {f"peran-{role_of(fajar).pk}": newcomer.pk, f"tugas-{run_of(task).pk}": "penerus"})

    given = role_of(newcomer)
    assert (given.role, given.procedure, given.starts_on, given.ends_on) == (
        Role.PROGRAMMER,
        "",
        timezone.localdate(),
        None,
    )
    assert run_of(task).performer == newcomer
    assert theirs.get("/")["Location"].startswith(reverse("masuk"))
    cast.by_role[Role.PROGRAMMER] = User.objects.get(pk=newcomer.pk)
    assert advance(task, cast, 5, penyebab="coding").state == "website-2024.5"


def test_a_large_opd_is_offered_in_part_and_who_holds_a_role_always(cast, admin, fajar, nadia, monkeypatch):
    monkeypatch.setattr(people, "MOST_OFFERED", 12)
    for number in range(9):
        person(f"Aa Pegawai {number}", unit=cast.diskominfotik)

    offered = read(admin.get(address(fajar))).find(f".//select[@name='peran-{role_of(fajar).pk}']")

    names = [words(option) for option in offered][1:]
    assert len(names) == 12
    assert 0 < len([name for name in names if name.startswith("Aa Pegawai")]) < 9
    assert {"Nadia Kolega · Diskominfotik", f"{cast.holder('kepala_bidang_aptika')} · Diskominfotik"} <= set(names)


def test_a_task_for_a_successor_wants_one(cast, admin, fajar, task):
    field = f"tugas-{run_of(task).pk}"

    response = admin.post(address(fajar), {field: "penerus"})

    assert response.status_code == 422
    assert "Silakan pilih penerus perannya di atas" in response.content.decode()
    assert User.objects.get(pk=fajar.pk).is_active


@pytest.mark.parametrize("who", ["a stranger", "the leaver", "nonsense"])
def test_a_task_goes_to_nobody_who_does_not_hold_its_role(cast, admin, fajar, task, who):
    value = {"a stranger": cast.stranger.pk, "the leaver": fajar.pk, "nonsense": "0 OR 1=1"}[who]

    response = admin.post(address(fajar), {f"tugas-{run_of(task).pk}": value, f"peran-{role_of(fajar).pk}": ""})

    assert response.status_code == 422
    assert run_of(task).performer == fajar


def test_roles_to_come_are_taken_back_and_those_of_a_substitute_go_to_nobody(cast, admin, fajar):
    today, rina = timezone.localdate(), cast.holder(Role.WEB_DEVELOPER)
    later = RoleAssignment.objects.create(user=fajar, role=Role.WEB_DEVELOPER, starts_on=today + timedelta(3))
    standing_in = RoleAssignment.objects.create(
        user=fajar,
        role=Role.WEB_DEVELOPER,
        procedure="website",
        starts_on=today - timedelta(3),
        ends_on=today + timedelta(2),
        substitute_for=rina,
        letter_number="800/9",
    )

    page = read(admin.get(address(fajar)))
    admin.post(address(fajar), {f"peran-{standing_in.pk}": cast.stranger.pk, f"peran-{later.pk}": cast.stranger.pk})

    assert len(select(page, "select")) == 1
    standing_in.refresh_from_db()
    assert standing_in.ends_on == today - timedelta(1)
    assert not RoleAssignment.objects.filter(pk=later.pk).exists()
    assert not cast.stranger.role_assignments.exists()


def test_a_role_with_an_end_passes_on_with_it(cast, admin, fajar):
    ends = timezone.localdate() + timedelta(30)
    RoleAssignment.objects.filter(user=fajar).update(ends_on=ends)
    newcomer = person("Putra Penerus", unit=cast.diskominfotik)

    admin.post(address(fajar), {f"peran-{role_of(fajar).pk}": newcomer.pk})

    assert role_of(newcomer).ends_on == ends


def test_an_administrator_who_follows_somebody_stays_signed_in(cast, admin, fajar):
    response = admin.post(address(fajar), {f"peran-{role_of(fajar).pk}": cast.admin.pk}, follow=True)

    assert (response.status_code, response.redirect_chain[0][0]) == (200, address(fajar, "pengguna-detail"))
    assert role_of(cast.admin).role == Role.PROGRAMMER
    assert set(AuditEntry.objects.values_list("address", flat=True)) == {"127.0.0.1"}


def test_beside_another_an_administrator_does_not_make_themselves_the_successor(cast, admin, fajar):
    person("Admin Kedua", is_staff=True, is_superuser=True)

    response = admin.post(address(fajar), {f"peran-{role_of(fajar).pk}": cast.admin.pk})

    assert response.status_code == 422
    assert "Peran untuk diri sendiri diberikan oleh administrator lain." in response.content.decode()
    assert User.objects.get(pk=fajar.pk).is_active
    assert not cast.admin.role_assignments.exists()


@pytest.mark.parametrize("since", [-3, 0, 2])
def test_who_stands_in_for_the_leaver_can_follow_them(cast, admin, fajar, task, since):
    """Their substitution ends with yesterday, or was never, and the role is their own from today on."""
    today = timezone.localdate()
    plh = person("Putra Plh", unit=cast.diskominfotik)
    RoleAssignment.objects.create(
        user=plh,
        role=Role.PROGRAMMER,
        procedure="website",
        starts_on=today + timedelta(since),
        ends_on=today + timedelta(7),
        substitute_for=fajar,
        letter_number="800/11",
    )

    response = admin.post(address(fajar), {f"peran-{role_of(fajar).pk}": plh.pk, f"tugas-{run_of(task).pk}": "penerus"})

    ended = [(fajar, today - timedelta(1))] if since < 0 else []
    held = plh.role_assignments.order_by("starts_on").values_list("substitute_for", "ends_on")
    assert response.status_code == 302
    assert list(held) == [*((someone.pk, day) for someone, day in ended), (None, None)]
    assert plh.role_assignments.get(substitute_for=None).starts_on == today
    assert run_of(task).performer == plh
    assert AuditEntry.objects.get(event="pengguna-nonaktif").facts == {"successors": 1}


def test_it_is_all_or_nothing(cast, fajar, nadia, task, monkeypatch):
    def stumbles(*args, **kwargs):
        raise Refused("Tidak dapat.")

    monkeypatch.setattr(actions, "relieve", stumbles)

    with pytest.raises(Refused):
        leaving.leave(fajar, by=cast.admin, takers={run_of(task).pk: nadia})

    assert User.objects.get(pk=fajar.pk).is_active
    assert (role_of(fajar).ends_on, run_of(task).performer) == (None, fajar)
    assert not AuditEntry.objects.filter(about=fajar).exists()


# Who may


def test_nobody_closes_their_own_account(cast, admin):
    response = admin.post(address(cast.admin))

    assert response.status_code == 422
    assert User.objects.get(pk=cast.admin.pk).is_active


def test_the_last_administrator_does_not_leave(cast):
    former = person("Bekas Admin", is_staff=True, is_superuser=True, is_active=False)

    with pytest.raises(Refused, match="administrator terakhir"):
        leaving.leave(cast.admin, by=former)


def test_closed_twice_it_was_somebody_else(cast, admin, fajar):
    leaving.leave(fajar, by=cast.admin)

    assert admin.get(address(fajar)).status_code == 404
    with pytest.raises(Conflict):
        leaving.leave(fajar, by=cast.admin)


@pytest.mark.parametrize("who", ["the subkoordinator", "a programmer", "an administrator while the account is open"])
def test_a_task_is_taken_only_from_who_is_gone_and_only_by_an_administrator(cast, fajar, nadia, task, who):
    if who != "an administrator while the account is open":
        User.objects.filter(pk=fajar.pk).update(is_active=False)
    by = {"the subkoordinator": cast.holder(Role.SUB_KOORDINATOR), "a programmer": nadia}.get(who, cast.admin)

    with pytest.raises(Refused):
        actions.relieve(run_of(task), to=None, by=by)

    assert run_of(task).performer_id == fajar.pk


def test_a_row_that_is_over_is_no_task_any_more(cast, fajar, task):
    run = run_of(task)
    advance(task, cast, 5, penyebab="coding")
    User.objects.filter(pk=fajar.pk).update(is_active=False)

    with pytest.raises(Conflict):
        actions.relieve(run, to=None, by=cast.admin)


# And coming back


def test_who_comes_back_signs_in_again_without_the_roles_of_before(cast, admin, client_of, fajar, task):
    """On the same day already; a role that was given this morning as well."""
    RoleAssignment.objects.create(user=fajar, role=Role.WEB_DEVELOPER, starts_on=timezone.localdate())
    admin.post(address(fajar))

    admin.post(address(fajar, "pengguna-aktifkan"))

    back = User.objects.get(pk=fajar.pk)
    assert (back.is_active, back.assignments) == (True, [])
    assert client_of(back).get("/").status_code == 200
    assert AuditEntry.objects.filter(about=fajar, event="pengguna-aktif", by=cast.admin).count() == 1
    assert "sudah aktif" in admin.post(address(fajar, "pengguna-aktifkan"), follow=True).content.decode()


# At the same time


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("waits", [True, False])
def test_a_task_taken_while_the_account_closes_stays_with_nobody_who_is_gone(cast, monkeypatch, waits):
    """Taking a task looks at the account under its lock; a build that does not lets tasks strand."""
    slowly(monkeypatch)
    if not waits:
        monkeypatch.setattr(actions, "_refuse_if_gone", lambda someone: time.sleep(0.03))
    stranded = 0
    for nth in range(6 if waits else 30):
        leaver = person(f"Programmer {nth}", role=Role.PROGRAMMER)
        ticket = walk(report(by=cast.reporter), cast, 2, 3, 4, penyebab="coding")
        claimant = User.objects.get(pk=leaver.pk)
        assert claimant.holds(Role.PROGRAMMER, "website")

        outcomes = at_once(
            [lambda: actions.claim(ticket, by=claimant), lambda: leaving.leave(leaver, by=cast.admin)]  # noqa: B023  # run at once
        )

        assert all(isinstance(outcome, Ticket | Refused | None) for outcome in outcomes), outcomes
        stranded += StepRun.objects.open().filter(performer__is_active=False).count()
        StepRun.objects.open().filter(performer=leaver).update(performer=None, claimed_at=None)
        if stranded:
            break

    assert (stranded == 0) is waits
    assert list(history.verify()) == []


def slowly(monkeypatch):
    """Whoever holds a lock keeps it for a while."""
    locked = actions._locked

    def pausing(ticket):
        found = locked(ticket)
        time.sleep(0.02)
        return found

    monkeypatch.setattr(actions, "_locked", pausing)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_administrators_close_an_account_once(cast, fajar, task):
    second = person("Admin Kedua", is_staff=True, is_superuser=True)

    outcomes = at_once([lambda by=by: leaving.leave(fajar, by=by) for by in (cast.admin, second)])

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict", "NoneType"]
    assert AuditEntry.objects.filter(event="pengguna-nonaktif").count() == 1
    assert HistoryEntry.objects.filter(ticket=task, action="release").count() == 1


WAITING_FOR_US = "SELECT pid FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"


def deadlocks(outcomes):
    """Whether two waited for each other."""
    return any(isinstance(outcome, OperationalError) for outcome in outcomes)


def holding(act, held):
    """An act that takes locks, says so by the event `held`, and keeps them until another waits for one of them."""

    def paused(*args, **kwargs):
        found = act(*args, **kwargs)
        if not held.is_set():
            held.set()
            wait_to_be_waited_for()
        return found

    return paused


def wait_to_be_waited_for():
    patience_ends = time.monotonic() + 30
    with connection.cursor() as cursor:
        while not cursor.execute(WAITING_FOR_US).fetchone():
            assert time.monotonic() < patience_ends, "nobody came to wait"
            time.sleep(0.02)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("waits", [True, False])
def test_a_leaver_and_a_substitute_given_meanwhile_do_not_wait_in_a_circle(cast, monkeypatch, waits):
    """Who leaves is held before who follows, and of a substitution the older account first."""
    leaver_held = Event()
    monkeypatch.setattr(leaving, "_tasks_locked", holding(leaving._tasks_locked, leaver_held))
    if not waits:
        monkeypatch.setattr(calendars, "lock", lambda: None)
    successor = person("Putra Penerus")
    leaver = person("Programmer Lama", role=Role.PROGRAMMER)
    standing_in = RoleAssignment(
        user=successor,
        role=Role.PROGRAMMER,
        ends_on=timezone.localdate() + timedelta(3),
        substitute_for=leaver,
        letter_number="800/12",
    )

    def give():
        assert leaver_held.wait(30)
        return assignments.give(standing_in, by=cast.admin)

    outcomes = at_once([lambda: leaving.leave(leaver, by=cast.admin, successors={role_of(leaver).pk: successor}), give])

    assert deadlocks(outcomes) is not waits, outcomes
    if waits:
        assert [type(outcome) for outcome in outcomes] == [type(None), assignments.Refused]
        assert role_of(successor).substitute_for is None


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("waits", [True, False])
def test_an_administrator_who_leaves_and_one_who_is_handed_their_task_do_not_wait_in_a_circle(
    cast, fajar, nadia, task, monkeypatch, waits
):
    """A task is locked before who takes it; a build that locks administrators first waits in a circle."""
    task_held = Event()
    monkeypatch.setattr(actions, "_locked", holding(actions._locked, task_held))
    if not waits:
        monkeypatch.setattr(accounts, "keep_an_administrator", _keep_with_locked_rows)
    User.objects.filter(pk__in=(fajar.pk, nadia.pk)).update(is_staff=True, is_superuser=True)
    leaver, coordinator = User.objects.get(pk=fajar.pk), cast.holder(Role.SUB_KOORDINATOR)

    def leave():
        assert task_held.wait(30)
        return leaving.leave(leaver, by=cast.admin)

    outcomes = at_once([lambda: actions.hand_over(task, to=nadia, by=coordinator), leave])

    assert deadlocks(outcomes) is not waits, outcomes
    if waits:
        assert run_of(task).performer == nadia
        assert not User.objects.get(pk=fajar.pk).is_active


def _keep_with_locked_rows(person):
    """A deliberately bad build: holds every administrator."""
    list(User.objects.select_for_update(no_key=True).filter(is_staff=True, is_active=True).order_by("pk"))
