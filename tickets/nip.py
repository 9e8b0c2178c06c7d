"""NIP, the number of a civil servant, as people write it."""

import re

from django.core.exceptions import ValidationError

LENGTH = 18


def digits_of(typed: str) -> str:
    """The digits of a NIP, however spaces or dots stand in it; empty for what is none."""
    digits = _together(typed)
    return digits if digits.isascii() and digits.isdigit() and len(digits) == LENGTH else ""


def nip_of(typed: str) -> str:
    """The digits of a NIP; empty for nothing. Raises ValidationError for all else."""
    digits, written = digits_of(typed), _together(typed)
    if written and not digits:
        raise ValidationError(f"NIP terdiri atas {LENGTH} angka; yang tertulis {len(written)} tanda.")
    return digits


def _together(typed: str) -> str:
    return re.sub(r"[\s.]", "", typed)
