"""A person's own data: taken along by them, or erased for good (UU 27/2022, within 3 x 24 hours).

Erased is what says who they are and what they wrote as a reporter. What they did in office stays, under a placeholder:
acts, states and times are the office's record, and the chain of the history goes on verifying. Papers on other people's
tickets that were issued stay as they are, as the office's archive.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Model, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from tickets import audit, erasing, searching, sessions, uploads
from tickets.actions import Refused, search_text_of
from tickets.models import (
    Attachment,
    AuditEntry,
    Document,
    EntryDetail,
    Export,
    Extension,
    FileView,
    FormToken,
    HistoryEntry,
    Hold,
    LegalHold,
    Letter,
    Notice,
    PeopleImport,
    RecoveryCode,
    Registration,
    RoleAssignment,
    Signer,
    Ticket,
    User,
)
from tickets.models.history import Action
from tickets.models.people import MailChoice
from workflows.models import CalendarChange, SopApproval

#: Shorter words say nothing about who somebody is.
LEAST_LETTERS = 3
#: A way to reach somebody that is no address says who they are from so many digits on: "kantor" or "ext. 12" does not.
LEAST_DIGITS = 6
#: Columns, and keys of JSON, that hold names of people. A name of one word is looked for nowhere else, and there it is
#: the whole name: elsewhere it may be part of another person's, or a word.
NAMES_IN = frozenset({"name", "leaver", "reporter_name", "nama", "object_repr"})

_FILE_KEY = re.compile("[0-9a-f]{64}")
_MORE_THAN_A_NAME = re.compile(r"[\s\d@]")
_TITLES = re.compile(r"^(?:(?:prof|dr[adghs]?|ir|hj?|kh|ns|apt)(?:\.\s*|\s+))+|,.*", re.IGNORECASE | re.DOTALL)
#: What people write between the digits of a number.
_BETWEEN = "[ .()-]*"
_NUMBER = re.compile(rf"\+?\d(?:{_BETWEEN}\d){{{LEAST_DIGITS - 1},}}")

log = logging.getLogger("sopdesk.privacy")


def placeholder(person: User) -> str:
    """What stands for a person whose data is gone."""
    return f"Pengguna dihapus {person.pk}"


# What is there


@dataclass(frozen=True)
class Traces:
    """Where a person's data stands. Each question is asked once."""

    person: User

    @property
    def reports(self) -> QuerySet[Ticket]:
        """Their own reports, whoever wrote them down."""
        return Ticket.objects.filter(reporter=self.person)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """What names the person: name, with its titles and without, address, NIP, telephone, and what their reports
        repeat."""
        person = self.person
        names, contacts = {person.name}, {person.phone}
        for name, contact in self.reports.values_list("reporter_name", "reporter_contact"):
            names.add(name)
            contacts.add(contact)
        tied = self.reports.filter(entries__action=Action.TIE).values_list("number", "title")
        titles = {f"{number} · {title}" for number, title in tied}  # as the recap of the main ticket lists it
        names -= {erasing.REPORTER}
        numbers = {number for contact in contacts for number in _NUMBER.findall(contact)}
        reach = {person.email, person.nip or "", *filter(_reaches_somebody, contacts), *numbers}
        told = {*names, *map(_without_titles, names), *reach, *titles}
        return tuple(sorted(word for word in told if len(word) >= LEAST_LETTERS))

    @cached_property
    def _any_word(self) -> re.Pattern[str]:
        return _whole(self.words)

    @cached_property
    def _anywhere(self) -> re.Pattern[str]:
        return _whole(word for word in self.words if _MORE_THAN_A_NAME.search(word))

    @cached_property
    def _as_names(self) -> frozenset[str]:
        return frozenset(map(str.casefold, self.words))

    def names(self, text: str, where: str = "") -> bool:
        """Whether a text names the person; `where` is the column or key that it stands in."""
        is_name = where in NAMES_IN and _without_titles(text).casefold() in self._as_names
        return is_name or bool(self._anywhere.search(text))

    @cached_property
    def entries(self) -> set[int]:
        """The acts whose text goes: their reports, what they wrote on these or was said in their words, and whatever
        names them, be it by a former name."""
        details = EntryDetail.objects.filter(erased_at=None)
        own = details.filter(entry__ticket__in=self.reports).select_related("entry")
        theirs = {detail.pk for detail in own.order_by("pk").iterator() if self._is_theirs(detail)}
        meant = details.filter(Q(body__person=self.person.pk) | Q(body__leaver_pk=self.person.pk))
        return {*theirs, *meant.values_list("pk", flat=True), *self.naming(details, "body")}

    def _is_theirs(self, detail: EntryDetail) -> bool:
        ticket = self.own[detail.entry.ticket_id]
        wrote = detail.entry.action == Action.FILE or detail.entry.by_id == self.person.pk
        repeats = ticket.sop.evidence.key in detail.body.get("answers", {})
        return wrote or repeats or any(map(self.repeats(ticket), _texts(detail.body)))

    @cached_property
    def own(self) -> dict[int, Ticket]:
        """Their own reports by key."""
        return self.reports.select_related("unit").in_bulk()

    def repeats(self, ticket: Ticket) -> Callable[[str], bool]:
        """Whether a text says who they are, or what they said in an own report."""
        evidence = _texts(ticket.given.get(ticket.sop.evidence.key, {}))
        said = {ticket.title, ticket.description, ticket.page_url, *evidence}
        words = [word.lower() for word in said if len(word) >= LEAST_LETTERS and not _FILE_KEY.fullmatch(word)]
        return lambda text: bool(self._any_word.search(text)) or any(word in text.lower() for word in words)

    @cached_property
    def tickets(self) -> set[int]:
        """Every ticket on which something goes."""
        of_entries = HistoryEntry.objects.filter(pk__in=self.entries).values_list("ticket", flat=True)
        beside: set[int] = set()
        for (model, _), keys in self.named_beside.items():
            path = "run__ticket" if model in (Hold, Extension) else "ticket"
            beside.update(model._default_manager.filter(pk__in=keys).values_list(path, flat=True))
        of_reports = self.reports.values_list("pk", flat=True)
        return {*of_reports, *of_entries, *self.named_in_columns, *beside} - {None}

    @cached_property
    def named_in_columns(self) -> set[int]:
        """Other tickets that name the person in what they keep beside their history."""
        columns = ("title", "description", "page_url", "reporter_name", "reporter_contact", "given")
        return set(self.naming(Ticket.objects.exclude(reporter=self.person), *columns))

    @cached_property
    def named_beside(self) -> dict[tuple[type[Model], str], list[int]]:
        """What hangs on tickets and names the person, by table and column: the keys of its rows."""
        named_in = ((Hold, "note"), (Extension, "reason"), (LegalHold, "reason"), (Attachment, "name"))
        return {(model, column): self.naming(model._default_manager.all(), column) for model, column in named_in}

    @property
    def held(self) -> QuerySet[Ticket]:
        """Tickets on legal hold on which something goes, or of which it goes that the person was told or saw a file:
        while they are, nothing of the person can be erased."""
        notices, views = Notice.objects.filter(person=self.person), FileView.objects.filter(person=self.person)
        noted = Q(pk__in=notices.values("ticket")) | Q(pk__in=notices.values("document__ticket"))
        noted |= Q(pk__in=views.values("attachment__ticket")) | Q(pk__in=views.values("document__ticket"))
        return Ticket.objects.filter(Q(pk__in=self.tickets) | noted, erasing.on_hold()).order_by("number")

    @property
    def files(self) -> QuerySet[Attachment]:
        """The files that go: what they sent with their reports."""
        of_acts = Q(uploaded_by=self.person) | Q(entry__in=self.entries & self._own_entries)
        return Attachment.objects.filter(of_acts, ticket__in=self.reports, erased_at=None)

    @property
    def papers(self) -> QuerySet[Document]:
        """The papers about their reports."""
        return Document.objects.filter(ticket__in=self.reports)

    @property
    def acts(self) -> QuerySet[HistoryEntry]:
        """What they did on other people's reports: it stays."""
        return HistoryEntry.objects.filter(by=self.person).exclude(ticket__in=self.reports)

    @cached_property
    def _own_entries(self) -> set[int]:
        return set(HistoryEntry.objects.filter(ticket__in=self.reports).values_list("pk", flat=True))

    def naming(self, rows: QuerySet[Any], *columns: str) -> list[int]:
        """The keys of rows in which some column names the person.

        The database finds what contains a word, in whichever way it writes JSON, or a number, with whatever stands
        between its digits; whole words are looked for here.
        """
        rows = rows.annotate(**{f"told_{name}": Cast(name, TextField()) for name in columns})
        numbers = set(filter(_NUMBER.fullmatch, self.words))
        words = set(self.words) - numbers
        asked = {("icontains", written) for word in words for written in (word, json.dumps(word)[1:-1])}
        asked |= {("regex", _written(number)) for number in numbers}
        condition = Q(*((f"told_{name}__{how}", what) for name in columns for how, what in asked), _connector=Q.OR)
        found = rows.filter(condition).order_by("pk").values_list("pk", *columns)
        return [key for key, *values in found.iterator() if self.names_in(dict(zip(columns, values, strict=True)))]

    def names_in(self, value: dict[str, Any]) -> bool:
        """Whether any text in columns or in JSON names the person."""
        return any(self.names(text, where) for where, text in _placed(value))


