"""A third SOP is one new file: no migration, and no other file touched."""

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

ROOT = Path(__file__).resolve().parent.parent

SOP_FILE = '''
"""SOP Penanganan Gangguan Jaringan: three rows, in an order of roles that no other SOP has."""

from datetime import date

from workflows.inputs import documents, line, link, long_text
from workflows.roles import Party, Role
from workflows.sop import (
    END, Annex, Arrow, Artefact, Column, Days, Identity, Kind, Minutes, Origin, Shape, Sop, Step, Text,
)

BUKTI = Artefact(key="bukti", label="Bukti gangguan", rule="Satu tautan", fields={"alamat": link("Alamat")})
DIAGNOSIS = Artefact(key="diagnosis", label="Diagnosis", rule="Tertulis", fields={"diagnosis": long_text("Diagnosis")})
PERBAIKAN = Artefact(
    key="perbaikan", label="Perbaikan", rule="Tertulis", fields={"hasil": line("Hasil"), "berkas": documents()}
)

sop = Sop(
    key="jaringan-2027",
    procedure="jaringan",
    service=Text("Jaringan kantor"),
    tagline="Internet putus atau lambat.",
    prefix="NET",
    identity=Identity(
        unit=Text("Bidang Aplikasi Informatika"),
        organisation=Text("Dinas Komunikasi, Informatika dan Statistik"),
        title=Text("SOP Penanganan Gangguan Jaringan"),
        number=Text("555/1/Diskominfotik/2027"),
        created=date(2027, 1, 4),
    ),
    legal_basis=(),
    qualifications=(),
    summary=Text("Prosedur penanganan gangguan jaringan."),
    equipment=(),
    warnings=(),
    record_keeping=Text("Buku jaringan"),
    columns=(
        Column(role=Role.NETWORK_ADMINISTRATOR, name=Text("Network Administrator"), kind=Kind.TEAM),
        Column(role=Role.SUBKOORDINATOR_INFRASTRUKTUR, name=Text("Subkoordinator"), kind=Kind.PERSON),
    ),
    evidence=BUKTI,
    steps=(
        Step(
            no=1, activity=Text("Menerima laporan jaringan"), performer=Role.NETWORK_ADMINISTRATOR,
            kelengkapan=Text("Bukti"), requires=(BUKTI,), waktu=Text("10 menit"), limit=Minutes(10),
            output=Text("Diagnosis"), produces=(DIAGNOSIS,), keterangan=Text(""),
            arrows=(Arrow("Teruskan", to=2),), shape=Shape.START,
        ),
        Step(
            no=2, activity=Text("Menyetujui perbaikan"), performer=Role.SUBKOORDINATOR_INFRASTRUKTUR,
            kelengkapan=Text("Diagnosis"), requires=(DIAGNOSIS,), waktu=Text("1 hari"), limit=Days(1),
            output=Text("Diagnosis"), produces=(DIAGNOSIS,), keterangan=Text(""),
            arrows=(
                Arrow("Setuju", to=3),
                Arrow("Periksa lagi", to=1, reason_required=True, new_round=True, origin=Origin.PROPOSED),
            ),
        ),
        Step(
            no=3, activity=Text("Memperbaiki jaringan"), performer=Role.NETWORK_ADMINISTRATOR,
            kelengkapan=Text("Diagnosis"), requires=(DIAGNOSIS,), waktu=Text("1 hari"), limit=Days(1),
            output=Text("Perbaikan"), produces=(PERBAIKAN,), keterangan=Text(""),
            arrows=(Arrow("Selesai", to=END),), shape=Shape.END,
        ),
    ),
    reopen=Arrow(
        "Buka kembali", to=1, reason_required=True, new_round=True, origin=Origin.PROPOSED,
        decided_by=(Party.PELAPOR, Role.SUBKOORDINATOR_INFRASTRUKTUR),
    ),
    annex=Annex(title=Text("Lampiran"), items=()),
)
'''

