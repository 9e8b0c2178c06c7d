"""How SOPDesk itself is doing, for administrators: each question with its answer, and what to do when it is a bad one.

The page *Kesehatan sistem* shows all of it; `/healthz` says only whether everything is well (RELIABILITY promise 19).

What waits to be done (limits to look at, mails, papers) is counted whole, with that of security incidents: a mail about
one that cannot be sent is the last that may go unseen. Tickets themselves are counted without them (`_staffing`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from shutil import disk_usage

from django.conf import settings
from django.db import connection
from django.db.models import Count, Exists, Min, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from tickets.calendar_changes import calendar_state
from tickets.models import Document, Heartbeat, Hold, Letter, Notice, Restoration, Rung, StepRun, Ticket
from tickets.staffing import AHEAD, Gap, gaps
from tickets.words import when

#: How long something may be silent before it counts as ill.
SILENCE = timedelta(seconds=100)
#: How long mail may lie in the outbox.
MAIL_PATIENCE = timedelta(minutes=15)
#: How long a paper may wait to be made.
PAPER_PATIENCE = timedelta(minutes=15)
SKEW = timedelta(seconds=60)
FULL_DISK = 0.95
#: Processes that have been silent for so long are gone, not ill: they are forgotten.
GONE = timedelta(days=1)


@dataclass(frozen=True)
class Finding:
    """One question about the system. `advice` says what to do, where something is to be done.

    `act` and `href` lead to where it is done. What `can_wait` needs an administrator some day soon; it is not what a
    watchman is woken for.
    """

    title: str
    is_well: bool
    words: str
    advice: str = ""
    act: str = ""
    href: str = ""
    details: tuple[str, ...] = ()
    can_wait: bool = False


def findings(now: datetime) -> list[Finding]:
    """Everything there is to know, the most urgent questions first. A fixed number of queries."""
    beats = list(Heartbeat.objects.filter(at__gt=now - GONE))
    copy = Restoration.objects.filter(released_at=None).first()
    if copy:
        clockwork: list[Callable[[], Finding]] = [lambda: _copy(copy)]
    else:
        clockwork = [lambda: _sweep(beats, now), lambda: _unflagged(now)]
    checks: list[Callable[[], Finding]] = [
        *clockwork,
        lambda: _processes(Heartbeat.Kind.WORKER, "Proses pekerja", beats, now),
        lambda: _processes(Heartbeat.Kind.BEAT, "Penjadwal", beats, now),
        *([] if copy else [lambda: _outbox(beats, now)]),
        _failed_mail,
        *([] if copy else [lambda: _papers(now)]),
        _failed_papers,
        lambda: _calendar(now),
        lambda: _staffing(now),
        lambda: _clock(now),
        _disk,
    ]
    return [check() for check in checks]


def is_well(now: datetime) -> bool:
    """Whether nothing needs an administrator at once."""
    return all(finding.is_well or finding.can_wait for finding in findings(now))


def forget_the_gone(now: datetime) -> None:
    """Forget processes that ended long ago."""
    Heartbeat.objects.exclude(name="").filter(at__lte=now - GONE).delete()


# Mail that was given up


def send_again(notice: Notice, *, now: datetime) -> None:
    """Put a mail that was given up back into the outbox, as if it had not been tried."""
    Notice.objects.failed().filter(pk=notice.pk).update(
        failed_at=None, error="", attempts=0, lease_until=None, not_before=now
    )


def let_be(notice: Notice, *, now: datetime) -> None:
    """Settle a mail that was given up: it is not sent, and no longer listed."""
    Notice.objects.failed().filter(pk=notice.pk).update(failed_at=None, cancelled_at=now)


# The questions


def _copy(copy: Restoration) -> Finding:
    """A restored copy keeps quiet on purpose (`tickets.quiet`): that nothing goes by the clock is no illness of it."""
    return Finding(
        "Salinan pemulihan",
        is_well=False,
        words=f"Cadangan {when(copy.taken_at)}, dipulihkan {when(copy.restored_at)}",
        advice="Surel, peringatan, dan dokumen berhenti sampai salinan ini dilepas dengan formulir di atas.",
        can_wait=True,
    )


def _sweep(beats: list[Heartbeat], now: datetime) -> Finding:
    last = max((beat.at for beat in beats if beat.kind == Heartbeat.Kind.SWEEP), default=None)
    advice = "Batas waktu tidak sedang diawasi. Pastikan proses pekerja berjalan; yang terlewat menyusul sendiri."
    return Finding(
        "Sapuan batas waktu",
        is_well=last is not None and now - last <= SILENCE,
        words=f"Sapuan terakhir {when(last)}" if last else "Tidak berjalan dalam 24 jam terakhir",
        advice=advice,
    )


def _unflagged(now: datetime) -> Finding:
    since = now - SILENCE
    told = Rung.objects.filter(run=OuterRef("pk"), kind=Rung.Kind.BREACH)
    runs = StepRun.objects.open()
    # A row that the sweep could not do was put off: its limit shows it, and no longer its next rung.
    late = runs.filter(Q(next_rung_at__lt=since) | (Q(due_at__lt=since) & ~Exists(told))).count()
    late += Hold.objects.filter(ended_at=None, ends_at__lt=since).count()
    late += Ticket.objects.filter(confirm_by__lt=since).count()
    return Finding(
        "Peringatan yang tertunda",
        is_well=not late,
        words=f"{late} batas menunggu diperiksa" if late else "Tidak ada",
        advice="Sapuan tertinggal atau menemui galat; lihat log proses pekerja.",
    )


def _processes(kind: Heartbeat.Kind, title: str, beats: list[Heartbeat], now: datetime) -> Finding:
    seen = sorted((beat for beat in beats if beat.kind == kind), key=lambda beat: beat.at, reverse=True)
    alive = [beat for beat in seen if now - beat.at <= SILENCE]
    return Finding(
        title,
        is_well=bool(alive),
        words=f"{len(alive)} berjalan" if alive else "Tidak ada yang berjalan",
        advice="Jalankan kembali layanan SOPDesk (make run, atau layanan worker dan beat).",
        details=tuple(f"{beat.name}: {when(beat.at)}" for beat in seen[:10]),
    )


def _outbox(beats: list[Heartbeat], now: datetime) -> Finding:
    if not settings.MAIL_ENABLED:
        return Finding("Kotak keluar surel", is_well=True, words="Surel tidak diaktifkan (SOPDESK_SMTP_URL)")
    outboxes = (Notice.objects.pending(), Letter.objects.pending())
    oldest_due = Min("not_before", filter=Q(not_before__lte=now))
    waiting = [outbox.order_by().aggregate(count=Count("pk"), oldest=oldest_due) for outbox in outboxes]
    count = sum(found["count"] for found in waiting)
    oldest = min(filter(None, (found["oldest"] for found in waiting)), default=None)
    last = max((beat.at for beat in beats if beat.kind == Heartbeat.Kind.MAIL), default=None)
    return Finding(
        "Kotak keluar surel",
        is_well=(oldest is None or now - oldest <= MAIL_PATIENCE) and last is not None and now - last <= SILENCE,
        words=f"{count} menunggu" + (f", tertua sejak {when(oldest)}" if oldest else ""),
        advice="Periksa server surel (SOPDESK_SMTP_URL). Surel dicoba lagi sendiri selama 24 jam.",
        details=(f"Pengiriman terakhir diperiksa {when(last)}",) if last else (),
    )


def _failed_mail() -> Finding:
    failed = Notice.objects.failed().count() + Letter.objects.failed().count()
    return Finding(
        "Surel yang gagal",
        is_well=not failed,
        words=f"{failed} surel tidak dapat dikirim" if failed else "Tidak ada",
        advice="Daftarnya di bawah: perbaiki alamatnya lalu kirim ulang, atau abaikan.",
        can_wait=True,
    )


def _papers(now: datetime) -> Finding:
    waiting = Document.objects.waiting().aggregate(count=Count("pk"), oldest=Min("ordered_at"))
    oldest = waiting["oldest"]
    return Finding(
        "Dokumen yang menunggu",
        is_well=oldest is None or now - oldest <= PAPER_PATIENCE,
        words=f"{waiting['count']} menunggu, tertua sejak {when(oldest)}" if oldest else "Tidak ada",
        advice="Pastikan proses pekerja berjalan, juga untuk antrean berkas. Dokumen dicoba lagi sendiri.",
    )


def _failed_papers() -> Finding:
    failed = Document.objects.given_up().count()
    return Finding(
        "Dokumen yang gagal",
        is_well=not failed,
        words=f"{failed} dokumen tidak dapat dibuat" if failed else "Tidak ada",
        advice="Daftarnya di bawah, dengan sebabnya: perbaiki, lalu buat ulang.",
        can_wait=True,
    )


def _calendar(now: datetime) -> Finding:
    warnings = calendar_state(now)
    year = next(iter(warnings), timezone.localdate(now).year)
    sentences = tuple(warnings.values())
    return Finding(
        "Kalender kerja",
        is_well=not warnings,
        words=sentences[0] if sentences else "Sudah ditetapkan",
        advice="Periksa usulannya, lalu tetapkan dengan nomor SKB.",
        act=f"Buka kalender {year}",
        href=reverse("kalender-tahun", args=[year]),
        details=sentences[1:],
        can_wait=True,
    )


def _staffing(now: datetime) -> Finding:
    found = gaps(timezone.localdate(now))
    vacant, soon = sum(gap.is_open for gap in found), sum(not gap.is_open for gap in found)
    told = [f"{vacant} peran hari ini"] * bool(vacant) + [f"{soon} peran dalam {AHEAD.days} hari"] * bool(soon)
    return Finding(
        "Peran tanpa pemegang",
        is_well=not found,
        words=", ".join(told) or "Tidak ada",
        advice="Tugaskan seseorang: langkah peran itu tidak dapat dikerjakan siapa pun.",
        act="Buka Peran",
        href=reverse("peran"),
        details=tuple(_told(gap) for gap in found),
        can_wait=not any(gap.is_urgent for gap in found),
    )


def _told(gap: Gap) -> str:
    since = "" if gap.is_open else f" mulai {date_format(gap.since, 'j M Y')}"
    standing = f": {gap.standing} tiket pada langkahnya" if gap.standing else ""
    return f"{gap.role.label}, {gap.sop.service}{since}{standing}"


def _clock(now: datetime) -> Finding:
    skew = abs(_database_time(now) - now)
    return Finding(
        "Jam server dan basis data",
        is_well=skew <= SKEW,
        words=f"Selisih {skew.total_seconds():.0f} detik",
        advice="Samakan jam kedua mesin (NTP): batas waktu dihitung dari jam server.",
    )


def _database_time(now: datetime) -> datetime:
    """What time the database has; SQLite has this process's own."""
    if connection.vendor != "postgresql":
        return now
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        told: datetime = cursor.fetchone()[0]
    return told + (now - timezone.now())  # `now` was read a moment ago


def _disk() -> Finding:
    disk = disk_usage(settings.DATA)
    used = 1 - disk.free / disk.total
    return Finding(
        "Ruang penyimpanan",
        is_well=used < FULL_DISK,
        words=f"{used * 100:.0f}\N{NO-BREAK SPACE}% terpakai, sisa {disk.free / 1024**3:.1f} GB".replace(".", ","),
        advice="Kosongkan ruang atau perbesar penyimpanan; unggahan akan gagal bila penuh.",
    )
