"""The first start in production: the first administrator, the office's identity, the calendar, a mail that arrives.

What `manage.py setup` asks, without the asking. Each function does one thing once and can be called again.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from smtplib import SMTPException

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from tickets import audit, calendar_changes, second_factor, staffing
from tickets.forms.calendar import ConfirmYearForm
from tickets.forms.office import LetterheadForm
from tickets.forms.people import PersonForm
from tickets.models import AuditEntry, Office, Signer, User
from workflows.models import CalendarYear


def administrator() -> User | None:
    """Somebody who administers and can sign in, the first of them."""
    return User.objects.filter(is_staff=True, is_active=True).order_by("pk").first()


def has_identity() -> bool:
    """Whether somebody entered the office's identity."""
    return Office.objects.filter(pk=1).exclude(address="").exists()


def person(*, name: str, email: str) -> User:
    """An administrator who is not saved yet. Raises ValidationError with a sentence for each field."""
    form = PersonForm({"name": name, "email": email, "is_staff": True})
    if not form.is_valid():
        raise ValidationError(_sentences(form))
    return form.instance


@transaction.atomic
def make_administrator(someone: User, *, password: str | None) -> User:
    """Save the first administrator; without a password, they need a link. Raises ValidationError for a weak one."""
    if password is None:
        someone.set_unusable_password()
    else:
        validate_password(password, someone)
        someone.set_password(password)
    someone.is_superuser = someone.is_staff
    someone.save(force_insert=True)
    audit.record(AuditEntry.Event.PERSON_CREATED, by=None, about=someone, administrator=True, setup=True)
    return someone


@transaction.atomic
def enter_identity(fields: dict[str, str], *, by: User | None) -> None:
    """Save the letterhead. Raises ValidationError with a sentence for each field."""
    form = LetterheadForm(fields)
    if not form.is_valid():
        raise ValidationError(_sentences(form))
    form.save()
    audit.record(AuditEntry.Event.OFFICE_CHANGED, by=by, fields=sorted(form.Meta.fields))


def years_to_confirm(now: datetime) -> list[int]:
    """This year, and late in the year the next, as far as no decree stands behind them; proposed if they were not."""
    calendar_changes.propose_missing(now=now)
    today = timezone.localdate(now)
    due = (today.month, today.day) >= calendar_changes.NEXT_YEAR_IS_DUE
    years = CalendarYear.objects.filter(year__in=(today.year, today.year + due)).order_by("year")
    return [year.year for year in years if not year.is_confirmed]


def confirm_year(year: int, decree: str, *, by: User, now: datetime) -> None:
    """Confirm the days of a year as they were proposed. Raises ValidationError for a decree that is none."""
    form = ConfirmYearForm({"decree": decree}, year=CalendarYear.objects.get(year=year), by=by, now=now)
    if not form.is_valid():
        raise ValidationError(_sentences(form))
    calendar_changes.apply(form.change, by=by, reason=f"Kalender {year} ditetapkan saat penyiapan.", now=now)


def send_trial(to: User) -> str:
    """Send one mail at once; what went wrong, or an empty text."""
    words = (
        f"Yth. {to.name},\n\nSurel ini membuktikan bahwa SOPDesk dapat mengirim surel.\n"
        f"Alamat SOPDesk: {settings.SITE_URL}\n"
    )
    try:
        EmailMessage("SOPDesk dapat mengirim surel", words, to=[to.email]).send()
    except (OSError, SMTPException) as failure:
        return str(failure) or type(failure).__name__
    return ""


def left_to_do(now: datetime) -> Iterator[str]:
    """What an administrator has still to see to, a sentence each, the most urgent first."""
    someone = administrator()
    if someone and second_factor.is_required_of(someone) and not second_factor.has(someone):
        yield "Masuk sebagai administrator dan aktifkan verifikasi dua langkah."
    if vacant := len(staffing.gaps(timezone.localdate(now))):
        yield f"Daftarkan pegawai dan isi {vacant} peran yang belum ada pemegangnya (Pengaturan, Peran)."
    for sentence in calendar_changes.calendar_state(now).values():
        yield f"{sentence} Tetapkan dengan nomor SKB (Pengaturan, Kalender kerja)."
    if not Signer.objects.exists():
        yield "Isi penanda tangan surat (Pengaturan, Identitas kantor)."
    if not settings.MAIL_ENABLED:
        yield "Surel belum diaktifkan: isi SOPDESK_SMTP_URL dan SOPDESK_MAIL_FROM, lalu jalankan setup --mail."
    yield "Jadwalkan cadangan harian: manage.py backup BERKAS. Simpan SOPDESK_SECRET_KEY di tempat lain."


def _sentences(form) -> list[str]:
    return [sentence for errors in form.errors.values() for sentence in errors]
