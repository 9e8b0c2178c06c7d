"""The outbox: what is due is sent once, whatever the mail server does, and nothing that is still due is forgotten."""

import runpy
import threading
import time
from datetime import timedelta

import pytest
from django.conf import settings as configured
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import TUESDAY, person, report
from tests.mail_server import MailServer, Mode
from tests.test_notifications import LINK, wib
from tickets import actions, tasks
from tickets.models import Heartbeat, Notice, RoleAssignment, User
from tickets.models.people import MailChoice
from tickets.notifications import kinds, outbox
from tickets.notifications.outbox import Delivered
from workflows.roles import Role

pytestmark = pytest.mark.django_db

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def server(settings):
    """A mail server that the settings name."""
    with MailServer() as running:
        settings.MAIL_ENABLED = True
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", running.port, 10
        yield running


@pytest.fixture
def colleagues(cast):
    """Five people who share the first row of the website SOP: Budi and four more."""
    more = [person(f"Rekan {n}", role=Role.SUB_KOORDINATOR, procedure="website") for n in range(4)]
    return [cast.holder(Role.SUB_KOORDINATOR), *more]


@pytest.fixture
def mail(cast, colleagues, server):
    """One mail to each of them, due on Tuesday at 10.00."""
    report(by=cast.reporter, answers=LINK, now=TUESDAY)
    return Notice.objects.filter(channel="surel").order_by("pk")


def addresses(people):
    return [someone.email for someone in people]


def ends(rows):
    """What became of rows: how many of each end."""
    names = ("sent_at", "failed_at", "cancelled_at")
    told = [next((name for name in names if getattr(row, name)), "waiting") for row in rows.all()]
    return {name: told.count(name) for name in set(told)}


# When all is well


def test_what_is_due_is_sent_through_one_connection_and_once(mail, server, colleagues):
    first, second = outbox.deliver(TUESDAY), outbox.deliver(TUESDAY + HOUR)

    assert (first, second) == (Delivered(sent=5), Delivered())
    assert server.recipients == addresses(colleagues)
    assert server.connections == 1
    assert set(mail.values_list("sent_at", "attempts", "lease_until", "error")) == {(TUESDAY, 1, None, "")}


def test_what_is_not_due_yet_waits(cast, colleagues, server):
    report(by=cast.reporter, answers=LINK, now=wib(17, "20.00"))

    early, due = outbox.deliver(wib(18, "07.29")), outbox.deliver(wib(18, "07.30"))

    assert (early, due) == (Delivered(), Delivered(sent=5))


def test_a_delivery_takes_on_so_much_and_the_next_goes_on(mail, server, colleagues):
    taken = [outbox.deliver(TUESDAY, limit=2) for _ in range(4)]

    assert taken == [Delivered(sent=2), Delivered(sent=2), Delivered(sent=1), Delivered()]
    assert server.recipients == addresses(colleagues)


def test_the_task_delivers_by_the_clock(mail, server, time_machine):
    time_machine.move_to(TUESDAY, tick=False)

    tasks.deliver()

    assert len(server.mails) == 5


def test_each_delivery_shows_that_it_lives_also_when_there_is_nothing_to_send(db, settings):
    for enabled, now in ((True, TUESDAY), (False, TUESDAY + MINUTE)):
        settings.MAIL_ENABLED = enabled
        outbox.deliver(now)

    assert list(Heartbeat.objects.values_list("kind", "name", "at")) == [("mail", "", TUESDAY + MINUTE)]


def test_when_mail_was_switched_off_what_is_due_stays_until_it_is_on_again(mail, server, settings):
    settings.MAIL_ENABLED = False
    off = outbox.deliver(TUESDAY)
    settings.MAIL_ENABLED = True

    assert (off, outbox.deliver(TUESDAY)) == (Delivered(), Delivered(sent=5))


def test_a_delivery_of_many_asks_the_database_no_more_than_one_more_question_for_each_mail(mail, server, cast):
    def queries(limit):
        with CaptureQueriesContext(connection) as seen:
            outbox.deliver(TUESDAY, limit=limit)
        return len(seen)

    outbox.deliver(TUESDAY - HOUR)
    one = queries(1)

    assert queries(4) == one + 3 * 2  # each mail's tickets are looked at before, and it is marked once it has left


# Digests