def _whole(words: Iterable[str]) -> re.Pattern[str]:
    """Finds any of some words, whole."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(_written, words))})(?!\w)", re.IGNORECASE)


def _written(word: str) -> str:
    """A pattern of what people write for a word: a number from 0 or from 62, with signs between its digits or without.
    Python and the database read it alike.
    """
    if not _NUMBER.fullmatch(word):
        return re.escape(word)
    digits = re.sub(rf"^(?:62|0)(?=\d{{{LEAST_DIGITS}}})", "", re.sub(r"\D", "", word))
    return rf"(?:(?:\+?62|0){_BETWEEN})?{_BETWEEN.join(digits)}"


def _without_titles(name: str) -> str:
    """A name as it is written without its titles: "Ir. Hj. Siti Rahmah, M.T." is Siti Rahmah."""
    return _TITLES.sub("", name).strip()


def _reaches_somebody(contact: str) -> bool:
    return "@" in contact or sum(map(str.isdigit, contact)) >= LEAST_DIGITS


def _texts(value: Any) -> Iterator[str]:
    """Every text in a value that JSON keeps."""
    return (text for _, text in _placed(value))


def _placed(value: Any, where: str = "") -> Iterator[tuple[str, str]]:
    """The same, each with the key that it stands under."""
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _placed(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _placed(inner, where)


# Erasing


def refuse_unless_erasable(person: User, *, by: User) -> None:
    """Raises Refused with the sentence that says what stands in the way, before anything is looked for."""
    if person.pk == by.pk:
        raise Refused("Data Anda sendiri hanya dapat dihapus oleh administrator lain.")
    if person.erased_at:
        raise Refused("Data pribadi pengguna ini sudah dihapus.")
    if person.is_active:
        raise Refused("Akun ini masih aktif. Nonaktifkan dahulu: tugas dan perannya diserahkan di sana.")
    if person.runs.open().exists():
        raise Refused("Pengguna ini masih memegang tugas. Subkoordinator perlu menyerahkannya dahulu.")


@transaction.atomic
def erase(person: User, *, by: User, request: HttpRequest | None = None) -> None:
    """Erase a person's data for good, all or nothing. Raises Refused, also where a ticket is on legal hold.

    The files go last, when nothing else can be refused any more: cut off in between, it is done again as a whole.
    """
    person = User.objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk)
    refuse_unless_erasable(person, by=by)
    now = timezone.now()
    list(Ticket.objects.select_for_update().filter(pk__in=Traces(person).tickets).order_by("pk"))
    traces = Traces(person)  # as they stand under the lock
    if traces.held.exists():
        raise Refused("Sebagian datanya sedang ditahan. Penghapusan dapat dilakukan setelah penahanannya dicabut.")

    files, papers = list(traces.files.values_list("pk", flat=True)), list(traces.papers.values_list("pk", flat=True))
    audit.record(
        AuditEntry.Event.PERSON_ERASED,
        by=by,
        about=person,
        request=request,
        reports=traces.reports.filter(restricted=False).count(),
        texts=HistoryEntry.objects.filter(pk__in=traces.entries, ticket__restricted=False).count(),
        files=traces.files.filter(ticket__restricted=False).count(),
    )  # of security incidents, whoever reads the trail may not know
    _forget_texts(traces, now)
    _forget_elsewhere(traces)
    _forget_account(person)
    _become_a_placeholder(person, now)
    searching.forget_removed()
    erasing.remove_papers(Document.objects.filter(pk__in=papers), now=now)
    erasing.remove_files(Attachment.objects.filter(pk__in=files), now=now)
    for unsent in uploads.unattached(person):
        uploads.discard(unsent)
    for export in Export.objects.all():  # each may name anybody; it is made again if asked for
        if export.file:
            export.file.delete(save=False)
        export.delete()
    log.info("person %d erased", person.pk)


def _forget_texts(traces: Traces, now: datetime) -> None:
    """Empty the acts, and let the tickets say the same."""
    erasing.remove_details(EntryDetail.objects.filter(pk__in=traces.entries), now=now)
    own = set(traces.reports.values_list("pk", flat=True))
    for ticket in Ticket.objects.filter(pk__in=own | traces.named_in_columns).select_related("unit"):
        changed = _without_reporter(ticket, traces) if ticket.pk in own else _without_naming(ticket, traces)
        Ticket.objects.filter(pk=ticket.pk).update(**changed)
    Ticket.objects.filter(pk__in=own).update(erased_at=now)
    for (model, column), keys in traces.named_beside.items():
        instead = erasing.FILE_NAME if model is Attachment else erasing.TEXT
        model._default_manager.filter(pk__in=keys).update(**{column: instead})


def _without_reporter(ticket: Ticket, traces: Traces) -> dict[str, Any]:
    """An own report: what the person told is gone; what the office found out stays, where it does not name them."""
    given = {
        key: _kept_of_evidence(values) if key == ticket.sop.evidence.key else _without(values, traces.repeats(ticket))
        for key, values in ticket.given.items()
    }
    return {
        "title": erasing.TITLE,
        "description": erasing.TEXT,
        "page_url": "",
        "given": given,
        "reporter_name": placeholder(traces.person),
        "reporter_contact": "",
        "search_text": erasing.search_text_of(ticket),
        "tracking_code": None,
    }


def _kept_of_evidence(values: dict[str, Any]) -> dict[str, Any]:
    """Of the evidence, that it was given: the keys of files, and of an address its site. So the work can go on."""
    return {question: _site_of(value) if isinstance(value, str) else value for question, value in values.items()}


def _site_of(value: str) -> str:
    """The site of an address; anything else is told to be gone."""
    address = urlsplit(value) if value.startswith(("http://", "https://")) else None
    return f"{address.scheme}://{address.hostname}/" if address and address.hostname else value and erasing.TEXT


def _without_naming(ticket: Ticket, traces: Traces) -> dict[str, Any]:
    """Another person's report: each column that names the person is gone."""
    instead = {
        "title": erasing.TITLE,
        "description": erasing.TEXT,
        "page_url": "",
        "reporter_name": placeholder(traces.person),
        "reporter_contact": "",
    }
    changed = {name: words for name, words in instead.items() if traces.names(getattr(ticket, name), name)}
    for name, words in changed.items():
        setattr(ticket, name, words)
    return {**changed, "given": _without(ticket.given, traces.names), "search_text": search_text_of(ticket)}


