"""Every page, as every role, on a phone and a desktop, light and dark: accessible, within the screen, light to load."""

import gzip
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone
from playwright.sync_api import expect

from tests.factories import person, report, walk
from tickets import actions, confirmation, quiet, worklists
from tickets.demo.calendar import seed_calendar
from tickets.models import Registration, RoleAssignment, StepRun, Ticket, User
from workflows.models import CalendarDay
from workflows.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
SIGHTS = (("dark", PHONE), ("light", DESKTOP))
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
    budi = cast.holder(Role.SUB_KOORDINATOR)
    actions.restrict(report(by=cast.reporter), by=budi, reason="Situs disusupi.")
    report(by=budi, on_behalf_of=actions.OnBehalfOf(name="Nurhayati", unit=cast.bapenda, channel="telepon"))
    assert new.status_label == "Baru"
    RoleAssignment.objects.create(
        user=cast.holder(Role.TIM_INFRASTRUKTUR),
        role=Role.PROGRAMMER,
        substitute_for=cast.holder(Role.PROGRAMMER),
        ends_on=timezone.localdate() + timedelta(days=5),
        letter_number="800/17/2026",
    )
    return office


def addresses(person):
    """Every kind of page this person can open: what all see alike only for the reporter and the subkoordinator."""
    yield from ("/", "/tiket/", "/laporan-masuk/", "/pemberitahuan/", "/sandi/ubah/")
    tickets = Ticket.objects.visible_to(person).order_by("pk")
    own_turn = Q(pk__in=StepRun.objects.turn_of(person).values("ticket"))
    is_reporter = not (person.roles_by_procedure or person.is_staff)
    if is_reporter or "website" in person.coordinated_procedures:
        yield from ("/laporan/baru/", "/tiket/?cari=halaman", "/tiket/?cari=tidakada", "/tidak-ada/")
        yield from (f"/sop/{key}" for key in ("", "website-2024/", "spj-online/", "website-2024/?bagian=titik-terbuka"))
        yield from ("/kalender/", "/kalender/?bulan=2026-03", "/kalender/2026/", "/kalender/jam-kerja/")
        yield from (ticket.get_absolute_url() for ticket in tickets)
        yield from (f"{ticket.get_absolute_url()}mengapa/" for ticket in tickets[:5])  # every kind of limit
    elif person.roles_by_procedure:
        yield from (ticket.get_absolute_url() for ticket in [*tickets.filter(own_turn), tickets.exclude(own_turn)[0]])
    if person.coordinated_procedures:
        yield f"{tickets.filter(restricted=False)[0].get_absolute_url()}insiden/"
        yield from (f"{ticket.get_absolute_url()}insiden/cabut/" for ticket in tickets.filter(restricted=True))
        for ticket in tickets.exclude(tracking_code=None):
            yield from (f"/lacak/{ticket.tracking_code}/", f"/laporan/terkirim/{ticket.number}/")
    if "website" in worklists.overseen(person):
        yield from ("/laporan/sla/", "/laporan/sla/?periode=tahun&dari=2026-01-01&layanan=x", "/laporan/sla/saring/")
        yield from ("/laporan/sla/langkah/", "/laporan/sla/tiket/?jenis=terbuka", "/laporan/sla/opd/")
        yield from ("/laporan/sla/evaluasi/", "/laporan/sla/perkiraan/", "/dokumen/", "/unduhan/")
        yield "/profil/"
        yield from ("/siapa-melihat/", f"{tickets[0].get_absolute_url()}tahan-data/", "/profil/data/")
    if person.is_staff:
        yield from ("/profil/", "/profil/ubah/", "/profil/sesi/", "/profil/verifikasi/", "/profil/verifikasi/aktifkan/")
        yield from ("/kesehatan/", "/kalender/perubahan/", "/kalender/hari/", "/kalender/jam-kerja/baru/")
        yield from (f"/kalender/hari/{CalendarDay.objects.earliest('date').pk}/", "/kalender/2027/tetapkan/")
        yield from ("/kantor/", "/kantor/kop/", "/kantor/nomor/", "/periksa/tidak-ada/")
        yield from ("/pengaturan/", "/pengguna/", "/pengguna/?cari=tidakada", "/pengguna/baru/", "/pengguna/impor/")
        holder = RoleAssignment.objects.earliest("pk").user_id
        yield from (f"/pengguna/{holder}/{act}" for act in ("", "ubah/", "nonaktifkan/"))
        yield from ("/opd/", "/opd/baru/", f"/opd/{person.unit_id}/")
        yield from ("/siapa-melihat/", "/jejak-audit/", "/retensi/", "/retensi/berkas/", "/profil/data/")
        yield from (f"/pengguna/{holder}/data/", f"/pengguna/{holder}/hapus-data/")
        yield from (
            "/peran/",
            "/peran/baru/",
            *(f"/peran/{role.pk}/{act}" for role in _roles() for act in ("", "akhiri/")),
        )


