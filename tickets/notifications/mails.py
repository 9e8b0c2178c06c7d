"""Mails in words: a function for each, with three templates of its name in `templates/emails/`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from tickets.models import Notice, User
from tickets.notifications.kinds import Told, told
from tickets.reports import monthly, papers


def of(person: User, notices: list[Notice]) -> EmailMultiAlternatives:
    """The mail about notices of one person: of a digest all of them, else the only one."""
    lines = [told(notice, person) for notice in notices]
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


def message_id(first: Notice) -> str:
    """The Message-ID of the mail whose first row this is: the same, however often it is sent."""
    return f"<pemberitahuan-{first.pk}@{urlsplit(settings.SITE_URL).hostname}>"


def _mail(name: str, person: User, first: Notice, context: Mapping[str, Any]) -> EmailMultiAlternatives:
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
        headers={"Message-ID": message_id(first), "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(render_to_string(f"emails/{name}.html", context), "text/html")
    return message