def _without(value: Any, tells: Callable[[str], bool]) -> Any:
    """A value that JSON keeps, with each text that tells of the person replaced."""
    if isinstance(value, str):
        return erasing.TEXT if tells(value) else value
    if isinstance(value, dict):
        return {key: _without(inner, tells) for key, inner in value.items()}
    return [_without(inner, tells) for inner in value] if isinstance(value, list) else value


def _forget_elsewhere(traces: Traces) -> None:
    """What names the person outside the tickets."""
    person = traces.person
    for listed in PeopleImport.objects.filter(pk__in=traces.naming(PeopleImport.objects.all(), "rows")):
        listed.rows = [row for row in listed.rows if not traces.names_in(row)]
        listed.save(update_fields=["rows"])
    Signer.objects.filter(pk__in=traces.naming(Signer.objects.all(), "name", "nip")).delete()
    approved = SopApproval.objects.filter(pk__in=traces.naming(SopApproval.objects.all(), "name", "nip"))
    approved.update(name="", nip="", rank="")
    changes = CalendarChange.objects.filter(pk__in=traces.naming(CalendarChange.objects.all(), "reason"))
    changes.update(reason=erasing.TEXT)
    theirs = Q(content_type=ContentType.objects.get_for_model(User), object_id=str(person.pk))
    named = traces.naming(LogEntry.objects.all(), "object_repr", "change_message")
    LogEntry.objects.filter(theirs | Q(pk__in=named)).delete()
    FileView.objects.filter(person=person).update(address=None)


def forget_unused_account(person: User, *, now: datetime) -> None:
    """Leave a placeholder for somebody who never did anything here but may be named in the audit trail."""
    _forget_account(person)
    _become_a_placeholder(person, now)


def _forget_account(person: User) -> None:
    """What belongs to the account alone."""
    sessions.end(person)
    TOTPDevice.objects.filter(user=person).delete()
    for model in (RecoveryCode, Letter, Notice, FormToken, Registration):
        model.objects.filter(person=person).delete()
    today = timezone.localdate()
    RoleAssignment.objects.filter(user=person, starts_on__gt=today).delete()
    RoleAssignment.objects.filter(Q(ends_on=None) | Q(ends_on__gt=today), user=person).update(ends_on=today)


def _become_a_placeholder(person: User, now: datetime) -> None:
    person.name = placeholder(person)
    person.email = f"dihapus-{person.pk}@dihapus.invalid"
    person.nip, person.phone, person.unit, person.oidc_subject = None, "", None, None
    person.mail_choice, person.last_login = MailChoice.NEVER, None
    person.is_staff = person.is_superuser = False
    person.erased_at = now
    person.set_unusable_password()
    person.save()
    person.groups.clear()
    person.user_permissions.clear()
