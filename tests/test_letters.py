"""Letters about accounts: written with their cause, sent by a worker, and holding no secret until they are."""

import logging
import re
import threading
from datetime import timedelta
from itertools import pairwise

import pytest
from django.conf import settings as configured
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import TUESDAY, everything_stored, person
from tests.mail_server import MailServer, Mode
from tickets import health, tasks
from tickets.models import Letter, Registration
from tickets.notifications import letters, mails

pytestmark = pytest.mark.django_db

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
Kind = Letter.Kind


@pytest.fixture
def server(settings):
    """A mail server that the settings name."""
    with MailServer() as running:
        settings.MAIL_ENABLED = True
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", running.port, 1
        yield running


@pytest.fixture
def siti(cast):
    return cast.reporter


def words_of(mail):
    return mail.get_body(("plain",)).get_content()


def link_in(mail):
    [link] = re.findall(r"http://127\.0\.0\.1:8000(/sandi/baru/\S+)", words_of(mail))
    return link


# What a letter is


@pytest.fixture
def registered(siti):
    return Registration.objects.create(person=siti)


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_is_a_formal_mail_in_text_and_html_that_says_the_same(registered, siti, kind):
    letter = Letter(
        pk=7, person=siti, kind=kind, asked_at=TUESDAY, facts={"what": "sandi", "reason": "Bukan surel dinas"}
    )

    mail = mails.letter(letter)

    text, (html, _) = mail.body, mail.alternatives[0]
    assert text.startswith("Yth. Bapak/Ibu," if kind == Kind.CONFIRM_ADDRESS else "Yth. Siti Rahmah,")
    assert "Anda" in text
    assert mail.to == [siti.email]
    assert mail.extra_headers["Message-ID"] == "<akun-7@127.0.0.1>"
    assert mail.extra_headers["Auto-Submitted"] == "auto-generated"
    assert set(re.findall(r"http://[^\s\"<]+", text)) == set(re.findall(r"http://[^\s\"<]+", html))
    assert not re.search(r"<(img|style|script|link)", html)
    assert "Pilihan surel" not in text


@pytest.mark.parametrize("what", mails.CHANGES)
def test_a_change_is_named_with_its_time_and_what_to_do_if_it_was_somebody_else(siti, what):
    text = mails.letter(Letter(pk=1, person=siti, kind=Kind.CHANGED, asked_at=TUESDAY, facts={"what": what})).body

    assert mails.CHANGES[what] in text
    assert "17 Nov 2026 10.00 WIB" in text
    assert "Bila bukan Anda" in text


@pytest.mark.parametrize("name", [name for kind, (name, _) in mails.LETTERS.items() if kind != Kind.CONFIRM_ADDRESS])
def test_what_a_person_is_called_is_only_text(siti, name):
    siti.name = '<a href="https://contoh.invalid">Siti</a>'
    letter = Letter(pk=1, person=siti, kind=Kind.RESET, asked_at=TUESDAY)

    html = render_to_string(f"emails/letter_{name}.html", {"person": siti, "letter": letter, "link": "x"})

    assert "&lt;a href=" in html
    assert '<a href="https://contoh.invalid">' not in html


def test_without_a_mail_server_nothing_is_written(siti, settings):
    settings.MAIL_ENABLED = False

    assert letters.write(siti, Kind.INVITATION) is None
    assert not Letter.objects.exists()


# Sending


def test_a_letter_is_sent_once_and_its_link_opens_the_page(siti, server):
    letters.write(siti, Kind.INVITATION, now=TUESDAY)

    letters.deliver()
    letters.deliver()

    [mail] = server.mails
    assert mail["To"] == siti.email
    assert Client().get(link_in(mail)).status_code == 302
    letter = Letter.objects.get()
    assert (letter.attempts, letter.lease_until, letter.failed_at, letter.error) == (1, None, None, "")
    assert letter.sent_at is not None


def test_a_new_address_is_told_at_the_old_one_too_which_is_then_forgotten(siti, server):
    old, siti.email, siti.last_login = siti.email, "siti.baru@contoh.invalid", TUESDAY
    siti.save()

    letters.tell_of_new_names(siti, email_was=old, changed=["email"])
    letters.deliver()

    to_the_old, to_the_new = server.mails
    assert server.recipients == [old, "siti.baru@contoh.invalid"]
    assert all("telah diganti oleh administrator" in words_of(mail) for mail in server.mails)
    assert "segera sampaikan kepada administrator" in words_of(to_the_old)
    assert "siti.baru" not in words_of(to_the_old)
    assert "Lupa kata sandi?" in words_of(to_the_new)
    assert old not in str(everything_stored())


def test_the_task_sends_letters_by_the_clock(siti, server):
    letters.write(siti, Kind.RESET)

    tasks.deliver()

    assert server.recipients == [siti.email]


def test_neither_database_nor_log_ever_holds_a_link(siti, server, caplog):
    caplog.set_level(logging.DEBUG)
    letters.write(siti, Kind.RESET)
    server.mode = Mode.BUSY
    letters.deliver()
    server.mode = Mode.OK
    letters.deliver(timezone.now() + HOUR)

    token = link_in(server.mails[0]).rstrip("/").rpartition("/")[2]
    assert token not in str(everything_stored())
    assert token not in caplog.text
    assert siti.email not in caplog.text


def test_a_server_that_is_down_costs_one_letter_its_try_and_the_others_nothing(cast, settings):
    with MailServer() as gone:
        port = gone.port
    settings.MAIL_ENABLED = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    for someone in cast.everybody[:3]:
        letters.write(someone, Kind.RESET, now=TUESDAY)

    letters.deliver(TUESDAY)

    rows = list(Letter.objects.order_by("pk").values_list("attempts", "lease_until"))
    assert rows == [(1, TUESDAY + 30 * SECOND), (0, None), (0, None)]


