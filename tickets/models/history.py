"""What happened to a ticket, append-only: each entry holds the hash of the one before (DESIGN section 4).

Personal text (reasons, answers, comments) stands in `EntryDetail` and enters the chain as a salted digest, so that a
person's text can be erased without breaking it. Database triggers refuse UPDATE and DELETE of entries.
"""

import json
from hashlib import sha256

from django.conf import settings
from django.db import models
from django.db.models import Q

from tickets.models.tickets import Ticket
from workflows import roles


def canonical(value) -> bytes:
    """The one way a value is written down before it is hashed."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str).encode()


class Action(models.TextChoices):
    """What somebody did."""

    FILE = "file_report", "Melaporkan"
    COMPLETE = "complete_step", "Menyelesaikan langkah"
    CLAIM = "claim", "Mengambil tugas"
    RELEASE = "release", "Melepas tugas"
    HAND_OVER = "hand_over", "Menyerahkan tugas"
    COMMENT = "comment", "Menulis komentar"
    CONFIRM = "confirm", "Mengonfirmasi selesai"
    REOPEN = "reopen", "Membuka kembali"
    ACKNOWLEDGE = "acknowledge", "Menandai diketahui"
    HOLD = "hold", "Menunda"
    RESUME = "resume", "Melanjutkan"
    EXTEND = "extend", "Memperpanjang"
    ESTIMATE = "estimate", "Memperkirakan selesai"
    LAPSE = "lapse", "Menutup tanpa jawaban"
    RESCHEDULE = "reschedule", "Menyesuaikan tenggat"
    TIE = "tie", "Menggabungkan"
    UNTIE = "untie", "Melepas dari tiket utama"
    FOLLOW = "follow", "Mengikuti tiket utama"
    RESTRICT = "restrict", "Menandai insiden keamanan"
    UNRESTRICT = "unrestrict", "Mencabut tanda insiden keamanan"


class HistoryEntry(models.Model):
    """One act on one ticket: who, in which role and for whom, when, from which state to which."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="entries")
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", help_text="Nobody: the clock did it."
    )
    role = models.CharField(max_length=40, choices=roles.choices, blank=True)
    acting_for = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    action = models.CharField(max_length=20, choices=Action)
    from_state = models.CharField(max_length=60, blank=True)
    to_state = models.CharField(max_length=60)
    round = models.PositiveSmallIntegerField()
    internal = models.BooleanField(default=False, help_text="Never shown to the reporter.")
    detail_digest = models.CharField(max_length=64)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ("ticket", "seq")
        constraints = (
            models.UniqueConstraint(fields=("ticket", "seq"), name="history_has_one_entry_per_number"),
            models.CheckConstraint(
                condition=Q(seq=1, previous_hash="") | (Q(seq__gt=1) & ~Q(previous_hash="")),
                name="history_entry_knows_the_one_before",
            ),
        )

    def __str__(self):
        return f"{self.ticket_id} · {self.seq} · {self.action}"

    def fingerprint(self) -> str:
        """The hash of this entry as its columns stand now."""
        columns = {
            field.attname: getattr(self, field.attname)
            for field in self._meta.concrete_fields
            if field.attname not in ("id", "hash", "at")
        }
        return sha256(canonical({**columns, "at": self.at.timestamp()})).hexdigest()


class EntryDetail(models.Model):
    """The text of an entry.

    `body` may hold: report, answers, arrow, label, reason, text, person, name, leaver (the name of who had the task),
    leaver_pk, along (the number of the ticket that one was marked with), row, round, files, files_sha256, verdict (of
    the run that was left); of a limit: kind (of hold), until, due, from, resumes (ISO instants).
    """

    entry = models.OneToOneField(HistoryEntry, models.PROTECT, related_name="detail", primary_key=True)
    salt = models.CharField(max_length=32)
    body = models.JSONField(default=dict)
    erased_at = models.DateTimeField(null=True, blank=True)

    def __str__(self):
        return str(self.entry_id)

    def digest(self) -> str:
        """The salted digest of the text as it stands now."""
        return sha256(self.salt.encode() + canonical(self.body)).hexdigest()
