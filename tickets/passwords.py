"""Passwords: what is none, and the link by which somebody sets one. How they are set: `tickets.credentials`."""

from __future__ import annotations

import re

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from tickets.models import User

LONGEST = 128


# What is no password


class MaximumLengthValidator:
    """Nothing endless is hashed."""

    def __init__(self, max_length: int = LONGEST) -> None:
        self.max_length = max_length

    def validate(self, password: str, user: User | None = None) -> None:
        if len(password) > self.max_length:
            raise ValidationError(f"Kata sandi paling panjang {self.max_length} karakter.", code="password_too_long")

    def get_help_text(self) -> str:
        return f"Paling panjang {self.max_length} karakter."


#: What anybody would try first at this office.
OBVIOUS = """
    admin administrator aplikasi aptika bidang bismillah bukittinggi diskominfo diskominfotik dinas gadang gangguan
    helpdesk indonesia infrastruktur informatika jaya kantor katasandi kepala kominfo kominfotik komunikasi laporan
    login masuk minang minangkabau operator padang pass password pegawai pelapor pemprov pengguna programmer provinsi
    rahasia ranah sandi selamat sopdesk spj spjonline statistik sumatera sumbar sumbarprov tiket user web website
    welcome
"""
OFFICE_WORDS = frozenset(OBVIOUS.split())

#: Signs that people write for letters.
DISGUISES = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i"})


class OfficeWordsValidator:
    """Refuses a password most of whose letters are words of this office or names of its person, whatever years, digits
    and signs stand around them.
    """

    def validate(self, password: str, user: User | None = None) -> None:
        known = OFFICE_WORDS | _words_about(user)
        if any(_is_mostly(known, spelling) for spelling in (password, password.translate(DISGUISES))):
            raise ValidationError(
                "Kata sandi ini hampir seluruhnya terdiri dari kata yang mudah ditebak di kantor ini. Silakan "
                "gabungkan beberapa kata lain yang tidak berkaitan.",
                code="password_of_office_words",
            )

    def get_help_text(self) -> str:
        return "Hindari nama kantor, layanan, OPD atau nama Anda sendiri, juga bila ditambah tahun atau angka."


def _is_mostly(known: frozenset[str], spelling: str) -> bool:
    """Whether at least half the letters are those of known words."""
    letters = "".join(re.findall(r"[^\W\d_]", spelling.lower()))
    rest = re.sub("|".join(sorted(map(re.escape, known), key=len, reverse=True)), "", letters)
    return len(letters) > len(rest) and len(rest) <= len(letters) / 2


def _words_about(person: User | None) -> frozenset[str]:
    """The words of a person's own name and of their OPD's."""
    if person is None:
        return frozenset()
    unit = person.unit
    told = f"{person.name} {unit.name} {unit.short_name}" if unit else person.name
    return frozenset(word for word in re.findall(r"[^\W\d_]+", told.lower()) if len(word) >= 3)


def link_for(person: User) -> str:
    """The absolute address at which a person sets a password, once and within PASSWORD_RESET_TIMEOUT. A secret: it is
    shown or mailed to nobody else and written down nowhere. It dies with use, a new password, or a sign-in.
    """
    key = urlsafe_base64_encode(force_bytes(person.pk))
    path = reverse("sandi-baru", args=[key, default_token_generator.make_token(person)])
    return f"{settings.SITE_URL}{path}"
