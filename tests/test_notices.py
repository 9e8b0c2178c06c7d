"""Pemberitahuan: the bell counts, the page groups by ticket, and reading is an act of its own."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.factories import TUESDAY, report
from tests.pages import one, read, select, words
from tickets.models import Notice
from workflows.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def rina(cast):
    """The Web Developer, whom nobody has told anything yet."""
    Notice.objects.all().delete()
    return cast.holder(Role.WEB_DEVELOPER)


def tell(person, ticket, times=1, **fields):
    """Notices of the ticket's first act, as if there had been several."""
    entry = ticket.entries.first()
    before = Notice.objects.count()
    return Notice.objects.bulk_create(
        Notice(
            event=f"uji:{before + n}",
            kind="komentar",
            person=person,
            channel=Notice.Channel.SITE,
            ticket=ticket,
            entry=entry,
            not_before=TUESDAY,
            **{"at": TUESDAY} | fields,
        )
        for n in range(times)
    )


def bell(client):
    return one(read(client.get(reverse("sop"))), "a.bell").get("aria-label")


def test_the_bell_says_how_much_is_unread(cast, client_of, rina):
    client, ticket = client_of(rina), report(by=cast.reporter)
    Notice.objects.all().delete()

    before = bell(client)
    tell(rina, ticket, 3)

    assert (before, bell(client)) == ("Pemberitahuan", "Pemberitahuan, 3 belum dibaca")


def test_what_was_told_stands_grouped_by_ticket_the_latest_first(cast, client_of, rina):
    older, newer = report(by=cast.reporter, title="Lama"), report(by=cast.reporter, title="Baru")
    Notice.objects.all().delete()
    tell(rina, older, 7)
    tell(rina, newer, 1, at=timezone.now())

    groups = select(read(client_of(rina).get(reverse("pemberitahuan"))), "li.told-ticket")

    assert [words(one(group, "a.rows-title")) for group in groups] == [f"{newer.number} Baru", f"{older.number} Lama"]
    assert [len(select(group, "ul.told-list li")) for group in groups] == [1, 5]
    assert "dan 2 pemberitahuan sebelumnya" in words(groups[1])
    assert f"{cast.reporter.name} menulis komentar." in words(groups[0])


def test_looking_at_the_page_reads_nothing(cast, client_of, rina):
    tell(rina, report(by=cast.reporter))

    client_of(rina).get(reverse("pemberitahuan"))

    assert Notice.objects.filter(person=rina, read_at=None).exists()


def test_all_is_marked_as_read_and_nobody_elses(cast, client_of, rina):
    ticket = report(by=cast.reporter)
    Notice.objects.all().delete()
    tell(rina, ticket, 2)
    tell(cast.reporter, ticket)

    client_of(rina).post(reverse("pemberitahuan-semua"))

    assert list(Notice.objects.unread().values_list("person__name", flat=True)) == [cast.reporter.name]


def test_opening_a_ticket_reads_what_was_told_of_it(cast, client_of, rina):
    opened, other = report(by=cast.reporter), report(by=cast.reporter)
    Notice.objects.all().delete()
    tell(rina, opened, 2)
    tell(rina, other)
    client = client_of(rina)
    page = client.get(opened.get_absolute_url()).content.decode()

    first = client.post(reverse("pemberitahuan-tiket", args=[opened.number]), headers={"HX-Request": "true"})
    again = client.post(reverse("pemberitahuan-tiket", args=[opened.number]), headers={"HX-Request": "true"})

    assert f'hx-post="{reverse("pemberitahuan-tiket", args=[opened.number])}"' in page
    assert (first.status_code, first.headers.get("HX-Trigger")) == (204, "dibaca")
    assert again.headers.get("HX-Trigger") is None
    assert list(Notice.objects.unread().values_list("ticket__number", flat=True)) == [other.number]


def test_a_ticket_that_one_may_no_longer_see_is_not_told_of(cast, client_of, rina):
    tell(rina, report(by=cast.reporter, title="Rahasia kantor"))
    rina.role_assignments.update(ends_on="2020-01-02")

    page = client_of(rina).get(reverse("pemberitahuan")).content.decode()

    assert "Rahasia kantor" not in page


def test_the_way_of_mail_is_chosen(cast, client_of, rina, settings):
    settings.MAIL_ENABLED = True
    client = client_of(rina)

    client.post(reverse("pemberitahuan-surel"), {"mail_choice": "ringkasan"})
    refused = client.post(reverse("pemberitahuan-surel"), {"mail_choice": "tiap-jam"})

    rina.refresh_from_db()
    assert (rina.mail_choice, refused.status_code) == ("ringkasan", 422)


def test_without_mail_the_page_says_so(client_of, rina, settings):
    settings.MAIL_ENABLED = False

    page = words(read(client_of(rina).get(reverse("pemberitahuan"))))

    assert "Surel belum diaktifkan" in page


def test_the_page_costs_the_same_with_3_and_300_notices(cast, client_of, rina):
    client, ticket = client_of(rina), report(by=cast.reporter)
    Notice.objects.all().delete()

    def queries():
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("pemberitahuan"))
        return len(asked)

    tell(rina, ticket, 3)
    few = queries()
    for _ in range(11):
        tell(rina, report(by=cast.reporter), 27)

    assert queries() == few <= 12