def test_a_digest_gathers_all_that_is_due_to_a_person_in_one_mail(cast, server, colleagues):
    User.objects.filter(pk__in=[someone.pk for someone in colleagues]).update(mail_choice=MailChoice.DIGEST)
    first = report(by=cast.reporter, answers=LINK, now=TUESDAY)
    report(by=cast.reporter, answers=LINK, now=TUESDAY + HOUR)
    actions.comment(first, by=cast.reporter, text="Masih galat.", now=TUESDAY + HOUR)

    early = outbox.deliver(wib(18, "07.29"))
    delivered = outbox.deliver(wib(18, "07.30"), limit=3)  # what belongs together is taken on together

    rows = Notice.objects.filter(channel="surel", is_digest=True)
    assert (early, delivered) == (Delivered(), Delivered(sent=9))
    assert outbox.deliver(wib(18, "07.30")) == Delivered(sent=6)
    assert sorted(server.recipients) == sorted(addresses(colleagues))
    assert ends(rows) == {"sent_at": 15}
    own = rows.filter(person=colleagues[0]).order_by("pk").first()
    assert server.mails[0]["Message-ID"] == f"<pemberitahuan-{own.pk}@127.0.0.1>"


# Who is still concerned, at the moment of sending


def test_who_lost_the_role_or_the_account_or_wants_no_mail_any_more_gets_none(mail, server, colleagues):
    budi, gone, closed, silent, other = colleagues
    RoleAssignment.objects.filter(user=gone).update(ends_on=wib(16, "10.00").date())
    User.objects.filter(pk=closed.pk).update(is_active=False)
    User.objects.filter(pk=silent.pk).update(mail_choice=MailChoice.NEVER)

    delivered = outbox.deliver(TUESDAY)

    assert delivered == Delivered(sent=2, cancelled=3)
    assert server.recipients == addresses([budi, other])
    assert ends(mail) == {"sent_at": 2, "cancelled_at": 3}
    assert Notice.objects.filter(channel="situs", cancelled_at=None).count() == 5


def test_a_turn_that_has_passed_is_not_mailed_any_more(mail, server, cast):
    ticket = mail[0].ticket
    run, by = ticket.runs.get(), cast.holder(Role.SUB_KOORDINATOR)
    actions.complete_step(ticket, by=by, run=run.pk, arrow="2", answers={}, now=TUESDAY)

    outbox.deliver(TUESDAY)

    assert {(row.kind, bool(row.sent_at)) for row in mail.all()} == {("giliran", False), ("giliran", True)}
    assert server.recipients == [cast.holder(Role.WEB_DEVELOPER).email]


@pytest.mark.parametrize("kind", sorted(kinds.KINDS))
def test_no_kind_of_mail_reaches_a_stranger(mail, server, cast, kind):
    ticket = mail[0].ticket
    actions.complete_step(
        ticket, by=cast.holder(Role.SUB_KOORDINATOR), run=ticket.runs.get().pk, arrow="2", now=TUESDAY
    )
    rung = actions.climb(ticket.runs.open().get(), now=wib(17, "10.12"))[0]
    is_of_a_rung = kind in ("mendekati", "lewat", "lewat-perkiraan", "eskalasi", "pengingat")
    event = {"rung": rung} if is_of_a_rung else {"entry": ticket.entries.last()}
    mail.update(cancelled_at=TUESDAY)
    Notice.objects.create(
        event="uji",
        kind=kind,
        person=cast.stranger,
        channel="surel",
        ticket=ticket,
        at=TUESDAY,
        not_before=TUESDAY,
        **event,
    )

    assert outbox.deliver(TUESDAY) == Delivered(cancelled=1)
    assert server.mails == []


# When it is not


def test_a_server_that_is_down_lets_all_mail_wait_together_and_longer_each_time(mail, server):
    server.shutdown()
    server.server_close()
    waited, now = [], TUESDAY
    for _ in range(9):
        assert outbox.deliver(now) == Delivered(postponed=5)
        [until] = set(mail.values_list("lease_until", flat=True))
        assert outbox.deliver(until - SECOND) == Delivered()
        waited.append(until - now)
        now = until

    assert waited == [30 * SECOND, *(n * MINUTE for n in (1, 2, 4, 8, 16, 32)), HOUR, HOUR]
    assert set(mail.values_list("attempts", "error")) == {(9, "[Errno 111] Connection refused")}


def test_a_server_without_the_encryption_that_is_asked_for_is_given_no_mail(mail, server, settings):
    settings.EMAIL_USE_TLS = True

    delivered = outbox.deliver(TUESDAY)

    assert (delivered, server.mails) == (Delivered(postponed=5), [])
    assert set(mail.values_list("error", flat=True)) == {"STARTTLS extension not supported by server."}


