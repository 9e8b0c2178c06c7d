"""The history of a ticket in plain sentences, as its page tells it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tickets.answers import Shown, shown
from tickets.models import Attachment, HistoryEntry, Hold, Ticket
from tickets.models.history import Action
from tickets.models.tickets import Channel
from tickets.sight import Act, Sight
from tickets.words import when
from workflows import sops
from workflows.sop import END, MENGIKUTI, NOT_PROCESSED

#: The sign beside each act.
ICONS = {
    Action.FILE: "paper-plane",
    Action.COMPLETE: "check",
    Action.CLAIM: "hand",
    Action.RELEASE: "hand-point-left",
    Action.HAND_OVER: "people-arrows",
    Action.COMMENT: "comment",
    Action.CONFIRM: "circle-check",
    Action.REOPEN: "rotate-left",
    Action.ACKNOWLEDGE: "eye",
    Action.HOLD: "circle-pause",
    Action.RESUME: "circle-play",
    Action.EXTEND: "calendar-plus",
    Action.ESTIMATE: "calendar-day",
    Action.LAPSE: "circle-check",
    Action.RESCHEDULE: "calendar-days",
    Action.TIE: "link",
    Action.UNTIE: "link-slash",
    Action.RESTRICT: "user-shield",
    Action.UNRESTRICT: "shield-halved",
    Action.FOLLOW: "link",
}

#: By what a report came that somebody else wrote down.
CHANNELS = {
    Channel.WHATSAPP: "WhatsApp",
    Channel.PHONE: "telepon",
    Channel.LETTER: "surat",
    Channel.VISIT: "kedatangan langsung",
}


@dataclass(frozen=True)
class Event:
    """An act as it is told: `who` (`role`) `does`. `starts_round` is set on the first act of a further round."""

    entry: HistoryEntry
    does: str
    then: str = ""
    reason: str = ""
    text: str = ""
    answers: tuple[Shown, ...] = ()
    unchanged: tuple[str, ...] = ()
    files: tuple[Attachment, ...] = ()
    starts_round: int | None = None
    main: str = ""  # the number of the main ticket that the act speaks of, for readers who may know it

    @property
    def icon(self) -> str:
        return "ban" if self.entry.to_state == NOT_PROCESSED else ICONS[Action(self.entry.action)]

    @property
    def is_comment(self) -> bool:
        return self.entry.action == Action.COMMENT

    @property
    def capacity(self) -> str:
        """The role acted in, and for whom: `Programmer, a.n. Budi Santoso`."""
        role = self.entry.get_role_display() if self.entry.role else ""
        return f"{role}, a.n. {self.entry.acting_for.name}" if self.entry.acting_for else role

    @property
    def sentence(self) -> str:
        """The act in one line of plain text."""
        who = f"{self.who} ({self.capacity})" if self.capacity else self.who
        return f"{who} {self.does}{f' {self.main}' if self.main else ''}."

    @property
    def who(self) -> str:
        """Who acted; what the clock does, the office's rules do."""
        return self.entry.by.name if self.entry.by else "SOPDesk"


def events(sight: Sight) -> list[Event]:
    """The acts of a ticket as far as its reader sees them, oldest first."""
    told: list[Event] = []
    known: dict[str, Any] = {}
    reached = 1
    for act in sight.acts:
        told.append(_event(sight, act, known, reached=reached))
        known |= act.answers
        reached = max(reached, act.entry.round)
    return told


def _event(sight: Sight, act: Act, known: Mapping[str, Any], *, reached: int) -> Event:
    ticket, files = sight.ticket, sight.files
    entry, body, answers = act.entry, act.body, act.answers
    told = [artefact for artefact in ticket.sop.artefacts() if artefact.key in answers]
    main = body.get("main", "") if sight.is_whole else ""
    if entry.action == Action.FILE or entry.to_state == NOT_PROCESSED:
        told = []  # the report itself stands above the history; what is not taken up hands nothing on
    new = [artefact for artefact in told if answers[artefact.key] != known.get(artefact.key)]
    return Event(
        entry=entry,
        does=_does(ticket, entry, body, main).removesuffix("."),  # a name may end in a title: "S.Kom."
        then=_then(ticket, entry, body, reached),
        reason=act.reason,
        text="Teks ini sudah dihapus." if entry.detail.erased_at else body.get("text", ""),
        answers=tuple(filled for a in new if (filled := shown(a, answers[a.key], files)).lines),
        unchanged=tuple(artefact.label for artefact in told if artefact not in new),
        files=tuple(files[key] for key in body.get("files", ()) if key in files),
        starts_round=entry.round if entry.round > reached else None,
        main=main,
    )


