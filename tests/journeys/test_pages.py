"""Every page, as every role, on a phone and a desktop, light and dark: accessible, within the screen, light to load."""

import gzip

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db.models import Q
from django.utils import timezone
from playwright.sync_api import expect

from tests.factories import report, walk
from tickets import worklists
from tickets.demo.calendar import seed_calendar
from tickets.models import StepRun, Ticket
from workflows.models import CalendarDay
from workflows.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
FIRST_VISIT_LIMIT = 200 * 1024
PAGE_LIMIT = 60 * 1024


@pytest.fixture
def busy_office(office):
    """Tickets on several rows of both SOPs and at every kind of end, and the calendar of a year."""
    cast = office.cast
    seed_calendar(cast.admin, now=timezone.now())
    new = report(by=cast.reporter)
    walk(report(by=cast.reporter), cast, 2)
    walk(report(by=cast.reporter), cast, 2, 3, 4, penyebab="coding")
    walk(report(by=cast.reporter), cast, 2, 6, 7, penyebab="infrastruktur")
    walk(report(by=cast.reporter), cast, 2, 3, 4, 5, 9, 3, 4, 5, 9, "menunggu-konfirmasi", penyebab="coding")
    walk(report(by=cast.reporter), cast, "tidak-diproses")
    walk(report("spj_online", by=cast.reporter), cast, 2, 3)
    walk(report("spj_online", by=cast.reporter), cast, 2, 3, 4, 5, 6)
    walk(report("spj_online", by=cast.reporter), cast, 2, 3, 4, 5, 6, 7)
    assert new.status_label == "Baru"
    return office


def addresses(person):
    """Every kind of page this person can open: what all see alike only for the reporter and the subkoordinator."""
    yield from ("/", "/tiket/", "/laporan-masuk/", "/pemberitahuan/")
    tickets = Ticket.objects.visible_to(person).order_by("pk")
    own_turn = Q(pk__in=StepRun.objects.turn_of(person).values("ticket"))
    if not person.roles_by_procedure or person.coordinated_procedures:
        yield from ("/laporan/baru/", "/tiket/?cari=halaman", "/tiket/?cari=tidakada", "/tidak-ada/")
        yield from (f"/sop/{key}" for key in ("", "website-2024/", "spj-online/", "website-2024/?bagian=titik-terbuka"))
        yield from ("/kalender/", "/kalender/?bulan=2026-03", "/kalender/2026/", "/kalender/jam-kerja/")
        yield from (ticket.get_absolute_url() for ticket in tickets)
        yield from (f"{ticket.get_absolute_url()}mengapa/" for ticket in tickets[:5])  # every kind of limit
    else:
        yield from (ticket.get_absolute_url() for ticket in [*tickets.filter(own_turn), tickets.exclude(own_turn)[0]])
    if worklists.overseen(person):
        yield from ("/laporan/sla/", "/laporan/sla/?periode=tahun&dari=2026-01-01&layanan=x", "/laporan/sla/saring/")
        yield from ("/laporan/sla/langkah/", "/laporan/sla/tiket/?jenis=terbuka", "/laporan/sla/opd/")
        yield from ("/laporan/sla/evaluasi/", "/laporan/sla/perkiraan/", "/dokumen/", "/unduhan/")
    if person.is_staff:
        yield from ("/kesehatan/", "/kalender/perubahan/", "/kalender/hari/", "/kalender/jam-kerja/baru/")
        yield from (f"/kalender/hari/{CalendarDay.objects.earliest('date').pk}/", "/kalender/2027/tetapkan/")
        yield from ("/kantor/", "/kantor/kop/", "/kantor/nomor/", "/periksa/tidak-ada/")


WHO = ["pelapor", "administrator", *Role.values]


def who(cast, name):
    return {"pelapor": cast.reporter, "administrator": cast.admin}.get(name) or cast.holder(name)


@pytest.mark.parametrize("name", WHO)
def test_pages_have_no_accessibility_violation_and_fit_a_phone(busy_office, name):
    person = who(busy_office.cast, name)
    page = busy_office.page_of(person)
    axe, found = Axe(), []

    for address in addresses(person):
        for scheme, size in (("light", DESKTOP), ("dark", PHONE)):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.set_viewport_size(size)
            page.goto(busy_office.address + address)
            expect(page.get_by_role("heading", level=1)).to_have_count(1)
            violations = axe.run(page).response["violations"]
            found += [(address, scheme, v["id"], v["nodes"][0]["html"][:160]) for v in violations]
            if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                found.append((address, scheme, "scrolls sideways"))
            assert (
                len(page.content()) <= PAGE_LIMIT * 2
            )  # the parsed page repeats itself; the raw one is measured below

    assert found == []


def test_the_axe_harness_finds_a_fault_when_there_is_one(busy_office):
    page = busy_office.page_of(busy_office.cast.reporter)
    page.goto(busy_office.address)

    page.evaluate("document.querySelector('main').append(document.createElement('input'))")

    assert [violation["id"] for violation in Axe().run(page).response["violations"]] == ["label"]


def test_sign_in_page_is_accessible_and_the_first_visit_is_light(office):
    context = office.browser.new_context(viewport=PHONE)
    page = context.new_page()
    bodies = {}
    page.on("response", lambda response: bodies.setdefault(response.url, response.body()))

    page.goto(f"{office.address}/masuk/", wait_until="networkidle")

    weight = sum(len(gzip.compress(body)) for body in bodies.values())
    assert weight <= FIRST_VISIT_LIMIT, {url: len(gzip.compress(body)) for url, body in bodies.items()}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.reload()
        assert Axe().run(page).response["violations"] == []
    context.close()


@pytest.mark.parametrize("name", WHO)
def test_raw_pages_are_at_most_60_kb(busy_office, client_of, name):
    person = who(busy_office.cast, name)
    client = client_of(person)

    sizes = {address: len(client.get(address).content) for address in addresses(person)}

    assert {address: size for address, size in sizes.items() if size > PAGE_LIMIT} == {}