def test_after_a_day_of_attempts_mail_is_given_up_and_listed(mail, server):
    server.mode, now = Mode.BUSY, TUESDAY + 3 * HOUR  # nobody looked before
    while now - TUESDAY < timedelta(hours=26, minutes=50):
        assert outbox.deliver(now) in (Delivered(), Delivered(postponed=5))
        now += 30 * MINUTE

    given_up = outbox.deliver(TUESDAY + timedelta(hours=28))
    server.mode = Mode.OK
    later = outbox.deliver(TUESDAY + timedelta(days=3))

    assert (given_up, later) == (Delivered(given_up=5), Delivered())
    assert Notice.objects.failed().count() == 5
    assert server.mails == []


def test_mail_that_was_postponed_is_delivered_when_the_server_is_well_again(mail, server, colleagues):
    server.mode = Mode.BUSY
    outbox.deliver(TUESDAY)
    server.mode = Mode.OK

    delivered = outbox.deliver(TUESDAY + 30 * SECOND)

    assert delivered == Delivered(sent=5)
    assert server.recipients == addresses(colleagues)
    assert set(mail.values_list("attempts", "error")) == {(2, "")}


def test_an_address_that_is_refused_for_good_is_given_up_at_once_and_no_other(mail, server, colleagues):
    server.refused = {colleagues[1].email}

    first, second = outbox.deliver(TUESDAY), outbox.deliver(TUESDAY + HOUR)

    assert (first, second) == (Delivered(sent=4, given_up=1), Delivered())
    assert server.recipients == addresses([colleagues[0], *colleagues[2:]])
    assert server.connections == 1
    row = Notice.objects.failed().get()
    assert (row.person, row.error, row.attempts) == (colleagues[1], "550 5.1.1 no such user here", 1)


@pytest.mark.parametrize(
    ("mode", "error"),
    [
        (Mode.BUSY, "451 4.7.1 come back later"),
        (Mode.LEAVING, "421 4.3.2 closing"),
        (Mode.NO_SENDER, "550 5.7.1 sender not allowed"),
        (Mode.SPAM, "554 5.6.0 looks like spam"),
    ],
)
def test_what_is_refused_for_another_reason_is_tried_again(mail, server, mode, error):
    server.mode = mode

    delivered = outbox.deliver(TUESDAY)

    assert delivered == Delivered(postponed=5)
    assert set(mail.values_list("lease_until", "error")) == {(TUESDAY + 30 * SECOND, error)}


def test_one_mail_that_makes_the_server_hang_up_does_not_hold_up_the_others(mail, server, colleagues):
    server.poison = {colleagues[0].email}

    delivered = outbox.deliver(TUESDAY)

    assert delivered == Delivered(sent=4, postponed=1)
    assert server.recipients == addresses(colleagues[1:])


@pytest.mark.parametrize("mode", [Mode.DROPS_AT_DATA, Mode.DUMB_AT_DATA])
def test_a_server_that_breaks_off_twice_is_left_alone_and_what_was_not_tried_is_as_it_was(mail, server, settings, mode):
    server.mode, settings.EMAIL_TIMEOUT = mode, 2

    delivered = outbox.deliver(TUESDAY)

    assert delivered == Delivered(postponed=2)
    assert list(mail.values_list("attempts", "lease_until")) == [(1, TUESDAY + 30 * SECOND)] * 2 + [(0, None)] * 3
    server.mode, settings.EMAIL_TIMEOUT = Mode.OK, 10
    assert outbox.deliver(TUESDAY) == Delivered(sent=3)


@pytest.mark.parametrize(("mode", "answers"), [(Mode.SILENT, 1), (Mode.DUMB_AT_DATA, 2)])
def test_a_server_that_hangs_costs_two_answers_at_most(mail, server, settings, mode, answers):
    server.mode, settings.EMAIL_TIMEOUT = mode, 0.5
    begun = time.monotonic()

    outbox.deliver(TUESDAY)

    assert time.monotonic() - begun >= 0.5 * answers
    assert server.connections == answers


def test_in_the_shipped_settings_two_answers_and_the_patience_stay_below_half_a_minute():
    shipped = runpy.run_path(str(configured.BASE_DIR / "sopdesk" / "settings.py"))["EMAIL_TIMEOUT"]

    assert outbox.MOST_BREAKS * shipped <= 30
    assert outbox.PATIENCE + shipped <= 30
    assert timedelta(seconds=outbox.PATIENCE + 10 * shipped) < outbox.LEASE


def test_a_slow_delivery_ends_when_its_patience_does(mail, server, monkeypatch):
    monkeypatch.setattr(outbox, "PATIENCE", 0)

    assert outbox.deliver(TUESDAY) == Delivered()
    assert set(mail.values_list("attempts", "lease_until")) == {(0, None)}


