"""Who may open which address, and by which method: the one table that the access gate (test_access.py) proves.

`python -m tests.access` writes the part of README that prints it. An address that is not listed here fails the build.
"""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

READ, FORM, PRESS = ("GET", "HEAD"), ("GET", "HEAD", "POST"), ("POST",)


class Who(Enum):
    """An audience, as README names it. Nobody else gets more than a refusal."""

    EVERYBODY = "anybody, signed in or not"
    SIGNED_IN = "anybody who is signed in"
    ADMINISTRATOR = "administrators"
    OVERSEER = "who coordinates or heads some SOP"
    ANSWERABLE = "administrators, and who coordinates or heads some SOP"
    SEES = "who sees the ticket: its reporter (unless it is a security incident), and who holds a role in its SOP"
    TAKES_PART = "who holds a role in the ticket's SOP"
    ROW = "who holds the role of the ticket's row"
    COORDINATES = "who coordinates the ticket's SOP"
    LEADS = "who coordinates the ticket's SOP, and Kepala Bidang"
    SPEAKS = "the reporter (for one without an account: who coordinates the SOP)"
    SPEAKS_OR_COORDINATES = "the reporter, and who coordinates the SOP"
    OWN = "the person it belongs to"


@dataclass(frozen=True)
class Access:
    """The methods of an address, and for whom. `but` says what the page itself narrows further."""

    methods: tuple[str, ...]
    who: Who
    but: str = ""


