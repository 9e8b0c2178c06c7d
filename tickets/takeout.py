"""A person's own data as one file to take along (UU 27/2022): a ZIP with `data.json` and the files they sent.

What other people told each other about a report is not theirs: of their reports they get what the page of the report
shows a reporter. Of reports that became security incidents they may not know, so these are not in it. Nor is what the
one who fetches it for them may not know.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from shutil import copyfileobj
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from tickets.models import Attachment, AuditEntry, FileView, HistoryEntry, Notice, Registration, Session, Ticket, User
from tickets.models.history import Action
from tickets.models.tickets import visible_to
from tickets.retention import SIGN_INS
from tickets.sight import Sight

#: So much is held in memory; more lies in a file of its own while it is sent.
IN_MEMORY = 4 * 1024 * 1024


def export_of(person: User, *, reader: User, address: str | None = None) -> IO[bytes]:
    """Everything about a person that the reader, too, may know, as a ZIP that is ready to be read; whoever reads it
    closes it. That the reader saw each file, from a network address, is written down."""
    views = []
    target = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  # sent, and closed by who sends it
    facts = json.dumps(facts_of(person, reader=reader), ensure_ascii=False, indent=1, default=_written)
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        archive.writestr("data.json", facts)
        for file in _files(person, reader=reader):
            try:
                content = file.file.open("rb")
            except FileNotFoundError:
                continue
            with content, archive.open(_name_of(file), "w") as place:
                copyfileobj(content, place)
            views.append(FileView(at=timezone.now(), person=reader, attachment=file, address=address))
    FileView.objects.bulk_create(views)
    target.seek(0)
    return target


def facts_of(person: User, *, reader: User) -> dict[str, Any]:
    """What stands in `data.json`."""
    notices = _notices(person, reader=reader)
    return {
        "dibuat": timezone.now(),
        "profil": _profile(person),
        "peran": [
            _role(role) for role in person.role_assignments.order_by("starts_on").select_related("substitute_for")
        ],
        "laporan": [_report(ticket) for ticket in _reports(person)],
        "tindakan": [_act(entry) for entry in _acts(person, reader=reader)],
        "pemberitahuan": list(notices.values("at", "kind", "channel", "ticket__number", "read_at", "sent_at")),
        "sesi": list(Session.objects.filter(person=person).values("started_at", "seen_at", "address", "agent")),
        "masuk": [
            {"at": entry.at, "kejadian": entry.get_event_display(), "alamat": entry.address}
            for entry in AuditEntry.objects.filter(Q(by=person) | Q(about=person), event__in=SIGN_INS)
        ],
        "yang_melihat_berkas": [
            {"at": view.at, "oleh": view.person.name, "tiket": view.number, "bagian": view.part}
            for view in _views(person)
        ],
    }


def _profile(person: User) -> dict[str, Any]:
    registration = Registration.objects.filter(person=person).first()
    return {
        "nama": person.name,
        "surel": person.email,
        "nip": person.nip,
        "telepon": person.phone,
        "perangkat_daerah": person.unit.name if person.unit else None,
        "pemberitahuan_surel": person.get_mail_choice_display(),
        "aktif": person.is_active,
        "administrator": person.is_staff,
        "terdaftar": person.joined_at,
        "terakhir_masuk": person.last_login,
        "meminta_akun": registration.asked_at if registration else None,
    }


def _role(role: Any) -> dict[str, Any]:
    return {
        "peran": role.get_role_display(),
        "layanan": role.procedure or "semua",
        "sejak": role.starts_on,
        "sampai": role.ends_on,
        "pengganti_untuk": role.substitute_for.name if role.substitute_for else None,
        "nomor_surat": role.letter_number,
    }


def _reports(person: User) -> QuerySet[Ticket]:
    own = Ticket.objects.filter(reporter=person, restricted=False)
    return own.select_related("unit", "filed_by").order_by("pk")


def _report(ticket: Ticket) -> dict[str, Any]:
    """A report as its reporter sees it, and no more, whatever roles they hold."""
    sight = Sight(ticket, is_whole=False)
    return {
        "nomor": ticket.number,
        "judul": ticket.title,
        "uraian": ticket.description,
        "nama_pelapor": ticket.reporter_name,
        "kontak": ticket.reporter_contact,
        "alamat_halaman": ticket.page_url,
        "diketahui_sejak": ticket.noticed_at,
        "dampak": ticket.get_impact_display(),
        "saluran": ticket.get_channel_display(),
        "dicatat_oleh": ticket.filed_by.name,
        "dilaporkan": ticket.created_at,
        "status": ticket.status_label,
        "ditutup": ticket.closed_at,
        "riwayat": [
            {
                "pada": act.entry.at,
                "oleh": act.entry.by.name if act.entry.by else "SOPDesk",
                "tindakan": act.entry.get_action_display(),
                "alasan": act.reason,
                "teks": act.body.get("text", ""),
                "jawaban": act.answers,
            }
            for act in sight.acts
        ],
        "berkas": [_name_of(file) for file in sight.files.values() if not file.erased_at],
    }


def _known(person: User, reader: User) -> Q:
    """A condition on what has a ticket: that is no secret, or none to both the person and the reader."""
    return Q(ticket__restricted=False) | (visible_to(person, of="ticket__") & visible_to(reader, of="ticket__"))


def _acts(person: User, *, reader: User) -> QuerySet[HistoryEntry]:
    """What the person did, where they may still know of the ticket or it is no secret."""
    acts = HistoryEntry.objects.filter(_known(person, reader), by=person)
    acts = acts.exclude(ticket__reporter=person, ticket__restricted=True)
    return acts.select_related("ticket", "detail").order_by("at", "pk")


def _act(entry: HistoryEntry) -> dict[str, Any]:
    """An act with what the person themselves wrote in it."""
    body = entry.detail.body
    wrote = {name: body[name] for name in ("text", "reason", "answers") if body.get(name)}
    return {
        "pada": entry.at,
        "tiket": entry.ticket.number,
        "tindakan": Action(entry.action).label,
        "peran": entry.get_role_display() if entry.role else "",
        "tulisan": wrote,
    }


def _notices(person: User, *, reader: User) -> QuerySet[Notice]:
    """What they were told of no secret; to themselves also what they may still read in SOPDesk."""
    of_no_secret_paper = Q(document__ticket=None) | Q(document__ticket__restricted=False)
    not_secret = Q(ticket__restricted=False) | (Q(ticket=None) & of_no_secret_paper)
    told = Notice.objects.filter(not_secret, person=person)
    return Notice.objects.in_app(person) | told if reader == person else told


def _files(person: User, *, reader: User) -> Iterator[Attachment]:
    """What they sent, and what their reports show them."""
    for ticket in _reports(person):
        yield from (file for file in Sight(ticket, is_whole=False).files.values() if not file.erased_at)
    known = Q(ticket=None) | _known(person, reader)
    others = Attachment.objects.filter(known, uploaded_by=person, erased_at=None)
    yield from others.exclude(ticket__reporter=person).select_related("ticket")


def _name_of(file: Attachment) -> str:
    """Where a file lies in the archive: no two alike, none outside it."""
    folder = file.ticket.number if file.ticket else "belum-dikirim"
    return f"berkas/{folder}/{file.pk}{Path(str(file.file.name)).suffix}"


def _views(person: User) -> QuerySet[Any]:
    views = FileView.objects.filter(attachment__uploaded_by=person, attachment__ticket__restricted=False)
    return views.select_related("person").annotate(number=F("attachment__ticket__number")).order_by("at", "pk")


def _written(value: Any) -> str:
    """Instants in WIB; anything else as it is read."""
    return timezone.localtime(value).isoformat() if isinstance(value, datetime) else str(value)
