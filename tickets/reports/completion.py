"""Laporan Penyelesaian Masalah: one ticket as a paper to sign and file (`templates/documents/penyelesaian.typ`).

`inputs` gathers everything that is printed, from the record and the ledger, as plain JSON; `images` the pictures that
go with it; `pdf` prints both. The same inputs, images and instant make the same bytes. It is made from what the office
sees, so it is for those who take part in the SOP.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format

from tickets import words
from tickets.answers import Line, shown
from tickets.models import Attachment, Hold, Office, StepRun, Ticket
from tickets.models.history import Action
from tickets.models.runs import LimitKind, Verdict
from tickets.models.tickets import Impact
from tickets.reports import letterhead, recap
from tickets.reports.pictures import for_print
from tickets.reports.press import press
from tickets.sight import Act, Sight
from tickets.templatetags.look import VERDICTS
from tickets.timeline import CHANNELS
from tickets.words import when
from workflows.inputs import FilesField
from workflows.models import identity_of
from workflows.roles import Role
from workflows.sop import MENGIKUTI, MENUNGGU_KONFIRMASI, SELESAI, TIDAK_DIPROSES, Artefact

TITLE = "Laporan Penyelesaian Masalah"
#: As many pictures are printed if nobody has chosen.
IMAGES_AT_FIRST = 4
ERASED = "Teks ini sudah dihapus."

#: How far a fault reached, as the office says it.
IMPACTS = {
    Impact.ONE: "Pelapor sendiri",
    Impact.UNIT: "Beberapa orang atau satu OPD",
    Impact.ALL: "Semua pengguna",
}

#: What it is called when somebody gives a row a new time: by a limit, and by an estimate.
NEW_TIME = {False: ("Perpanjangan", "diperpanjang"), True: ("Perkiraan", "diperkirakan kembali")}

Fact = tuple[str, str]  # a label and what is said under it
Visits = Sequence[StepRun]


def inputs(
    ticket: Ticket, *, now: datetime, number: str = "", code: str = "", images: Sequence[str] | None = None
) -> dict[str, Any]:
    """Everything that is printed. Without a `code` the paper is a draft and says so.

    `images` are keys of attachments, in the order they are to be printed; None stands for the first few of the
    evidence. Keys of anything else are passed over.
    """
    sight = Sight(ticket, is_whole=True)
    runs = _runs(ticket)
    day = timezone.localdate(now)
    candidates = {file.key: file for file in evidence_images(sight)}
    chosen = list(candidates)[:IMAGES_AT_FIRST] if images is None else [key for key in images if key in candidates]
    causes, acts, outcome = _told_by_the_rows(sight)
    return {
        "kop": letterhead.letterhead(Office.current()),
        "title": TITLE,
        "number": number,
        "code": code,
        "check": "",
        "ticket": ticket.number,
        "restricted": ticket.restricted,
        "report": _report(ticket),
        "description": ticket.description,
        "evidence": _evidence(sight, printed=len(chosen), of=len(candidates)),
        "images": [_image(candidates[key], place) for place, key in enumerate(chosen, start=1)],
        "causes": causes,
        "acts": acts,
        "outcome": outcome,
        "summary": _summary(runs),
        "rows": [_row(run, sight) for run in runs],
        "rounds": ticket.round,
        "notes": _notes(sight, runs),
        "confirmation": _confirmation(sight),
        "day": date_format(day, "j F Y"),
        "author": letterhead.signer(ticket.sop.coordinators[0], ticket.procedure, day),
        "knowing": letterhead.signer(Role.KEPALA_BIDANG_APTIKA, ticket.procedure, day),
    }


def images(inputs: Mapping[str, Any]) -> dict[str, bytes]:
    """The pictures of a paper by their names in it. What is missing on disk is left out, and the paper says so."""
    found = letterhead.images(Office.current())
    files = Attachment.objects.in_bulk([image["key"] for image in inputs["images"]], field_name="key")
    for image in inputs["images"]:
        try:
            with files[image["key"]].file.open("rb") as file:
                found[image["name"]] = for_print(file.read())
        except FileNotFoundError:
            continue
    return found


def pdf(inputs: Mapping[str, Any], images: Mapping[str, bytes], at: datetime) -> bytes:
    """The paper itself. Raises PressFailed."""
    return press("penyelesaian.typ", inputs, at=at, images=images)


def evidence_images(sight: Sight) -> list[Attachment]:
    """The pictures of the evidence, which may be printed: as they were masked before they were sent."""
    keys = [key for values in _given_evidence(sight) for key in _files_in(sight.ticket.sop.evidence, values)]
    found = [sight.files[key] for key in dict.fromkeys(keys) if key in sight.files]
    return [file for file in found if file.is_image and not file.erased_at]


def may_be_issued(ticket: Ticket) -> bool:
    """Whether the work is done, so that there is something to report."""
    return ticket.state in (MENUNGGU_KONFIRMASI, SELESAI)


# The report and its evidence


def _report(ticket: Ticket) -> list[Fact]:
    number = identity_of(ticket.sop).number
    followers = recap.followers_of(ticket).count()
    facts = [
        ("Nomor tiket", f"{ticket.number} · {ticket.sop.service}"),
        ("Permasalahan", ticket.title),
        ("Pelapor", ticket.reporter_name),
        ("Perangkat daerah (OPD)", ticket.unit.name if ticket.unit else "–"),
        ("Disampaikan", _came_by(ticket)),
        ("Diketahui sejak", when(ticket.noticed_at) if ticket.noticed_at else ""),
        ("Dampak", IMPACTS[Impact(ticket.impact)]),
        ("Alamat halaman", ticket.page_url),
        ("Laporan lain", f"{followers} laporan mengikuti tiket ini (lihat rekap laporan)" if followers else ""),
        ("Prosedur", f"{ticket.sop.title}{f', nomor {number}' if number else ''}"),
    ]
    return [(label, told) for label, told in facts if told]


def _came_by(ticket: Ticket) -> str:
    told = when(ticket.created_at)
    if ticket.filed_by_id == ticket.reporter_id:
        return f"{told}, melalui SOPDesk"
    channel = CHANNELS.get(ticket.channel, "SOPDesk")  # type: ignore[call-overload]  # a value is its member
    return f"{told}, melalui {channel}; dicatat oleh {ticket.filed_by.name}"


def _given_evidence(sight: Sight) -> list[Mapping[str, Any]]:
    return list(sight.given.get(sight.ticket.sop.evidence.key, {}).values())


def _files_in(artefact: Artefact, values: Mapping[str, Any]) -> Iterator[str]:
    for question, value in values.items():
        if isinstance(artefact.fields.get(question), FilesField):
            yield from value or ()


def _evidence(sight: Sight, *, printed: int, of: int) -> list[str]:
    """What the report was proven by, a line each; the pictures are counted, and stand in the annex."""
    told = [shown(sight.ticket.sop.evidence, values, sight.files) for values in _given_evidence(sight)]
    links = dict.fromkeys(line.link for artefact in told for line in artefact.lines if line.link)
    if not of:
        return list(links)
    printed_of = f"{of} gambar" if printed == of else f"{printed} dari {of} gambar"
    return [f"{printed_of} dicetak pada lampiran" if printed else f"{of} gambar tersimpan pada tiket", *links]


def _image(file: Attachment, place: int) -> dict[str, str]:
    ending = Path(str(file.file.name)).suffix.lower()
    return {
        "name": f"bukti-{place}{ending}",
        "key": file.key,
        "caption": f"Gambar {place}. {file.name}, diunggah {when(file.uploaded_at)}",
    }


# What the rows gave


def _told_by_the_rows(sight: Sight) -> tuple[list[Fact], list[Fact], list[Fact]]:
    """Causes, acts and outcome, as answers to the SOP's own questions, latest values.

    A cause is what the way on was chosen by, the outcome what the work ended with, and an act all else that people
    wrote; the evidence stands with the report.
    """
    sop = sight.ticket.sop
    decides = {arrow.only_if.artefact for step in sop.steps for arrow in step.arrows if arrow.only_if}
    causes: list[Fact] = []
    acts: list[Fact] = []
    outcome: list[Fact] = []
    for artefact in sop.artefacts():
        if artefact is sop.evidence:
            continue
        ended_with = sight.outcome.get(artefact.key, {}) if may_be_issued(sight.ticket) else {}
        place = causes if artefact.key in decides else outcome if ended_with else acts
        for values in (ended_with or sight.given.get(artefact.key, {})).values():
            place.extend(_answers(artefact, values, sight))
    return causes, acts, outcome


def _answers(artefact: Artefact, values: Mapping[str, Any], sight: Sight) -> Iterator[Fact]:
    """What people answered; what the record made itself repeats something that stands here anyway."""
    typed = {question: value for question, value in values.items() if question in artefact.fields}
    for line in shown(artefact, typed, sight.files).lines:
        yield line.label, _in_words(line)


def _in_words(line: Line) -> str:
    return line.text or line.link or ", ".join(file.name for file in line.files)


# The table of rows


def _runs(ticket: Ticket) -> Visits:
    runs = list(ticket.runs.select_related("performer").prefetch_related("holds__by", "extensions__by").order_by("pk"))
    for run in runs:
        run.ticket = ticket
    return runs


def _row(run: StepRun, sight: Sight) -> dict[str, Any]:
    act = _left_by(run, sight)
    acting_for = f", a.n. {act.entry.acting_for.name}" if act and act.entry.acting_for else ""
    tone, told = _kept(run)
    return {
        "no": str(run.row),
        "round": run.round,
        "activity": str(run.step.activity),
        "performer": run.performer.name if run.performer else "",
        "role": run.get_role_display() + acting_for,
        "began": _short(run.entered_at),
        "ended": _short(run.left_at) if run.left_at else "",
        "limit": str(run.step.waktu) or "–",
        "worked": words.span(run.worked_minutes or 0) if run.left_at else "",
        "tone": tone,
        "kept": told,
    }


def _short(instant: datetime) -> str:
    return date_format(timezone.localtime(instant), "j M Y H.i")


def _kept(run: StepRun) -> tuple[str, str]:
    """How the limit was kept: tone and words. How long it took has a column of its own."""
    if not run.left_at:
        return "hold", "masih dikerjakan"
    verdict = Verdict(run.verdict)
    told = [words.verdict(run) if verdict in (Verdict.LATE, Verdict.PAST_ESTIMATE) else verdict.label.lower()]
    if run.held_minutes:
        told.append(f"ditunda {words.span(run.held_minutes)}")
    if run.is_deviation:
        told.append("penyimpangan dicatat")
    return VERDICTS[verdict][0], "; ".join(told)


def _summary(runs: Visits) -> str:
    """The table in a sentence or two."""
    left = [run for run in runs if run.left_at]
    counted = Counter(Verdict(run.verdict) for run in left)
    verdicts = ", ".join(f"{counted[verdict]} {verdict.label.lower()}" for verdict in Verdict if counted[verdict])
    rounds = f" dalam {left[-1].round} putaran" if left and left[-1].round > 1 else ""
    told = [f"{len(left)} langkah selesai{rounds}{f': {verdicts}' if verdicts else ''}."]
    if worked := sum(run.worked_minutes or 0 for run in left):
        told.append(f"Waktu kerja seluruhnya {words.span(worked, parts=3)}.")
    if held := sum(run.held_minutes or 0 for run in left):
        told.append(f"Di luar itu ditunda {words.span(held, parts=3)}.")
    return " ".join(told)


# Holds, extensions, deviations


def _notes(sight: Sight, runs: Visits) -> list[Fact]:
    """What was not as the SOP has it, each with its reason, in the order of time."""
    notes = [*_of_time(runs), *_of_the_way(sight, runs)]
    return [(label, told) for _, label, told in sorted(notes, key=lambda note: note[0])]


def _of_time(runs: Visits) -> Iterator[tuple[datetime, str, str]]:
    for run in runs:
        where = _where(run)
        for hold in run.holds.all():
            why = f" ({Hold.Reason(hold.reason).label.lower()})"
            told = f"{where} ditunda {when(hold.started_at)} sampai {when(hold.ends_at)} oleh {hold.by.name}{why}"
            yield hold.started_at, "Penundaan", _because(told, hold.note)
        for extension in run.extensions.all():
            until, by = when(extension.until), extension.by.name
            if extension.from_due is None:
                told = f"{where} diperkirakan oleh {by} selesai pada {until}"
                yield extension.at, "Perkiraan", _because(told, extension.reason)
                continue
            moved = f"oleh {by} pada {when(extension.at)}, dari {when(extension.from_due)} sampai {until}"
            label, verb = NEW_TIME[run.limit_kind == LimitKind.TENTATIVE]
            yield extension.at, label, _because(f"{where} {verb} {moved}", extension.reason)


def _of_the_way(sight: Sight, runs: Visits) -> Iterator[tuple[datetime, str, str]]:
    for run in runs:
        if run.left_at and run.is_deviation:
            told = f"{_where(run)} diakhiri dengan “{run.arrow_label}” oleh {run.performer} pada {when(run.left_at)}"
            yield run.left_at, "Penyimpangan", _because(told, _reason(_left_by(run, sight)))
    for act in sight.acts:
        if act.entry.action == Action.REOPEN:
            told = f"Tiket dibuka kembali oleh {act.entry.by} pada {when(act.entry.at)}, putaran ke-{act.entry.round}"
            yield act.entry.at, "Dibuka kembali", _because(told, _reason(act))


def _where(run: StepRun) -> str:
    return f"Langkah {run.row}" + (f" (putaran ke-{run.round})" if run.ticket.round > 1 else "")


def _because(told: str, reason: str) -> str:
    return f"{told}: {reason}" if reason else f"{told}."


def _left_by(run: StepRun, sight: Sight) -> Act | None:
    """The act by which a row was left."""
    row = run.ticket.sop.row(run.row)
    leaving = (act for act in sight.acts if act.entry.from_state == row and act.entry.to_state != row)
    return next((act for act in leaving if act.entry.at == run.left_at), None)


def _reason(act: Act | None) -> str:
    if act is None:
        return ""
    return ERASED if act.entry.detail.erased_at else act.reason


# The end


def _confirmation(sight: Sight) -> str:
    ticket = sight.ticket
    last = {Action(act.entry.action): act for act in sight.acts}
    if ticket.state == SELESAI and ticket.closed_at:
        if Action.CONFIRM in last and last[Action.CONFIRM].entry.at == ticket.closed_at:
            by = last[Action.CONFIRM].entry.by
            capacity = "pelapor" if by and by.pk == ticket.reporter_id else f"atas nama {ticket.reporter_name}, pelapor"
            return f"Dinyatakan selesai oleh {by} ({capacity}) pada {when(ticket.closed_at)}."
        return f"Ditutup pada {when(ticket.closed_at)}: pelapor tidak menjawab sampai batas konfirmasi."
    if ticket.state == MENUNGGU_KONFIRMASI and ticket.confirm_by:
        return f"Menunggu jawaban pelapor, paling lambat {when(ticket.confirm_by)}."
    if ticket.state == MENGIKUTI and ticket.main:
        return f"Laporan ini mengikuti tiket utama {ticket.main.number}."
    if ticket.state == TIDAK_DIPROSES:
        return _because("Laporan ini tidak diproses", _reason(last.get(Action.FOLLOW) or last.get(Action.COMPLETE)))
    return "Belum diminta: pekerjaan belum selesai."
