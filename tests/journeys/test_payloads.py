"""Text is only text: thirty payloads in every stored text, and nothing on any page, mail or sheet fires (T20)."""

import io
import re
from datetime import timedelta

import django.template.base
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from tests.access import ACCESS, Who
from tests.factories import Cast, person, report, walk
from tests.payloads import CANARY, PAYLOADS, columns, poison
from tests.test_access import Stage, asked
from tickets import actions
from tickets.demo.calendar import seed_calendar
from tickets.models import (
    Extension,
    Hold,
    LegalHold,
    Letter,
    Notice,
    Office,
    PeopleImport,
    Signer,
    StepRun,
    Ticket,
    Unit,
)
from tickets.notifications import mails
from workflows.models import SopApproval
from workflows.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: What a payload becomes in a page that was fooled.
FOOLED = (
    "[onerror], [onload], [onfocus], [onmouseover], iframe, object, base, "
    "a[href^='javascript:' i], a[href^='data:' i], meta[http-equiv=refresh], form[action*=burung], link[href*=burung]"
)
WATCH = f"""
    window.{CANARY} = () => console.error("{CANARY} sang");
    addEventListener("securitypolicyviolation", (event) => console.error("refused: " + event.violatedDirective));
"""
#: What is no page: files, and what a browser would save.
NO_PAGE = re.compile(r"\.(pdf|xlsx|csv)$|^/lampiran|/berkas/|^/metrics|^/unduhan/\d|^/profil/data|^/dokumen/.+/$")


@pytest.fixture
def poisoned():
    """An office in which every text is a payload, and each payload is in some title, name, OPD and reason."""
    cast = Cast()
    seed_calendar(cast.admin, now=timezone.now())
    for n in range(len(PAYLOADS)):
        reporter = person("Nama", unit=Unit.objects.create(name=f"OPD {n}", short_name=f"O{n}"))
        ticket = report("website" if n % 5 == 0 else "spj_online", by=reporter)
        actions.comment(ticket, by=reporter, text="Mohon segera.")
        if n % 10 == 1:
            walk(ticket, cast, 2)
    for role in (Role.KEPALA_BIDANG_APTIKA, Role.SUBKOORDINATOR_APLIKASI):
        Signer.objects.create(role=role, position="Jabatan", name="Nama", rank="Pangkat")
    Office.objects.create(pk=1, address="Alamat", contact="Kontak")
    SopApproval.objects.create(sop_key="website-2024", number="Nomor", position="Jabatan", name="Nama", rank="Pangkat")
    run, now = StepRun.objects.open().filter(due_at__isnull=False).first(), timezone.now()
    until = now + timedelta(days=1)
    Hold.objects.create(run=run, reason="lainnya", note="Menunggu", by=cast.admin, started_at=now, ends_at=until)
    Extension.objects.create(run=run, by=cast.admin, at=now, reason="Perlu", until=until, minutes=60)
    LegalHold.objects.create(ticket=run.ticket, reason="Diperiksa", placed_at=now, placed_by=cast.admin)
    Letter.objects.create(
        person=cast.reporter, kind="undangan", asked_at=now, not_before=now, failed_at=now, error="550"
    )
    PeopleImport.objects.create(by=cast.admin, name="daftar.csv")
    stage = Stage(cast, _client_of)
    assert [model.__name__ for model, _ in columns() if not model._base_manager.exists()] == []
    poison()
    stage.cast = cast
    return stage


def _client_of(someone):
    client = Client()
    client.force_login(someone)
    return client


@pytest.fixture
def crawl(browser, live_server):
    """Opens addresses as somebody; says what sang, was refused or left, as (address, what)."""

    def run(client, addresses):
        context = browser.new_context(locale="id-ID", timezone_id="Asia/Jakarta")
        context.add_init_script(WATCH)
        cookies = [{"name": name, "value": c.value, "url": live_server.url} for name, c in client.cookies.items()]
        context.add_cookies(cookies)
        page, found, here = context.new_page(), [], ""
        page.on("dialog", lambda dialog: (found.append((here, "a dialog")), dialog.dismiss()))
        page.on("console", lambda message: _listen(found, here, message.text))
        page.on("request", lambda asked: _watch(found, here, asked.url, live_server.url))
        for here in addresses:
            page.goto(live_server.url + here)
            found += [(here, html) for html in page.eval_on_selector_all(FOOLED, "all => all.map(e => e.outerHTML)")]
        context.close()
        return found

    return run


def _listen(found, here, text):
    if CANARY in text or "refused" in text:
        found.append((here, text))


def _watch(found, here, url, site):
    if not url.startswith((site, "blob:", "data:")):
        found.append((here, f"asked for {url}"))


def pages(stage, who, someone, *, names, tickets):
    """Every kind of page, and some of the tickets this person sees."""
    addresses = [address for _, _, address in asked(stage, who, names)]
    addresses += [ticket.get_absolute_url() for ticket in Ticket.objects.visible_to(someone)[:tickets]]
    addresses += [f"{reverse('tiket')}?cari={payload}" for payload in PAYLOADS[:3]]
    return [address for address in dict.fromkeys(addresses) if not NO_PAGE.search(address)]


@pytest.mark.parametrize(("who", "tickets"), [("administrator", 0), (Role.SUBKOORDINATOR_APLIKASI, 30)])
def test_no_page_is_fooled(poisoned, crawl, who, tickets):
    cast, names = poisoned.cast, list(ACCESS)
    if who == "administrator":
        someone = cast.admin
    else:
        someone = cast.holder(who)
        names = [name for name in names if ACCESS[name].who is not Who.ADMINISTRATOR]

    assert crawl(poisoned.clients[who], pages(poisoned, who, someone, names=names, tickets=tickets)) == []


def test_pages_that_forget_to_escape_are_caught(poisoned, crawl, monkeypatch):
    monkeypatch.setattr(django.template.base, "conditional_escape", str)

    assert crawl(poisoned.clients["administrator"], [reverse("tiket"), reverse("opd")]) != []


def test_no_mail_gains_a_header_and_no_cell_becomes_a_formula(poisoned):
    written = [mails.of(told.person, [told]).message() for told in Notice.objects.exclude(ticket=None)]
    sheet = poisoned.clients[Role.KEPALA_BIDANG_APTIKA.value].get(reverse("sla-xlsx")).content
    cells = [cell for page in load_workbook(io.BytesIO(sheet)) for row in page.iter_rows() for cell in row]

    assert len(written) >= len(PAYLOADS)
    assert {(message["Bcc"], message["Cc"]) for message in written} == {(None, None)}
    assert not any(CANARY in str(message["To"]) or "\n" in str(message["Subject"]) for message in written)
    assert [cell.coordinate for cell in cells if cell.data_type == "f" or cell.hyperlink] == []
    assert any(CANARY in str(cell.value) for cell in cells)
