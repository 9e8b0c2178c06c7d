"""SOPDESK_ROLE_LABELS: the office calls a role otherwise, and the SOP keeps the word that was signed."""

import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
import time_machine
from django.core import checks, mail
from django.core.management import call_command
from django.http import QueryDict
from django.utils import timezone
from pypdf import PdfReader

from tests.factories import TUESDAY, report, walk
from tests.pages import one, read, words
from tests.test_exports import rows_of
from tickets import actions
from tickets.exports import exporting
from tickets.models import RoleAssignment
from tickets.notifications import outbox
from tickets.reports import completion, sop_sheet
from workflows import diagram, sops
from workflows.roles import Role
from workflows.sheet import sheet

pytestmark = pytest.mark.django_db

CALLED, SIGNED = "Ketua Tim Layanan Digital", "Sub Koordinator"


@pytest.fixture(autouse=True)
def _called_otherwise(settings):
    settings.ROLE_LABELS = {"sub_koordinator": CALLED}
    with time_machine.travel(TUESDAY, tick=False):
        yield


@pytest.fixture
def ticket(cast):
    """Row 2 of the website SOP, left by the subkoordinator."""
    return walk(report(by=cast.reporter), cast, 2)


def main(client, address):
    return words(one(read(client.get(address)), "main"))


def without_quotes(told):
    """What is left once the words of the signed table are taken out: the activities of its rows."""
    for sop in sops.all_sops().values():
        for step in sop.steps:
            told = told.replace(step.activity, "")
    return told.replace(f"dalam SOP: {SIGNED}", "")


@pytest.mark.parametrize("address", ["/", "/tiket/", "/peran/", "/laporan/sla/langkah/", "/kantor/"])
def test_pages_call_the_role_as_the_office_does(cast, client_of, ticket, address):
    report(by=cast.reporter)
    reader = cast.admin if address in ("/peran/", "/kantor/") else cast.holder(Role.KEPALA_BIDANG_APTIKA)

    told = main(client_of(reader), address)

    assert CALLED in told
    assert SIGNED not in without_quotes(told)


def test_the_ticket_its_timeline_and_what_it_refuses_do_too(cast, client_of, ticket):
    told = main(client_of(cast.reporter), ticket.get_absolute_url())

    assert f"Budi Santoso ({CALLED})" in told
    assert SIGNED not in without_quotes(told)
    with pytest.raises(actions.Refused, match=f"Hanya {CALLED} yang dapat menyerahkan tugas."):
        actions.hand_over(ticket, to=cast.holder(Role.WEB_DEVELOPER), by=cast.holder(Role.WEB_DEVELOPER))


def test_mails_papers_and_tables_do_too(cast, settings, ticket):
    settings.MAIL_ENABLED = True
    report(by=cast.stranger)
    outbox.deliver()
    paper = completion.inputs(ticket, now=timezone.now())
    export = exporting.ask("langkah", "csv", QueryDict(), by=cast.holder(Role.SUB_KOORDINATOR), now=timezone.now())
    exporting.make(export)

    assert [row["role"] for row in paper["rows"]][:1] == [CALLED]
    assert paper["author"]["position"] == CALLED
    assert [row["Peran"] for row in rows_of(export)] == [CALLED]
    told = " ".join(without_quotes(letter.body) for letter in mail.outbox)
    assert (bool(mail.outbox), SIGNED in told) == (True, False)


def test_the_signed_sheet_keeps_its_word_on_the_page_the_diagram_and_the_paper(cast, client_of):
    sop = sops.get("website-2024")
    told = sheet(sop)
    paper = "".join(page.extract_text() for page in PdfReader(BytesIO(sop_sheet.pdf(sop))).pages)

    pages = [main(client_of(cast.reporter), f"/sop/{sop.key}/{part}") for part in ("", "?bagian=diagram")]

    assert "Pelaksana: Sub Koordinator" in str(told)
    assert SIGNED in str(diagram.diagram(sop))
    assert CALLED not in " ".join(pages) + paper + str(told)
    assert all(SIGNED in page for page in pages)
    assert "SubKoordinator" in "".join(paper.split())


def test_the_database_keeps_keys_and_its_choices_follow_without_a_migration(cast):
    held = RoleAssignment.objects.get(user=cast.holder(Role.SUB_KOORDINATOR))

    assert (held.role, held.get_role_display()) == ("sub_koordinator", CALLED)
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_a_label_for_a_role_there_is_none_of_is_an_error_that_names_it(settings):
    settings.ROLE_LABELS = {"subkordinator": "Ketua Tim", "programmer": "Pranata Komputer"}

    found = [fault for fault in checks.run_checks() if fault.id == "workflows.E003"]

    assert [fault.msg for fault in found] == ["SOPDESK_ROLE_LABELS names 'subkordinator', which is no role."]


def test_the_setting_is_read_from_the_environment():
    program = (
        "import django; django.setup(); from workflows.roles import Role; "
        "print(Role.SUB_KOORDINATOR.label, '/', Role.PROGRAMMER.label, '/', Role.SUB_KOORDINATOR.in_sop)"
    )
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "sopdesk.settings",
        "SOPDESK_ROLE_LABELS": "sub_koordinator=Ketua Tim Website;programmer=Pranata Komputer",
    }

    told = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True,
        cwd=Path(__file__).parent.parent,
    )  # fmt: skip

    assert told.stdout.strip() == "Ketua Tim Website / Pranata Komputer / Sub Koordinator"
