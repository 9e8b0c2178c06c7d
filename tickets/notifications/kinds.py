"""What a notice says: one entry of `KINDS` for each thing that people are told, and nowhere else.

`told(notice, reader)` gives a page or a mail the sentence, icon and tone of a notice. It asks the database nothing for
notices that were fetched with `READ_WITH`, whatever their number:

    notices = Notice.objects.in_app(person).select_related(*READ_WITH)
    lines = [told(notice, person) for notice in notices]

Nothing of a ticket stands in the notice itself: it is read here, at this moment, so that what was erased stays erased.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from textwrap import shorten
from typing import Final

from django.conf import settings

from tickets import rules
from tickets.models import Document, HistoryEntry, Hold, Notice, StepRun, Ticket, User
from tickets.models.history import Action
from tickets.models.runs import LimitKind
from tickets.words import due, when
from workflows import sops
from workflows.roles import Role
from workflows.sop import Step

#: What `told` reads beside the notice itself, for `select_related`.
READ_WITH: Final = ("ticket", "entry__by", "entry__detail", "rung__run", "document")

#: How much of a person's own words a sentence repeats.
LONGEST_REASON: Final = 300


@dataclass(frozen=True)
class Told:
    """A notice in words. `tone` is "turn" (the reader's turn), "late", "warm" (soon, or an estimate passed) or ""."""

    notice: Notice
    sentence: str
    subject: str
    icon: str
    tone: str
    is_urgent: bool


@dataclass(frozen=True)
class Kind:
    """One thing that people are told.

    `subject` is what a mail is headed, with `{row}` for the number of the row. `concerns` says whether a person is
    still to be told, when the mail about it is about to leave. What is urgent does not wait for working hours; what
    comes with files comes alone, and in no digest.
    """

    subject: str
    icon: str
    says: Callable[[Notice, User], str]
    concerns: Callable[[Notice, User], bool]
    tone: str = ""
    is_urgent: bool = False
    comes_alone: bool = False


def told(notice: Notice, reader: User) -> Told:
    """A notice as its reader is told it, fetched with `READ_WITH`."""
    kind = KINDS[notice.kind]
    subject = kind.subject.format(row=_row(notice))
    return Told(notice, kind.says(notice, reader), subject, kind.icon, kind.tone, kind.is_urgent)


def still_concerns(notice: Notice, person: User) -> bool:
    """Whether a person who may have lost a role, or whose turn may have passed, is still to be mailed this."""
    return KINDS[notice.kind].concerns(notice, person)


# Sentences


def _turn(notice: Notice, reader: User) -> str:
    before = {
        Action.FILE: "laporan baru, ",
        Action.REOPEN: f"tiket dibuka kembali oleh {_who(notice)}, ",
    }.get(Action(_entry(notice).action), "")
    step = _step(notice)
    return f"Giliran Anda: {before}{_named(step) if step else 'tiket ini'}."


def _filed_for(notice: Notice, reader: User) -> str:
    return f"{_who(notice)} mencatat laporan ini atas nama Anda."


def _reported(notice: Notice, reader: User) -> str:
    left = sops.find(_entry(notice).from_state)
    return f"{_who(notice)} melaporkan kepada Anda hasil {_named(left[1]) if left else 'tiket ini'}."


def _progress(notice: Notice, reader: User) -> str:
    is_new_round = _entry(notice).action == Action.REOPEN
    begins = f"{_who(notice)} membuka kembali tiket ini" if is_new_round else "Laporan Anda diteruskan"
    return f"{begins}{_now_at(notice)}."


def _to_confirm(notice: Notice, reader: User) -> str:
    limit = _ticket(notice).confirm_by
    until = f" paling lambat {due(limit)}" if limit and _ticket(notice).round == _entry(notice).round else ""
    for_whom = "" if _ticket(notice).reporter_id == reader.pk else f" atas nama {_ticket(notice).reporter_name}"
    return f"Pekerjaan selesai. Silakan konfirmasi{for_whom}, atau buka kembali bila gangguan masih ada{until}."


def _not_processed(notice: Notice, reader: User) -> str:
    reason = shorten(_body(notice).get("reason", ""), LONGEST_REASON, placeholder=" …")
    return f"Laporan ini tidak diproses, dengan alasan: “{reason}”" if reason else "Laporan ini tidak diproses."


def _tied(notice: Notice, reader: User) -> str:
    joined = "Laporan Anda digabungkan dengan laporan lain tentang gangguan yang sama."
    return f"{joined} Anda mendapat kabar bila pekerjaannya selesai."


def _untied(notice: Notice, reader: User) -> str:
    return f"Laporan Anda ditangani kembali secara tersendiri{_now_at(notice)}."


def _released(notice: Notice, reader: User) -> str:
    leaver = _body(notice).get("leaver")
    does = f"mengambil tugas {_place(notice)} dari {leaver}" if leaver else f"melepas tugas {_place(notice)}"
    return f"{_who(notice)} {does}; tugas ini dapat Anda ambil."


def _handed_over(notice: Notice, reader: User) -> str:
    return f"{_who(notice)} menyerahkan tugas {_place(notice)} kepada Anda."


def _commented(notice: Notice, reader: User) -> str:
    return f"{_who(notice)} menulis {'catatan internal' if _entry(notice).internal else 'komentar'}."


def _confirmed(notice: Notice, reader: User) -> str:
    return f"{_who(notice)} mengonfirmasi bahwa gangguan sudah selesai."


def _reopened(notice: Notice, reader: User) -> str:
    return f"{_who(notice)} membuka kembali tiket ini{_now_at(notice)}."


def _held(notice: Notice, reader: User) -> str:
    kind = _body(notice).get("kind")
    reason = f" ({Hold.Reason(kind).label.lower()})" if kind else ""
    return f"{_who(notice)} menunda {_place(notice)}{reason}{_until(notice, ' sampai {}')}."


def _asked(notice: Notice, reader: User) -> str:
    return f"{_who(notice)} menunggu jawaban Anda{_until(notice, ' sampai {}')}. Silakan membalas dengan komentar."


def _resumed(notice: Notice, reader: User) -> str:
    begins = f"{_who(notice)} melanjutkan" if _entry(notice).by else "Penundaan berakhir:"
    return f"{begins} {_place(notice)}{_until(notice, '; tenggatnya sekarang {}', name='due')}."


def _extended(notice: Notice, reader: User) -> str:
    return f"{_who(notice)} memperpanjang {_place(notice)}{_until(notice, ' sampai {}')}."


def _estimated(notice: Notice, reader: User) -> str:
    return f"{_who(notice)} mencatat perkiraan selesai {_place(notice)}{_until(notice, ': {}')}."


def _lapsed(notice: Notice, reader: User) -> str:
    return f"Tiket ini ditutup karena tidak ada jawaban{_until(notice, ' sampai {}', name='due')}."


def _moved(notice: Notice, reader: User) -> str:
    to = _until(notice, " dari {}", name="from") + _until(notice, " ke {}", name="due")
    return f"Kalender kerja berubah: tenggat {_place(notice)} bergeser{to}."


def _warned(notice: Notice, reader: User) -> str:
    run = _run(notice)
    word = "perkiraan selesai" if run.limit_kind == LimitKind.TENTATIVE else "tenggat"
    until = f"; {word} {due(run.due_at)}" if run.due_at else ""
    return f"Tiga perempat waktu {_place(notice)} sudah terpakai{until}."


def _breached(notice: Notice, reader: User) -> str:
    return f"{_opening(notice)} terlambat: tenggatnya {due(notice.at)}."


def _estimate_passed(notice: Notice, reader: User) -> str:
    return f"{_opening(notice)} melewati perkiraan selesai, yaitu {due(notice.at)}."


def _escalated(notice: Notice, reader: User) -> str:
    days = settings.ESCALATE_AFTER_DAYS
    return f"{_opening(notice)} terlambat dan belum selesai {days} hari kerja sesudah tenggatnya."


def _reminded(notice: Notice, reader: User) -> str:
    run = _run(notice)
    days = settings.REMIND_EVERY_DAYS * (notice.rung.nth if notice.rung else 1)
    estimate = f"perkiraan selesai {due(run.due_at)}" if run.due_at else "perkiraan selesai belum dicatat"
    return f"{_opening(notice)} sudah berjalan {days} hari kerja; {estimate}."


def _restricted(notice: Notice, reader: User) -> str:
    return f"{_who(notice)} menandai laporan ini sebagai insiden keamanan; pelapor tidak lagi melihatnya."


def _unrestricted(notice: Notice, reader: User) -> str:
    return f"{_who(notice)} mencabut tanda insiden keamanan; pelapor melihat laporannya kembali."


def _issued(notice: Notice, reader: User) -> str:
    paper = _paper(notice)
    return f"{paper.inputs['title']} sudah terbit dengan nomor {paper.number}. {paper.inputs['sentence']}"


# Whom a mail still concerns


def _is_the_reporter(notice: Notice, person: User) -> bool:
    return _ticket(notice).is_reported_by(person)


def _is_asked_as_reporter(notice: Notice, person: User) -> bool:
    return _ticket(notice).is_reported_by(person) and _stands_as_it_was(notice)


def _has_the_turn(notice: Notice, person: User) -> bool:
    """Holds the row, and the ticket still stands on it."""
    return rules.holds_the_row(person, _ticket(notice)) and _stands_as_it_was(notice)


def _takes_part(notice: Notice, person: User) -> bool:
    return rules.takes_part(person, _ticket(notice))


def _waits_for_it(notice: Notice, person: User) -> bool:
    """The reporter, and the hold that asked them is still on."""
    return _ticket(notice).is_reported_by(person) and _is_still_on_hold(notice)


def _watches_the_hold(notice: Notice, person: User) -> bool:
    return rules.takes_part(person, _ticket(notice)) and _is_still_on_hold(notice)


def _is_still_on_hold(notice: Notice) -> bool:
    return Hold.objects.filter(run__ticket=_ticket(notice), started_at=notice.at, ended_at=None).exists()


def _sees_the_comment(notice: Notice, person: User) -> bool:
    is_reader = _ticket(notice).is_reported_by(person) and not _entry(notice).internal
    return is_reader or rules.takes_part(person, _ticket(notice))


def _looks_after_the_run(notice: Notice, person: User) -> bool:
    """The row is not left, and the person performs it, coordinates the SOP or is Kepala Bidang."""
    run, ticket = _run(notice), _ticket(notice)
    roles = (run.role, Role.KEPALA_BIDANG_APTIKA)
    answers = rules.coordinates(person, ticket) or any(person.holds(role, ticket.procedure) for role in roles)
    return run.left_at is None and answers


def _stands_as_it_was(notice: Notice) -> bool:
    """Nothing has moved the ticket since."""
    entry = _entry(notice)
    return (_ticket(notice).state, _ticket(notice).round) == (entry.to_state, entry.round)


def _reads_the_paper(notice: Notice, person: User) -> bool:
    return person.heads_the_office


# What a notice is about


def _paper(notice: Notice) -> Document:
    assert notice.document is not None  # noqa: S101  # for the type checker: only kinds of papers ask
    return notice.document


def _ticket(notice: Notice) -> Ticket:
    assert notice.ticket is not None  # noqa: S101  # for the type checker: kinds of papers do not ask
    return notice.ticket


def _entry(notice: Notice) -> HistoryEntry:
    assert notice.entry is not None  # noqa: S101  # for the type checker: only kinds of acts ask
    return notice.entry


def _run(notice: Notice) -> StepRun:
    assert notice.rung is not None  # noqa: S101  # for the type checker: only kinds of rungs ask
    return notice.rung.run


def _body(notice: Notice) -> dict:
    """The text of the act; empty when it was erased."""
    return _entry(notice).detail.body


def _who(notice: Notice) -> str:
    by = _entry(notice).by
    return by.name if by else "SOPDesk"


def _step(notice: Notice) -> Step | None:
    """The row: of a rung its own, of an act the one it led to; a paper has none."""
    if notice.document:
        return None
    if notice.rung:
        return _ticket(notice).sop.step(notice.rung.run.row)
    found = sops.find(_entry(notice).to_state)
    return found[1] if found else None


def _row(notice: Notice) -> str:
    """The number that a subject names: what was reported is the row that was left."""
    found = sops.find(_entry(notice).from_state) if notice.kind == REPORTED else None
    step = found[1] if found else _step(notice)
    return str(step.no) if step else ""


def _named(step: Step) -> str:
    return f"langkah {step.no} · {step.activity.removesuffix('.')}"


def _place(notice: Notice) -> str:
    step = _step(notice)
    return f"langkah {step.no}" if step else "tiket ini"


def _now_at(notice: Notice) -> str:
    step = _step(notice)
    return f"; sekarang langkah {step.no}, {step.performer.label}" if step else ""


def _opening(notice: Notice) -> str:
    """The row at the beginning of a sentence, with who performs it."""
    step = _step(notice)
    return f"Langkah {step.no} ({step.performer.label})" if step else "Langkah ini"


def _until(notice: Notice, words: str, *, name: str = "until") -> str:
    """`words` with an instant that the act names, or nothing where it names none."""
    instant = _body(notice).get(name)
    return words.format(when(datetime.fromisoformat(instant))) if instant else ""


# The kinds. Their names stand in the database: a kind is added, never renamed.

TURN: Final = "giliran"
FILED_FOR: Final = "dicatat"
REPORTED: Final = "dilaporkan"
PROGRESS: Final = "kemajuan"
TO_CONFIRM: Final = "konfirmasi"
NOT_PROCESSED: Final = "tidak-diproses"
RELEASED: Final = "dilepas"
HANDED_OVER: Final = "diserahkan"
COMMENTED: Final = "komentar"
CONFIRMED: Final = "dikonfirmasi"
REOPENED: Final = "dibuka-kembali"
HELD: Final = "ditunda"
ASKED: Final = "ditanya"
RESUMED: Final = "dilanjutkan"
EXTENDED: Final = "diperpanjang"
ESTIMATED: Final = "perkiraan"
LAPSED: Final = "ditutup"
MOVED: Final = "tenggat-bergeser"
TIED: Final = "digabungkan"
UNTIED: Final = "dipisahkan"
WARNED: Final = "mendekati"
BREACHED: Final = "lewat"
ESTIMATE_PASSED: Final = "lewat-perkiraan"
ESCALATED: Final = "eskalasi"
REMINDED: Final = "pengingat"
ISSUED: Final = "terbit"
RESTRICTED: Final = "insiden"
UNRESTRICTED: Final = "insiden-dicabut"

KINDS: Final[dict[str, Kind]] = {
    TURN: Kind("Giliran Anda: langkah {row}", "hand-point-right", _turn, _has_the_turn, tone="turn"),
    FILED_FOR: Kind("Laporan dicatat atas nama Anda", "paper-plane", _filed_for, _is_the_reporter),
    REPORTED: Kind("Hasil langkah {row} dilaporkan kepada Anda", "inbox", _reported, _takes_part),
    PROGRESS: Kind("Laporan Anda diteruskan", "arrow-right", _progress, _is_the_reporter),
    TO_CONFIRM: Kind("Silakan konfirmasi", "circle-question", _to_confirm, _is_asked_as_reporter, tone="turn"),
    NOT_PROCESSED: Kind("Laporan tidak diproses", "ban", _not_processed, _is_the_reporter),
    RELEASED: Kind("Tugas langkah {row} dapat diambil", "hand-point-left", _released, _has_the_turn, tone="turn"),
    HANDED_OVER: Kind(
        "Tugas langkah {row} diserahkan kepada Anda", "people-arrows", _handed_over, _has_the_turn, tone="turn"
    ),
    COMMENTED: Kind("Komentar baru", "comment", _commented, _sees_the_comment),
    CONFIRMED: Kind("Gangguan sudah dikonfirmasi selesai", "circle-check", _confirmed, _takes_part),
    REOPENED: Kind("Tiket dibuka kembali", "rotate-left", _reopened, _takes_part),
    HELD: Kind("Langkah {row} ditunda", "circle-pause", _held, _watches_the_hold),
    ASKED: Kind("Jawaban Anda ditunggu", "circle-question", _asked, _waits_for_it, tone="turn"),
    RESUMED: Kind("Langkah {row} dilanjutkan", "circle-play", _resumed, _has_the_turn),
    EXTENDED: Kind("Langkah {row} diperpanjang", "calendar-plus", _extended, _takes_part),
    ESTIMATED: Kind("Perkiraan selesai langkah {row}", "calendar-day", _estimated, _takes_part),
    LAPSED: Kind("Tiket ditutup tanpa jawaban", "circle-check", _lapsed, _is_the_reporter),
    MOVED: Kind("Tenggat langkah {row} bergeser", "calendar-days", _moved, _has_the_turn),
    TIED: Kind("Laporan Anda digabungkan", "link", _tied, _is_the_reporter),
    UNTIED: Kind("Laporan Anda ditangani tersendiri", "link-slash", _untied, _is_the_reporter),
    RESTRICTED: Kind("Laporan ditandai insiden keamanan", "user-shield", _restricted, _takes_part, is_urgent=True),
    UNRESTRICTED: Kind("Tanda insiden keamanan dicabut", "shield-halved", _unrestricted, _takes_part),
    WARNED: Kind("Tenggat langkah {row} segera tiba", "hourglass-end", _warned, _looks_after_the_run, tone="warm"),
    BREACHED: Kind(
        "Langkah {row} terlambat", "triangle-exclamation", _breached, _looks_after_the_run, tone="late", is_urgent=True
    ),
    ESTIMATE_PASSED: Kind(
        "Langkah {row} melewati perkiraan",
        "clock-rotate-left",
        _estimate_passed,
        _looks_after_the_run,
        tone="warm",
        is_urgent=True,
    ),
    ESCALATED: Kind(
        "Langkah {row} belum selesai sesudah tenggat",
        "triangle-exclamation",
        _escalated,
        _looks_after_the_run,
        tone="late",
        is_urgent=True,
    ),
    REMINDED: Kind("Langkah {row} masih berjalan", "clock", _reminded, _looks_after_the_run, tone="warm"),
    ISSUED: Kind("Laporan SLA terbit", "file-signature", _issued, _reads_the_paper, comes_alone=True),
}