def test_a_row_that_cannot_be_told_is_passed_by_without_its_words_in_the_log(mail, server, colleagues, caplog):
    Notice.objects.filter(pk=mail[0].pk).update(kind="tak-dikenal")

    delivered = outbox.deliver(TUESDAY)

    assert delivered == Delivered(sent=4, postponed=1)
    assert Notice.objects.get(pk=mail[0].pk).error == "KeyError"
    assert [record.getMessage() for record in caplog.records if record.name == "sopdesk.mail"] == [
        f"mail of notice {mail[0].pk} to person {colleagues[0].pk} postponed: KeyError"
    ]


def test_what_a_server_says_is_kept_on_one_line(mail, server):
    [notice] = mail[:1]

    outbox._give_up([notice], "550 gone\r\n2026 INFO forged: \x1b[31mline" + "x" * 500, TUESDAY, Delivered())

    error = Notice.objects.get(pk=notice.pk).error
    assert (len(error), error[:38]) == (300, "550 gone 2026 INFO forged: [31mlinexxx")


def test_mail_of_a_killed_delivery_is_sent_when_its_lease_has_run_out(mail, server):
    outbox._claim(TUESDAY, limit=5)

    within, after = outbox.deliver(TUESDAY + outbox.LEASE - SECOND), outbox.deliver(TUESDAY + outbox.LEASE)

    assert (within, after) == (Delivered(), Delivered(sent=5))


# Many at once


@pytest.mark.django_db(transaction=True)
def test_a_process_that_is_delivering_does_not_begin_a_second_time(mail, server):
    server.mode = Mode.SILENT
    busy = in_a_thread(lambda: outbox.deliver(TUESDAY))
    wait_for(lambda: server.connections)

    assert outbox.deliver(TUESDAY) == Delivered()
    assert busy.is_alive()
    server.let_go.set()
    busy.join()
    assert server.connections == 1


@pytest.mark.django_db(transaction=True)
def test_mail_is_sent_once_however_many_processes_deliver(mail, server, on_both_databases, monkeypatch):
    write_many(mail[0].ticket)

    deliver_at_once(monkeypatch)

    assert len(server.mails) == 5 + 75
    assert sorted(server.message_ids) == sorted(set(server.message_ids))
    assert ends(mail) == {"sent_at": 80}


@pytest.mark.django_db(transaction=True)
def test_with_claims_that_lock_nothing_mail_is_sent_again_and_again(mail, server, monkeypatch):
    write_many(mail[0].ticket)
    monkeypatch.setattr(outbox, "_claim", outbox._claim.__wrapped__)  # without its transaction
    monkeypatch.setattr(Heartbeat.objects, "update_or_create", lambda **row: time.sleep(0.01))

    deliver_at_once(monkeypatch)

    assert len(set(server.message_ids)) < len(server.mails)


def write_many(ticket):
    """75 mails more."""
    for n in range(15):
        actions.comment(ticket, by=ticket.reporter, text=f"Masih galat {n}.", now=TUESDAY)


def deliver_at_once(monkeypatch):
    """24 deliveries of 7 mails each, in threads that know as little of each other as processes do."""
    monkeypatch.setattr(outbox, "_one_at_a_time", NoLock())
    threads = [in_a_thread(lambda: outbox.deliver(TUESDAY, limit=7)) for _ in range(24)]
    for thread in threads:
        thread.join()


class NoLock:
    """As if each thread were a process of its own."""

    def acquire(self, blocking):
        return True

    def release(self):
        """There is nothing to release."""


def in_a_thread(act):
    def run():
        try:
            act()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def wait_for(condition):
    for _ in range(2000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it never came")


# The person who clicks


@pytest.mark.django_db(transaction=True)
def test_pages_do_not_notice_a_mail_server_that_hangs(mail, server, client_of, cast, settings):
    def click():
        begun = time.perf_counter()
        reply = client.post(f"/tiket/{number}/komentar/", {"text": "Masih galat."})
        assert reply.status_code == 302
        return time.perf_counter() - begun

    client, number = client_of(cast.reporter), mail[0].ticket.number
    settings.EMAIL_TIMEOUT, server.mode = 10, Mode.SILENT
    click()
    well, ill = [], []
    for n in range(1, 11):  # by turns, so that a busy machine is as busy for both
        well.append(click())
        worker = in_a_thread(lambda n=n: outbox.deliver(TUESDAY + 2 * n * HOUR))
        wait_for(lambda n=n: server.connections == n)
        ill.append(click())
        assert worker.is_alive()
        server.let_go.set()
        worker.join()
        server.let_go.clear()

    assert server.connections == 10  # the worker's, and none of a page
    assert min(ill) <= 1.2 * min(well) + 0.02  # seconds; whoever waits for the server waits for ten each time