def _roles():
    """An assignment of their own, and one in the place of somebody."""
    return (
        RoleAssignment.objects.filter(substitute_for=None).earliest("pk"),
        RoleAssignment.objects.exclude(substitute_for=None).earliest("pk"),
    )


WHO = ["pelapor", "administrator", *Role.values]
#: Whose pages are looked at light on a desktop as well. Those of others differ in the form of a row.
SEE_THE_MOST = {"pelapor", "administrator", Role.SUB_KOORDINATOR, Role.KEPALA_BIDANG_APTIKA}


def who(cast, name):
    return {"pelapor": cast.reporter, "administrator": cast.admin}.get(name) or cast.holder(name)


def faults(page, address, sights=SIGHTS):
    """What axe finds on a page, dark on a phone and light on a desktop, and whether it is too wide or too much."""
    for nth, (scheme, size) in enumerate(sights):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size(size)
        if nth == 0:
            page.goto(address)
            expect(page.get_by_role("heading", level=1)).to_have_count(1)
        for violation in Axe().run(page).response["violations"]:
            yield address, scheme, violation["id"], violation["nodes"][0]["html"][:160]
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            yield address, scheme, "scrolls sideways"
        if len(page.content()) > PAGE_LIMIT * 2:  # the parsed page repeats itself; the raw one is measured below
            yield address, scheme, "is too much"


@pytest.mark.parametrize("name", WHO)
def test_pages_have_no_accessibility_violation_and_fit_a_phone(busy_office, name):
    person = who(busy_office.cast, name)
    page = busy_office.page_of(person)
    sights = SIGHTS if name in SEE_THE_MOST else SIGHTS[:1]
    found = [fault for path in addresses(person) for fault in faults(page, busy_office.address + path, sights)]

    assert found == []


def test_so_have_a_copy_of_an_office_and_the_way_to_an_account(office, settings):
    settings.REGISTRATION = settings.MAIL_ENABLED = True
    cache.set(quiet.SHOWN, True)
    wish = person("Yondra " + "Koto" * 25, is_active=False)
    User.objects.filter(pk=wish.pk).update(email="yondra." + "koto" * 12 + "@sumbarprov.invalid")
    asked = Registration.objects.create(person=wish, asked_at=timezone.now())
    asked.person.refresh_from_db()
    page = office.page_of(office.cast.admin)

    found = [*faults(page, f"{office.address}/kesehatan/")]
    link = office.address + urlsplit(confirmation.link_for(wish)).path
    found += faults(page, link)
    Registration.objects.update(confirmed_at=timezone.now())
    for address in (link, f"{office.address}/pendaftaran/", f"{office.address}/pendaftaran/{asked.pk}/"):
        found += faults(page, address)
    page.context.clear_cookies()
    for path in ("/daftar/", "/daftar/terkirim/", "/masuk/"):
        found += faults(page, office.address + path)

    assert found == []


@pytest.mark.parametrize("template", ["500.html", "503_database.html", "507.html"])
def test_so_have_the_pages_of_failures(office, template):
    page = office.browser.new_page()
    apology = render_to_string(template, {"number": "0123abcd" * 2})
    page.route("**/masuk/", lambda route: route.fulfill(body=apology, content_type="text/html"))

    assert [*faults(page, f"{office.address}/masuk/")] == []
    page.close()


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
