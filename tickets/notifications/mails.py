"""Mails in words: a function for each, with three templates of its name in `templates/emails/`.

A mail is read by others on its way. About a security incident it carries a number, that it is one, and what is asked of
the reader; nothing that anybody wrote, and no name from the report.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from tickets import confirmation, discretion, passwords
from tickets.models import Letter, Notice, User
from tickets.notifications.kinds import Told, told
from tickets.reports import monthly, papers


def of(person: User, notices: list[Notice]) -> EmailMultiAlternatives:
    """The mail about notices of one person: of a digest all of them, else the only one."""
    lines = [_discreet(told(notice, person)) for notice in notices]
    if notices[0].is_digest:
        return digest(person, lines)
    return paper(person, lines[0]) if notices[0].document else notice(person, lines[0])


def notice(person: User, line: Told) -> EmailMultiAlternatives:
    """One notice."""
    return _mail("notice", person, line.notice, {"told": line, "ticket": line.notice.ticket})


def paper(person: User, line: Told) -> EmailMultiAlternatives:
    """One paper that was issued, with its files: the PDF as it is stored, and its figures as a spreadsheet."""
    document = line.notice.document
    assert document is not None  # noqa: S101  # for the type checker: only notices of papers are mailed by it
    message = _mail("paper", person, line.notice, {"told": line, "document": document})
    message.attach(papers.file_name(document, "pdf"), papers.content_of(document), papers.PDF_TYPE)
    message.attach(papers.file_name(document, "xlsx"), monthly.workbook(document.inputs), papers.XLSX_TYPE)
    return message


def digest(person: User, lines: list[Told]) -> EmailMultiAlternatives:
    """Everything that was told since the last digest, by ticket."""
    by_ticket: dict[int | None, list[Told]] = {}
    for line in sorted(lines, key=lambda line: (line.notice.at, line.notice.pk)):
        by_ticket.setdefault(line.notice.ticket_id, []).append(line)
    groups = [(told_of[0].notice.ticket, told_of) for told_of in by_ticket.values()]
    return _mail("digest", person, min((line.notice for line in lines), key=lambda n: n.pk), {"groups": groups})


#: The templates of each kind of letter, and what makes its link.
LETTERS: Mapping[str, tuple[str, Callable[[User], str]]] = {
    Letter.Kind.INVITATION: ("invitation", passwords.link_for),
    Letter.Kind.RESET: ("reset", passwords.link_for),
    Letter.Kind.CONFIRM_ADDRESS: ("confirm_address", confirmation.link_for),
    Letter.Kind.ACCEPTED: ("accepted", lambda person: _way_in(person)),
    Letter.Kind.REFUSED: ("refused", lambda person: settings.SITE_URL),
    Letter.Kind.CHANGED: ("changed", lambda person: settings.SITE_URL + reverse("profil")),
}

#: What a letter about a change of an account says.
CHANGES = {
    "sandi": "Kata sandi akun Anda telah diubah, dan semua sesi lain telah diakhiri.",
    "surel": "Surel yang dipakai akun Anda untuk masuk dan menerima pemberitahuan telah diganti oleh administrator. "
    "Surat ini dikirim ke alamat lama dan alamat baru.",
    "nip": "NIP pada akun Anda telah diganti oleh administrator. Masuklah dengan NIP yang baru atau dengan surel.",
    "totp-aktif": "Verifikasi dua langkah pada akun Anda telah diaktifkan.",
    "totp-mati": "Verifikasi dua langkah pada akun Anda telah dimatikan.",
    "kode-pemulihan": "Sebuah kode pemulihan telah dipakai untuk masuk ke akun Anda.",
    "kode-salah": "Kata sandi Anda diketik dengan benar, tetapi kode verifikasinya salah berkali-kali. Percobaan itu "
    "ditolak untuk sementara.",
    "profil-salah": "Di peramban tempat akun Anda terbuka, kata sandi atau kode verifikasi salah diketik berkali-kali. "
    "Percobaan itu ditolak untuk sementara.",
    "kode-baru": "Kode pemulihan akun Anda telah diganti dengan yang baru.",
}


def letter(letter: Letter) -> EmailMultiAlternatives:
    """One letter about an account. Its link is made now, and stands nowhere else."""
    name, link = LETTERS[letter.kind]
    context = {
        "letter": letter,
        "link": link(letter.person),
        "hours": settings.PASSWORD_RESET_TIMEOUT // 3600,
        "change": CHANGES.get(letter.facts.get("what", ""), "Pengaturan keamanan akun Anda telah diubah."),
        "is_letter": True,
    }
    message = _message(f"letter_{name}", letter.person, f"akun-{letter.pk}", context)
    message.to = [letter.address or letter.person.email]
    return message


def _way_in(person: User) -> str:
    """Where somebody begins: at their first password, or at the sign-in page if they have one."""
    return settings.SITE_URL + reverse("masuk") if person.has_usable_password() else passwords.link_for(person)


def _discreet(line: Told) -> Told:
    ticket = line.notice.ticket
    if ticket is None or not ticket.restricted:
        return line
    return replace(line, sentence=f"{discretion.INCIDENT}. {line.subject}.", subject=discretion.INCIDENT)


def message_id(row: str) -> str:
    """The Message-ID of the mail that is made of this row: the same, however often it is sent."""
    return f"<{row}@{urlsplit(settings.SITE_URL).hostname}>"


def _mail(name: str, person: User, first: Notice, context: Mapping[str, Any]) -> EmailMultiAlternatives:
    return _message(name, person, f"pemberitahuan-{first.pk}", context)


def _message(name: str, person: User, row: str, context: Mapping[str, Any]) -> EmailMultiAlternatives:
    context = {
        **context,
        "person": person,
        "site": settings.SITE_URL,
        "choice": reverse("pemberitahuan") + "#surel",
    }
    message = EmailMultiAlternatives(
        subject=" ".join(render_to_string(f"emails/{name}.subject.txt", context).split()),
        body=render_to_string(f"emails/{name}.txt", context).strip() + "\n",
        to=[person.email],
        headers={"Message-ID": message_id(row), "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(render_to_string(f"emails/{name}.html", context), "text/html")
    return message