#: By the name of an address in `tickets.urls`.
ACCESS: dict[str, Access] = {
    # Getting in, and what strangers see
    "masuk": Access(FORM, Who.EVERYBODY),
    "masuk-demo": Access(PRESS, Who.EVERYBODY, "demo installs only"),
    "keluar": Access(PRESS, Who.EVERYBODY),
    "sandi-lupa": Access(FORM, Who.EVERYBODY, "answers alike whether there is such an account or not"),
    "sandi-lupa-terkirim": Access(READ, Who.EVERYBODY),
    "sandi-baru": Access(FORM, Who.EVERYBODY, "with a link that works once"),
    "sandi-ubah": Access(FORM, Who.SIGNED_IN, "their own, knowing the old one"),
    "sesi": Access(PRESS, Who.EVERYBODY, "keeps one's own session alive; 401 to strangers"),
    "healthz": Access(READ, Who.EVERYBODY, "says ok or not ok"),
    "readyz": Access(READ, Who.EVERYBODY, "says ok or not ok"),
    "metrik": Access(READ, Who.EVERYBODY, "with the token of the settings"),
    "periksa": Access(READ, Who.EVERYBODY, "number and SHA-256 of a paper, by its code"),
    "daftar": Access(FORM, Who.EVERYBODY, "where registration is switched on"),
    "daftar-terkirim": Access(READ, Who.EVERYBODY, "where registration is switched on"),
    "daftar-konfirmasi": Access(FORM, Who.EVERYBODY, "by the link that was mailed"),
    "lacak": Access(READ, Who.EVERYBODY, "stations and dates of one report, by its code"),
    # Everybody's pages: what they show is narrowed to what the person sees
    "beranda": Access(READ, Who.SIGNED_IN),
    "buat-laporan": Access(FORM, Who.SIGNED_IN),
    "tiket": Access(READ, Who.SIGNED_IN, "the tickets they see"),
    "lampiran-unggah": Access(PRESS, Who.SIGNED_IN),
    "sop": Access(READ, Who.SIGNED_IN),
    "sop-detail": Access(READ, Who.SIGNED_IN),
    "sop-pdf": Access(READ, Who.SIGNED_IN),
    "kalender": Access(READ, Who.SIGNED_IN),
    "kalender-tahun": Access(READ, Who.SIGNED_IN),
    "kalender-jam-kerja": Access(READ, Who.SIGNED_IN),
    "kantor-logo-berkas": Access(READ, Who.SIGNED_IN),
    "laporan-masuk": Access(READ, Who.SIGNED_IN, "what was reported to their roles"),
    "laporan-masuk-diketahui": Access(PRESS, Who.OWN, "the role it was reported to"),
    "pemberitahuan": Access(READ, Who.SIGNED_IN, "their own"),
    "lonceng": Access(READ, Who.SIGNED_IN, "their own"),
    "pemberitahuan-semua": Access(PRESS, Who.SIGNED_IN, "their own"),
    "pemberitahuan-surel": Access(PRESS, Who.SIGNED_IN, "their own"),
    # One's own account
    "masuk-sso": Access(("GET",), Who.EVERYBODY, "where single sign-on is set"),
    "masuk-sso-kembali": Access(("GET",), Who.EVERYBODY, "with the answer of the office's OpenID provider, once"),
    "masuk-kode": Access(FORM, Who.EVERYBODY, "in the five minutes after a right password"),
    "profil": Access(READ, Who.SIGNED_IN, "their own"),
    "profil-ubah": Access(FORM, Who.SIGNED_IN, "their own phone number"),
    "profil-sesi": Access(READ, Who.SIGNED_IN, "their own"),
    "profil-sesi-akhiri": Access(PRESS, Who.SIGNED_IN, "their own, but for the one at hand"),
    "profil-totp": Access(READ, Who.SIGNED_IN, "their own"),
    "profil-totp-aktifkan": Access(FORM, Who.SIGNED_IN, "their own; the only page for who must have it and has it not"),
    "profil-totp-matikan": Access(FORM, Who.SIGNED_IN, "their own, by password and code, unless it is required"),
    "profil-kode": Access(FORM, Who.SIGNED_IN, "their own, by password and code"),
    "profil-data": Access(FORM, Who.SIGNED_IN, "their own"),
    # A ticket
    "laporan-terkirim": Access(READ, Who.SEES),
    "tiket-detail": Access(READ, Who.SEES),
    "tiket-segar": Access(READ, Who.SEES),
    "tiket-mengapa": Access(READ, Who.SEES),
    "tiket-komentar": Access(PRESS, Who.SEES, "internal ones: who holds a role in its SOP"),
    "pemberitahuan-tiket": Access(PRESS, Who.SEES),
    "lampiran": Access(
        ("GET", "HEAD", "DELETE"), Who.SEES, "as much of it as `sight.py` shows; DELETE: one's own unsent"
    ),
    "lampiran-kecil": Access(READ, Who.SEES, "as much of it as `sight.py` shows"),
    "tiket-selesaikan": Access(PRESS, Who.ROW),
    "tiket-ambil": Access(PRESS, Who.ROW),
    "tiket-lepas": Access(PRESS, Who.ROW),
    "tiket-tunda": Access(PRESS, Who.ROW),
    "tiket-perpanjang": Access(PRESS, Who.ROW),
    "tiket-perkirakan": Access(PRESS, Who.ROW),
    "tiket-lanjutkan": Access(PRESS, Who.ROW, "and who coordinates the SOP"),
    "tiket-serahkan": Access(PRESS, Who.COORDINATES),
    "tiket-gabungkan": Access(FORM, Who.COORDINATES),
    "tiket-pisahkan": Access(PRESS, Who.COORDINATES),
    "tiket-konfirmasi": Access(PRESS, Who.SPEAKS),
    "tiket-buka-kembali": Access(PRESS, Who.SPEAKS_OR_COORDINATES),
    "tiket-laporan": Access(FORM, Who.LEADS),
    "tiket-laporan-pdf": Access(READ, Who.TAKES_PART),
    "tiket-rekap-pdf": Access(READ, Who.TAKES_PART),
    "tiket-insiden": Access(FORM, Who.TAKES_PART),
    "tiket-insiden-cabut": Access(FORM, Who.LEADS),
    "tiket-tahan-data": Access(FORM, Who.LEADS),
    # Reports and papers
    "sla": Access(READ, Who.OVERSEER, "of those SOPs"),
    "siapa-melihat": Access(READ, Who.ANSWERABLE, "security incidents: who answers for the SOP only"),
    "sla-evaluasi": Access(READ, Who.OVERSEER, "of those SOPs"),
    "sla-langkah": Access(READ, Who.OVERSEER, "of those SOPs"),
    "sla-opd": Access(READ, Who.OVERSEER, "of those SOPs"),
    "sla-pdf": Access(READ, Who.OVERSEER, "of those SOPs"),
    "sla-perkiraan": Access(READ, Who.OVERSEER, "of those SOPs"),
    "sla-saring": Access(READ, Who.OVERSEER, "of those SOPs"),
    "sla-tiket": Access(READ, Who.OVERSEER, "of those SOPs"),
    "sla-xlsx": Access(READ, Who.OVERSEER, "of those SOPs"),
    "dokumen": Access(FORM, Who.OVERSEER, "issuing a Laporan SLA: who heads every SOP"),
    "dokumen-unduh": Access(READ, Who.TAKES_PART, "Laporan SLA: who heads every SOP"),
    "dokumen-xlsx": Access(READ, Who.TAKES_PART, "Laporan SLA: who heads every SOP"),
    "dokumen-dibaca": Access(PRESS, Who.TAKES_PART, "Laporan SLA: who heads every SOP"),
    "unduhan": Access(FORM, Who.OVERSEER, "their own"),
    "unduhan-berkas": Access(READ, Who.OWN),
    # Setting the office up
    "peran": Access(READ, Who.ADMINISTRATOR),
    "peran-baru": Access(FORM, Who.ADMINISTRATOR),
    "peran-ubah": Access(FORM, Who.ADMINISTRATOR),
    "peran-akhiri": Access(FORM, Who.ADMINISTRATOR),
    "pendaftaran": Access(READ, Who.ADMINISTRATOR),
    "pendaftaran-putuskan": Access(FORM, Who.ADMINISTRATOR),
    "jejak-audit": Access(READ, Who.ADMINISTRATOR),
    "retensi": Access(READ, Who.ADMINISTRATOR),
    "retensi-ubah": Access(FORM, Who.ADMINISTRATOR),
    "pengguna-data": Access(FORM, Who.ADMINISTRATOR),
    "pengguna-hapus-data": Access(FORM, Who.ADMINISTRATOR),
    "pengaturan": Access(READ, Who.ADMINISTRATOR),
    "pengguna": Access(READ, Who.ADMINISTRATOR),
    "pengguna-baru": Access(FORM, Who.ADMINISTRATOR),
    "pengguna-detail": Access(READ, Who.ADMINISTRATOR),
    "pengguna-ubah": Access(FORM, Who.ADMINISTRATOR, "never who was erased"),
    "pengguna-nonaktifkan": Access(FORM, Who.ADMINISTRATOR, "never their own, nor the last administrator's"),
    "pengguna-aktifkan": Access(PRESS, Who.ADMINISTRATOR, "never who was erased"),
    "pengguna-tautan": Access(PRESS, Who.ADMINISTRATOR, "never their own"),
    "pengguna-dua-langkah": Access(PRESS, Who.ADMINISTRATOR, "never their own"),
    "pengguna-lepas-sso": Access(PRESS, Who.ADMINISTRATOR, "never their own"),
    "pengguna-impor": Access(FORM, Who.ADMINISTRATOR),
    "pengguna-impor-csv": Access(READ, Who.ADMINISTRATOR, "an empty list"),
    "pengguna-impor-xlsx": Access(READ, Who.ADMINISTRATOR, "an empty list"),
    "pengguna-impor-periksa": Access(FORM, Who.ADMINISTRATOR),
    "opd": Access(READ, Who.ADMINISTRATOR),
    "opd-baru": Access(FORM, Who.ADMINISTRATOR),
    "opd-ubah": Access(FORM, Who.ADMINISTRATOR, "removing: while nothing belongs to it"),
    "kesehatan": Access(READ, Who.ADMINISTRATOR),
    "kesehatan-dokumen": Access(PRESS, Who.ADMINISTRATOR),
    "kesehatan-lepaskan": Access(PRESS, Who.ADMINISTRATOR),
    "kesehatan-surel": Access(PRESS, Who.ADMINISTRATOR),
    "kesehatan-surat": Access(PRESS, Who.ADMINISTRATOR),
    "kalender-hari-baru": Access(FORM, Who.ADMINISTRATOR),
    "kalender-hari": Access(FORM, Who.ADMINISTRATOR),
    "kalender-hari-hapus": Access(FORM, Who.ADMINISTRATOR),
    "kalender-jam-kerja-baru": Access(FORM, Who.ADMINISTRATOR),
    "kalender-jam-kerja-ubah": Access(FORM, Who.ADMINISTRATOR),
    "kalender-jam-kerja-hapus": Access(FORM, Who.ADMINISTRATOR),
    "kalender-perubahan": Access(READ, Who.ADMINISTRATOR),
    "kalender-tetapkan": Access(FORM, Who.ADMINISTRATOR),
    "kalender-usulan": Access(FORM, Who.ADMINISTRATOR),
    "kalender-kembalikan": Access(FORM, Who.ADMINISTRATOR),
    "kantor": Access(READ, Who.ADMINISTRATOR),
    "kantor-contoh": Access(READ, Who.ADMINISTRATOR),
    "kantor-logo": Access(FORM, Who.ADMINISTRATOR),
    "kantor-penanda-tangan": Access(FORM, Who.ADMINISTRATOR),
    "kantor-pengesahan": Access(FORM, Who.ADMINISTRATOR),
    "kantor-bagian": Access(FORM, Who.ADMINISTRATOR),
}

