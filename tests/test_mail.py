"""The mails themselves: to whom, headed how, with what in them and what not."""

import re
from email.utils import parseaddr
from html.parser import HTMLParser

import pytest
from django.core import mail
from django.template.loader import get_template

from tests.factories import TUESDAY, advance, report
from tests.test_notifications import LINK, everything, wib
from tickets import actions
from tickets.models import Notice, User
from tickets.models.people import MailChoice
from tickets.notifications import kinds, mails, outbox
from workflows.roles import Role
from workflows.sop import NOT_PROCESSED

pytestmark = pytest.mark.django_db

HOSTILE = "<script>alert(1)</script> & “kutip”"


@pytest.fixture(autouse=True)
def _mail_is_on(settings):
    settings.MAIL_ENABLED = True
    settings.SITE_URL = "https://sopdesk.example"
    settings.DEFAULT_FROM_EMAIL = "SOPDesk <sopdesk@contoh.invalid>"


@pytest.fixture
def first_mail(cast):
    """The mail about a new report, as it left."""
    report(by=cast.reporter, answers=LINK, now=TUESDAY)
    outbox.deliver(TUESDAY)
    return mail.outbox[0]


def html_of(message):
    [(html, kind)] = message.alternatives
    assert kind == "text/html"
    return html


def mails_of_everything(cast):
    """The mail of every kind that there is, by the kind; also of those that nobody is mailed today."""
    return {kind: mails.of(notice.person, [notice]) for kind, notice in everything(cast).items()}


def test_a_mail_goes_from_the_office_to_one_person_and_says_that_no_person_wrote_it(first_mail, cast):
    notice = Notice.objects.get(channel="surel")

    assert (first_mail.from_email, first_mail.recipients()) == (
        "SOPDesk <sopdesk@contoh.invalid>",
        [cast.holder(Role.SUB_KOORDINATOR).email],
    )
    assert first_mail.extra_headers == {
        "Message-ID": f"<pemberitahuan-{notice.pk}@sopdesk.example>",
        "Auto-Submitted": "auto-generated",
    }


def test_the_text_says_what_is_asked_and_where(first_mail):
    assert first_mail.subject == "[WEB-2026-0001] Giliran Anda: langkah 1"
    assert first_mail.body == (
        "Yth. Budi Santoso,\n"
        "\n"
        "Giliran Anda: laporan baru, langkah 1 · Sub Koordinator menyampaikan permasalahan pada website.\n"
        "\n"
        "Nomor tiket : WEB-2026-0001\n"
        "Judul       : Halaman tidak bisa dibuka\n"
        "Layanan     : Website sumbarprov.go.id\n"
        "Pelapor     : Siti Rahmah\n"
        "Waktu       : 17 Nov 2026 10.00 WIB\n"
        "\n"
        "Buka tiket: https://sopdesk.example/tiket/WEB-2026-0001/\n"
        "\n"
        "-- \n"
        "SOPDesk, Bidang Aplikasi Informatika\n"
        "Dinas Komunikasi, Informatika dan Statistik Provinsi Sumatera Barat\n"
        "Surel ini dikirim otomatis; balasannya tidak dibaca.\n"
        "Pilihan surel Anda: https://sopdesk.example/pemberitahuan/#surel\n"
    )


def test_the_html_says_the_same_without_style_picture_or_anything_to_fetch(first_mail):
    page = html_of(first_mail)

    for line in ("Giliran Anda: laporan baru", "Halaman tidak bisa dibuka", "Siti Rahmah", "17 Nov 2026 10.00 WIB"):
        assert line in page
    assert re.findall(r'(?:href|src)="([^"]*)"', page) == [
        "https://sopdesk.example/tiket/WEB-2026-0001/",
        "https://sopdesk.example/pemberitahuan/#surel",
    ]
    assert not re.search(r"<(?:style|script|img|link)|style=|bgcolor|color=", page.replace('name="color-scheme"', ""))
    assert 'name="color-scheme" content="light dark"' in page