def test_a_letter_is_tried_for_a_day_with_growing_pauses_and_then_listed(siti, server):
    server.mode = Mode.BUSY
    letters.write(siti, Kind.RESET, now=TUESDAY)
    letter, tried = Letter.objects.get(), []
    now = TUESDAY
    while letter.failed_at is None:
        letters.deliver(now)
        letter.refresh_from_db()
        tried.append(now)
        now = letter.lease_until or now

    pauses = [later - earlier for earlier, later in pairwise(tried)]
    assert pauses[:4] == [30 * SECOND, 60 * SECOND, 120 * SECOND, 240 * SECOND]
    assert max(pauses) == HOUR
    assert timedelta(hours=24) <= letter.failed_at - TUESDAY < timedelta(hours=25)
    assert letter.error == "451 4.7.1 come back later"


def test_an_address_that_is_refused_for_good_is_given_up_at_once_and_no_other(cast, server):
    bad, good = cast.everybody[:2]
    server.refused = {bad.email}
    for someone in (bad, good):
        letters.write(someone, Kind.RESET)

    letters.deliver()

    assert server.recipients == [good.email]
    assert Letter.objects.failed().get().person == bad


@pytest.mark.parametrize("mode", [Mode.DROPS_AT_DATA, Mode.DUMB_AT_DATA, Mode.SILENT, Mode.LEAVING])
def test_a_server_that_breaks_off_is_left_alone_until_the_next_delivery(cast, server, mode):
    server.mode = mode
    for someone in cast.everybody[:3]:
        letters.write(someone, Kind.RESET, now=TUESDAY)

    letters.deliver(TUESDAY)
    server.mode = Mode.OK
    letters.deliver(TUESDAY + SECOND)
    letters.deliver(TUESDAY + 31 * SECOND)

    assert set(server.recipients) == {someone.email for someone in cast.everybody[:3]}


def test_a_letter_that_cannot_be_made_stops_no_other_and_its_words_stay_out_of_the_log(cast, server, caplog):
    letters.write(cast.reporter, Kind.CONFIRM_ADDRESS)  # who never asked for an account
    letters.write(cast.stranger, Kind.RESET)

    letters.deliver()

    assert server.recipients == [cast.stranger.email]
    assert "RelatedObjectDoesNotExist" in caplog.text


def test_who_may_sign_in_no_more_is_written_to_no_more(cast, server):
    gone, asking = person("Rudi", is_active=False), person("Wati", is_active=False)
    Registration.objects.create(person=asking)
    for someone, kind in ((gone, Kind.RESET), (asking, Kind.CONFIRM_ADDRESS)):
        letters.write(someone, kind)

    letters.deliver()

    assert server.recipients == [asking.email]
    assert not Letter.objects.filter(person=gone).exists()


def test_a_letter_of_a_worker_that_was_killed_goes_when_its_lease_has_run_out_under_the_same_name(siti, server):
    letters.write(siti, Kind.RESET, now=TUESDAY)
    letters._claim(TUESDAY)  # and then the power went

    letters.deliver(TUESDAY + SECOND)
    early = list(server.mails)
    letters.deliver(TUESDAY + letters.LEASE)

    assert early == []
    assert server.message_ids == [f"<akun-{Letter.objects.get().pk}@127.0.0.1>"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_four_workers_send_each_letter_once(cast, server, monkeypatch):
    monkeypatch.setattr(letters, "_one_at_a_time", threading.Semaphore(99))  # as if each were a process
    monkeypatch.setattr(letters, "BATCH", 3)
    for n in range(24):
        letters.write(person(f"Orang {n}"), Kind.RESET)

    def worker():
        for _ in range(8):
            letters.deliver()
        connection.close()

    threads = [threading.Thread(target=worker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(server.mails) == len(set(server.message_ids)) == 24


def test_in_the_shipped_settings_a_delivery_ends_within_the_limit_of_its_task():
    longest = letters.PATIENCE + 4 * configured.EMAIL_TIMEOUT

    assert longest + 30 < tasks.deliver.soft_time_limit  # and the notices' delivery follows


# What administrators see


def test_a_letter_that_was_given_up_is_listed_sent_again_or_let_be(cast, client_of, server):
    now = timezone.now()
    for someone in (cast.reporter, cast.stranger):
        letters.write(someone, Kind.RESET)
    Letter.objects.update(failed_at=now, error="550 5.1.1 no such user here", attempts=9)
    again, never = Letter.objects.order_by("pk")
    office = client_of(cast.admin)

    page = office.get(reverse("kesehatan")).content.decode()
    office.post(reverse("kesehatan-surat", args=[again.pk]), {"kirim": "1"})
    office.post(reverse("kesehatan-surat", args=[never.pk]), {"abaikan": "1"})
    letters.deliver()

    assert page.count("550 5.1.1 no such user here") == 2
    assert server.recipients == [again.person.email]
    assert not Letter.objects.failed().exists()


def test_only_administrators_settle_letters(cast, client_of, server):
    letters.write(cast.reporter, Kind.RESET)
    Letter.objects.update(failed_at=timezone.now())

    response = client_of(cast.stranger).post(reverse("kesehatan-surat", args=[Letter.objects.get().pk]))

    assert response.status_code == 403


def test_letters_that_nobody_sends_are_named(siti, server):
    now = timezone.now()
    letters.write(siti, Kind.RESET, now=now - timedelta(minutes=16))

    told = {finding.title: finding for finding in health.findings(now)}["Kotak keluar surel"]

    assert (told.is_well, told.words.split(",")[0]) == (False, "1 menunggu")