BEGIN, END = "<!-- access: begin -->", "<!-- access: end -->"


def addresses():
    """Every pattern of the helpdesk by its name."""
    from django.urls import get_resolver

    return {pattern.name: pattern for pattern in get_resolver("tickets.urls").url_patterns}


def table():
    """The table as README prints it: by audience, in the order of `Who`."""
    lines = ["| For | Addresses |", "| --- | --- |"]
    patterns = addresses()
    for who in Who:
        cells = [
            _cell(patterns[name], access) for name, access in ACCESS.items() if access.who is who and name in patterns
        ]
        if cells:
            lines.append(f"| **{who.value[0].upper()}{who.value[1:]}** | {'<br>'.join(cells)} |")
    return "\n".join(lines)


def _cell(pattern, access):
    address = re.sub(r"<(?:\w+:)?(\w+)>", r"…", str(pattern.pattern))
    how = "" if access.methods == READ else f" ({', '.join(m for m in access.methods if m != 'HEAD')})"
    return f"`/{address}`{how}{f': {access.but}' if access.but else ''}"


def main(readme=Path("README.md")):
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sopdesk.settings")
    django.setup()
    before, _, rest = readme.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    readme.write_text(f"{before}{BEGIN}\n{table()}\n{END}{after}")


if __name__ == "__main__":
    sys.exit(main())