def test_every_kind_has_its_mail_with_the_number_and_never_the_title_in_its_subject(cast):
    written = mails_of_everything(cast)

    assert set(written) == set(kinds.KINDS)
    for message in written.values():
        assert re.match(r"\[((WEB|SPJ)-2026-\d{4}|SLA/001/Diskominfotik/2026)\] [A-Z]", message.subject)
        assert "Halaman" not in message.subject
        assert "{" not in message.body + message.subject + html_of(message)


def test_what_people_wrote_is_only_text(cast):
    ticket = report(by=cast.reporter, answers=LINK, title=HOSTILE, now=TUESDAY)
    advance(ticket, cast, NOT_PROCESSED, reason=f"Alasan {HOSTILE}", now=TUESDAY)

    outbox.deliver(TUESDAY)

    told = mail.outbox[-1]
    assert f"Judul       : {HOSTILE}" in told.body
    assert f"“Alasan {HOSTILE}”" in told.body
    assert "<script" not in html_of(told)
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; “kutip”" in html_of(told)


@pytest.mark.parametrize("name", ["Siti\r\nBcc: orang@contoh.invalid", "Siti <orang@contoh.invalid>", "Siti, Ani"])
def test_a_name_cannot_add_a_header_or_a_reader(cast, name):
    budi = cast.holder(Role.SUB_KOORDINATOR)
    User.objects.filter(pk=budi.pk).update(name=name)
    report(by=cast.reporter, answers=LINK, now=TUESDAY)

    outbox.deliver(TUESDAY)

    [message] = mail.outbox
    assert message.recipients() == [budi.email]
    assert parseaddr(message.message()["To"]) == ("", budi.email)
    assert message.message()["Bcc"] is None


def test_a_digest_tells_by_ticket_in_the_order_of_events(cast):
    budi = cast.holder(Role.SUB_KOORDINATOR)
    User.objects.filter(pk=budi.pk).update(mail_choice=MailChoice.DIGEST)
    first = report(by=cast.reporter, answers=LINK, now=TUESDAY)
    report(by=cast.reporter, answers=LINK, title="Galat kedua", now=wib(17, "11.00"))
    actions.comment(first, by=cast.reporter, text="Rahasia", now=wib(17, "12.00"))

    outbox.deliver(wib(18, "07.30"))

    [message] = mail.outbox
    assert message.subject == "Ringkasan SOPDesk: WEB-2026-0001 dan 1 tiket lain"
    turn = "Giliran Anda: laporan baru, langkah 1 · Sub Koordinator menyampaikan permasalahan pada website."
    assert message.body.split("\n-- \n")[0] == (
        "Yth. Budi Santoso,\n"
        "\n"
        "Kabar sejak ringkasan terakhir:\n"
        "\n"
        "WEB-2026-0001 · Halaman tidak bisa dibuka\n"
        f"- {turn} (17 Nov 2026 10.00 WIB)\n"
        "- Siti Rahmah menulis komentar. (17 Nov 2026 12.00 WIB)\n"
        "https://sopdesk.example/tiket/WEB-2026-0001/\n"
        "\n"
        "WEB-2026-0002 · Galat kedua\n"
        f"- {turn} (17 Nov 2026 11.00 WIB)\n"
        "https://sopdesk.example/tiket/WEB-2026-0002/\n"
    )
    assert "Rahasia" not in message.message().as_string()


def test_a_digest_of_one_ticket_names_it_alone(cast):
    User.objects.filter(pk=cast.holder(Role.SUB_KOORDINATOR).pk).update(mail_choice=MailChoice.DIGEST)
    report(by=cast.reporter, answers=LINK, now=TUESDAY)

    outbox.deliver(wib(18, "07.30"))

    assert mail.outbox[0].subject == "Ringkasan SOPDesk: WEB-2026-0001"


class Structure(HTMLParser):
    """What a page opens and what it leaves open."""

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "br", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_html_closes_what_it_opens(cast):
    pages = [html_of(message) for message in mails_of_everything(cast).values()]

    for page in pages:
        structure = Structure()
        structure.feed(page)
        assert structure.open == []


@pytest.mark.parametrize("name", ["notice", "digest"])
def test_each_mail_has_its_three_templates(name):
    assert [get_template(f"emails/{name}{ending}").template.name for ending in (".subject.txt", ".txt", ".html")]
