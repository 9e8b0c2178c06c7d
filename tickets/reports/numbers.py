"""Numbers of papers, by the pattern an administrator entered: `{kode}/{urut}/{unit}/{tahun}`."""

from __future__ import annotations

import re
from datetime import date

from tickets.models.office import NUMBER_PARTS

PART = re.compile(r"\{([^{}]*)\}")
DEMANDED = ("urut", "tahun")
MONTHS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")


def number(pattern: str, *, code: str, sequence: int, unit: str, day: date) -> str:
    """The number that a paper of a day has. The pattern must be one that `problem_of` finds nothing against."""
    parts = {
        "kode": code,
        "urut": f"{sequence:03}",
        "unit": unit,
        "bulan": MONTHS[day.month - 1],
        "tahun": str(day.year),
    }
    return PART.sub(lambda found: parts[found[1]], pattern)


def problem_of(pattern: str) -> str:
    """What is wrong with a pattern, as a sentence; empty when it makes numbers."""
    found = PART.findall(pattern)
    known = ", ".join(f"{{{part}}}" for part in NUMBER_PARTS)
    if unknown := [part for part in found if part not in NUMBER_PARTS]:
        return f"Bagian {{{unknown[0]}}} tidak dikenal. Yang dapat dipakai: {known}."
    if re.search(r"[{}]", PART.sub("", pattern)):
        return f"Kurung kurawal hanya untuk bagian ini: {known}."
    if twice := [part for part in NUMBER_PARTS if found.count(part) > 1]:
        return f"Bagian {{{twice[0]}}} hanya boleh ditulis satu kali."
    if missing := [part for part in DEMANDED if part not in found]:
        return f"Bagian {{{missing[0]}}} wajib ada, agar tidak ada dua dokumen dengan nomor yang sama."
    if not pattern.isprintable():
        return "Tulis pola nomor dalam satu baris, tanpa tanda yang tidak terlihat."
    return ""