WALK = '''
"""Files a report under the third SOP and walks it to the end, as browsers do."""

from uuid import uuid4

import django

django.setup()

from django.test import Client
from django.urls import reverse

from tests.factories import fields_for, person
from tickets.models import Ticket
from workflows.roles import Role

reporter = person("Siti Rahmah")
performers = {
    role: person(role.label, role=role, procedure="jaringan")
    for role in (Role.NETWORK_ADMINISTRATOR, Role.SUBKOORDINATOR_INFRASTRUKTUR)
}


def browser(someone):
    client = Client(headers={"host": "localhost"})
    client.force_login(someone)
    return client


def press(someone, page, **fields):
    ticket = Ticket.objects.get()
    response = browser(someone).post(reverse(page, args=[ticket.number]), fields)
    assert response.status_code == 302, (page, response.status_code, response.content.decode()[:2000])


def leave(arrow):
    ticket = Ticket.objects.get()
    by = performers[ticket.step.performer]
    assert "Giliran Anda" in browser(by).get(ticket.get_absolute_url()).content.decode()
    run = ticket.runs.open().get().pk
    press(by, "tiket-selesaikan", run=run, arrow=arrow, reason="Kurang jelas.", **fields_for(ticket, by))


response = browser(reporter).post(
    reverse("buat-laporan"),
    {"procedure": "jaringan", "title": "Internet putus", "description": "Sejak pagi.", "impact": "unit",
     "page_url": "https://contoh.id", "token": str(uuid4())},
)
assert response.status_code == 302, response.content.decode()[:3000]
for arrow in ("2", "1", "2", "3", "menunggu-konfirmasi"):
    leave(arrow)
press(reporter, "tiket-buka-kembali", reason="Putus lagi.")
for arrow in ("2", "3", "menunggu-konfirmasi"):
    leave(arrow)
press(reporter, "tiket-konfirmasi")

ticket = Ticket.objects.get()
assert ticket.number == f"NET-{ticket.created_at.year}-0001"
sheet = browser(reporter).get(reverse("sop-detail", args=["jaringan-2027"])).content.decode()
assert "SOP Penanganan Gangguan Jaringan" in browser(reporter).get(reverse("sop")).content.decode()
assert "Menyetujui perbaikan" in sheet
print(ticket.number.split("-")[0], ticket.state, ticket.round, ticket.runs.count(), ticket.version)
'''


@pytest.fixture
def office(tmp_path):
    """An install of its own, whose only difference is one more package of SOPs."""
    package = tmp_path / "kantor" / "sop_kantor"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "jaringan.py").write_text(dedent(SOP_FILE).lstrip(), encoding="utf-8")
    (tmp_path / "walk.py").write_text(WALK.lstrip(), encoding="utf-8")
    environment = os.environ | {
        "SOPDESK_SOP_PACKAGES": "workflows.sops,sop_kantor",
        "PYTHONPATH": os.pathsep.join([str(package.parent), str(ROOT)]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "DJANGO_SETTINGS_MODULE": "sopdesk.settings",
        "SOPDESK_DATA": str(tmp_path / "data"),
        "SOPDESK_DEBUG": "1",
        "DATABASE_URL": "",
    }

    def python(*arguments):
        finished = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        assert finished.returncode == 0, finished.stdout[-3000:] + finished.stderr[-3000:]
        return finished.stdout

    return python


def source_files():
    """The source files of the program, by path."""
    folders = ("sopdesk", "tickets", "workflows", "templates", "static", "tests")
    return {path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix != ".pyc"}


@pytest.mark.slow
def test_a_third_sop_is_one_new_file(office, tmp_path):
    before = source_files()

    checked = office("manage.py", "check")
    planned = office("manage.py", "makemigrations", "--check", "--dry-run")
    office("manage.py", "migrate", "--verbosity", "0")
    listed = office("manage.py", "sop", "list")
    drawn = office("manage.py", "sop", "graph", "jaringan-2027")
    walked = office(str(tmp_path / "walk.py"))
    verified = office("manage.py", "verify_history")

    assert "no issues" in checked
    assert "No changes detected" in planned
    assert "SOP Penanganan Gangguan Jaringan" in listed
    assert '"jaringan-2027.2" -> "jaringan-2027.1"' in drawn
    assert walked.split() == ["NET", "selesai", "3", "8", "11"]
    assert verified.endswith("11 entries of 1 tickets: sound\n")
    assert source_files() == before