def _does(ticket: Ticket, entry: HistoryEntry, body: Mapping[str, Any], main: str) -> str:
    """The act as a predicate: what stands after the name. `main`: the number of the main ticket follows."""
    found = sops.find(entry.from_state)
    row = f"langkah {found[1].no}" if found else ""
    match Action(entry.action):
        case Action.FILE if ticket.reporter_id != entry.by_id:
            channel = CHANNELS.get(Channel(ticket.channel))
            came_by = f", yang disampaikan melalui {channel}" if channel else ""
            return f"mencatat laporan atas nama {ticket.reporter_name}{came_by}"
        case Action.FILE:
            return "melaporkan gangguan ini"
        case Action.COMPLETE if entry.to_state == NOT_PROCESSED:
            return f"menyatakan pada {row} bahwa laporan ini tidak diproses"
        case Action.COMPLETE:
            label = f" dengan “{body['label']}”" if "label" in body else ""
            return f"menyelesaikan {row} · {found[1].activity}{label}" if found else "menyelesaikan langkah"
        case Action.CLAIM:
            return f"mengambil tugas {row}"
        case Action.RELEASE if "leaver" in body:
            return f"mengambil tugas {row} dari {body['leaver']}, yang tidak lagi bertugas"
        case Action.RELEASE:
            return f"melepas tugas {row}"
        case Action.HAND_OVER:
            leaver = f" dari {body['leaver']}, yang tidak lagi bertugas," if "leaver" in body else ""
            return f"menyerahkan tugas {row}{leaver} kepada {body.get('name', 'pelaksana lain')}"
        case Action.CONFIRM:
            return "mengonfirmasi bahwa gangguan sudah selesai"
        case Action.REOPEN:
            return "membuka kembali tiket ini"
        case Action.ACKNOWLEDGE:
            return f"menandai hasil langkah {body['row']} diketahui" if "row" in body else "menandai diketahui"
        case Action.HOLD:
            why = f" ({Hold.Reason(body['kind']).label.lower()})" if "kind" in body else ""
            return f"menunda {row}{why}{_at(body, 'until', ' sampai {}')}"
        case Action.RESUME:
            return f"melanjutkan {row}{_at(body, 'due', '; tenggatnya sekarang {}')}"
        case Action.EXTEND:
            return f"memperpanjang {row}{_at(body, 'until', ' sampai {}')}"
        case Action.ESTIMATE:
            return f"memperkirakan {row} selesai{_at(body, 'until', ' pada {}')}"
        case Action.RESCHEDULE:
            shift = _at(body, "from", " dari {}") + _at(body, "due", " ke {}")
            return f"mengubah kalender kerja; tenggat bergeser{shift}"
        case Action.LAPSE:
            return "menutup tiket ini karena tidak ada jawaban pelapor sampai batas konfirmasi"
        case Action.TIE:
            return "menggabungkan laporan ini dengan " + (
                "tiket utama" if main else "laporan lain tentang gangguan yang sama"
            )
        case Action.UNTIE:
            return "memisahkan laporan ini dari " + ("tiket utama" if main else "laporan lain")
        case Action.FOLLOW if entry.to_state == NOT_PROCESSED:
            return "menyatakan bahwa laporan ini tidak diproses" + (", bersama tiket utama" if main else "")
        case Action.FOLLOW:
            return "menyelesaikan pekerjaan" + (" pada tiket utama" if main else " untuk laporan ini")
        case Action.RESTRICT:
            return f"menandai laporan ini sebagai insiden keamanan{_along(body)}"
        case Action.UNRESTRICT:
            return f"mencabut tanda insiden keamanan{_along(body)}"
        case Action.COMMENT:
            return "menulis catatan internal" if entry.internal else "menulis komentar"


def _along(body: Mapping[str, Any]) -> str:
    """With which report another was marked that was tied to it."""
    return f", bersama {body['along']}" if "along" in body else ""


def _at(body: Mapping[str, Any], name: str, words: str) -> str:
    """`words` with an instant that the act names; empty where it names none, or its text was erased."""
    return words.format(when(datetime.fromisoformat(body[name]))) if name in body else ""


def _then(ticket: Ticket, entry: HistoryEntry, body: Mapping[str, Any], reached: int) -> str:
    """Who has the ticket next, as a sentence; empty when the act moved nothing."""
    found = sops.find(entry.to_state)
    if entry.action == Action.RELEASE and found:
        return f"Tugas kembali ke {found[1].performer.label}."
    if entry.from_state == entry.to_state:
        return ""
    if entry.to_state == NOT_PROCESSED:
        return "Tiket ditutup."
    if entry.to_state == END:
        return "Pelapor diminta mengonfirmasi."
    if entry.to_state == MENGIKUTI:
        return "Laporan ini mengikuti pekerjaan di sana."
    if not found:
        return "Tiket ditutup."
    begins = f"Putaran ke-{entry.round} dimulai: langkah" if entry.round > reached else "Berikutnya langkah"
    return f"{begins} {found[1].no}, {found[1].performer.label}."


def latest(told: Iterable[Event], *actions: Action) -> Event | None:
    """The last of some acts, or None. `told` is oldest first."""
    return next((event for event in reversed(list(told)) if event.entry.action in actions), None)
