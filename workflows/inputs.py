"""Kelengkapan and Output as form fields: the vocabulary an SOP file uses to say what a row asks for.

Each function gives a plain Django form field. Files are asked for by `images` and `documents`; what arrives are the
keys of uploads already checked and stored by the helpdesk (see `tickets.uploads`), so an SOP file never handles bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

#: Long enough for any account of a fault, short enough that no page grows heavy (RELIABILITY T21).
TEXT_LIMIT = 5_000
LINE_LIMIT = 200
#: What is said of an address that is none.
LINK_ERRORS = {
    "invalid": "Tautan ini bukan alamat halaman. Salin alamatnya dari peramban, misalnya sumbarprov.go.id/berita.",
    "max_length": "Tautan paling banyak %(limit_value)d karakter; sekarang %(show_value)d.",
}
#: What is said of half a date or time.
MOMENT_ERRORS = {"invalid": "Silakan isi tanggal dan jam dengan lengkap."}
#: What is older is a slip of the keyboard.
EARLIEST_YEAR = 2000


def long_text(label: str, *, help_text: str = "", required: bool = True) -> forms.CharField:
    """Several lines of plain text."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


def line(label: str, *, help_text: str = "", required: bool = True) -> forms.CharField:
    """One line of plain text."""
    return forms.CharField(label=label, help_text=help_text, required=required, max_length=LINE_LIMIT)


def link(label: str = "Tautan", *, help_text: str = "", required: bool = False) -> forms.URLField:
    """A web address; shown as text and link, never fetched."""
    return forms.URLField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=500,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"placeholder": "https://", "inputmode": "url"}),
        error_messages=LINK_ERRORS,
    )


def choice(label: str, choices: Iterable[tuple[str, str]], *, help_text: str = "") -> forms.ChoiceField:
    """One of a few words."""
    return forms.ChoiceField(label=label, help_text=help_text, choices=tuple(choices), widget=forms.RadioSelect)


def has_happened(moment: datetime) -> None:
    """Refuse a time that cannot have been: years ago beyond reason, or still to come."""
    if moment.year < EARLIEST_YEAR:
        raise ValidationError("Silakan periksa tahunnya.")
    if moment > timezone.now():
        raise ValidationError("Waktu ini belum terjadi. Silakan periksa tanggal dan jamnya.")


def moment(label: str, *, help_text: str = "") -> forms.DateTimeField:
    """A date and time that has passed, in the office's own zone (WIB)."""
    return forms.DateTimeField(
        label=label,
        help_text=help_text,
        validators=[has_happened],
        error_messages=MOMENT_ERRORS,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


class FilesField(forms.Field):
    """Any number of uploads. `documents` says whether PDF is accepted beside images."""

    def __init__(self, *, documents: bool, label: str, help_text: str = "", required: bool = False) -> None:
        self.documents = documents
        super().__init__(label=label, help_text=help_text, required=required)


def images(label: str = "Tangkapan layar", *, help_text: str = "", required: bool = False) -> FilesField:
    """Screenshots: PNG, JPEG or WebP."""
    return FilesField(documents=False, label=label, help_text=help_text, required=required)


def documents(label: str = "Berkas pendukung", *, help_text: str = "", required: bool = False) -> FilesField:
    """Screenshots or PDF documents."""
    return FilesField(documents=True, label=label, help_text=help_text, required=required)
