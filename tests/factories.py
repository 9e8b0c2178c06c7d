"""Valid objects without surprises. Tickets reach a state through the real actions, never by setting it."""

import io
from datetime import UTC, date, datetime
from functools import cache
from itertools import count

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone
from PIL import Image

from tickets import actions
from tickets.models import Attachment, RoleAssignment, Ticket, Unit, User
from tickets.models.runs import LimitKind
from workflows import calendars, sops
from workflows.forms import asked
from workflows.inputs import FilesField
from workflows.roles import Role

#: A Tuesday, 10.00 WIB.
TUESDAY = datetime(2026, 11, 17, 3, 0, tzinfo=UTC)

_numbers = count(1)


class Cast:
    """One named person per role, two reporters of one OPD each, a stranger of a third, an administrator."""

    def __init__(self):
        self.dinkes = Unit.objects.create(name="Dinas Kesehatan", short_name="Dinkes")
        self.bapenda = Unit.objects.create(name="Badan Pendapatan Daerah", short_name="Bapenda")
        self.diskominfotik = Unit.objects.create(
            name="Dinas Komunikasi, Informatika dan Statistik", short_name="Diskominfotik"
        )
        self.reporter = person("Siti Rahmah", unit=self.dinkes)
        self.stranger = person("Andi Putra", unit=self.bapenda)
        self.admin = person("Dewi Admin", unit=self.diskominfotik, is_staff=True, is_superuser=True)
        self.by_role = {
            role: person(name, unit=self.diskominfotik, role=role, procedure=procedure)
            for role, name, procedure in (
                (Role.SUB_KOORDINATOR, "Budi Santoso", "website"),
                (Role.WEB_DEVELOPER, "Rina Marlina", "website"),
                (Role.PROGRAMMER, "Fajar Ramadhan", ""),
                (Role.TIM_INFRASTRUKTUR, "Yusuf Hakim", "website"),
                (Role.SUBKOORDINATOR_APLIKASI, "Lina Kartika", "spj_online"),
                (Role.SUBKOORDINATOR_INFRASTRUKTUR, "Hendra Gunawan", "spj_online"),
                (Role.NETWORK_ADMINISTRATOR, "Tomi Saputra", "spj_online"),
                (Role.KEPALA_BIDANG_APTIKA, "Ir. Zulkifli", ""),
            )
        }

    def holder(self, role: Role | str) -> User:
        return self.by_role[Role(role)]

    @property
    def everybody(self) -> list[User]:
        return [self.reporter, self.stranger, self.admin, *self.by_role.values()]


def person(name: str, *, unit=None, role: str = "", procedure: str = "", **fields) -> User:
    """A person with an account, and a role since the beginning of 2020 if one is named."""
    someone = User(email=f"orang{next(_numbers)}@contoh.invalid", name=name, unit=unit, **fields)
    someone.set_unusable_password()
    someone.save()
    if role:
        RoleAssignment.objects.create(user=someone, role=role, procedure=procedure, starts_on=date(2020, 1, 1))
    return someone


@cache
def png(width: int = 64, height: int = 40, colour: str = "navy") -> bytes:
    """The bytes of a small picture."""
    target = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(target, "PNG")
    return target.getvalue()


def screenshot_file(name: str = "layar.png", **kwargs) -> SimpleUploadedFile:
    """A picture as a browser posts it."""
    return SimpleUploadedFile(name, png(**kwargs), content_type="image/png")


def upload(by: User) -> str:
    """The key of a screenshot that a person has uploaded and not yet attached."""
    key = Attachment(
        kind=Attachment.Kind.IMAGE,
        uploaded_by=by,
        uploaded_at=timezone.now(),
        name="layar.png",
        content_type="image/png",
        size=len(png()),
        width=64,
        height=40,
        sha256="0" * 64,
    )
    key.file.save("layar.png", screenshot_file(), save=False)
    key.thumbnail.save("layar.png", screenshot_file(), save=False)
    key.save()
    return key.key


def report(procedure: str = "website", *, by: User, title: str = "Halaman tidak bisa dibuka", **kwargs) -> Ticket:
    """A ticket on row 1, filed with one screenshot."""
    sop = sops.for_procedure(procedure)
    if "answers" not in kwargs:
        kwargs["answers"] = {"bukti_masalah": {"tangkapan_layar": [upload(by)]}}
    return actions.file_report(sop, by=by, title=title, description="Muncul galat 500.", **kwargs)


def answers_for(ticket: Ticket, by: User, **choices: str) -> dict:
    """Plausible answers to all that the ticket's row asks, those on record first; `choices` overrule both."""
    answers: dict = {}
    for artefact in asked(ticket.step, ticket.record):
        values = {question: _plausible(field) for question, field in artefact.fields.items()}
        values |= ticket.given.get(artefact.key, {})
        values |= {question: value for question, value in choices.items() if question in artefact.fields}
        if any(values.values()):
            answers[artefact.key] = values
    return answers


def fields_for(ticket: Ticket, by: User, **choices: str) -> dict:
    """The same as a browser posts it; screenshots that are passed on need no field."""
    return {
        f"{artefact}-{question}": value
        for artefact, values in answers_for(ticket, by, **choices).items()
        for question, value in values.items()
        if isinstance(value, str)
    }


def _plausible(field):
    if isinstance(field, FilesField):
        return []
    if hasattr(field, "choices"):
        return field.choices[0][0]
    if field.__class__.__name__ == "URLField":
        return "https://sumbarprov.go.id/berita"
    if field.__class__.__name__ == "DateTimeField":
        return "2026-11-17T09:00:00+07:00"
    return "Sudah diperiksa."


def advance(ticket: Ticket, cast: Cast, to, *, reason: str = "", now=None, **choices: str) -> Ticket:
    """Leave the ticket's row towards `to` (a row number or an end state), by the holder of the row's role."""
    by = cast.holder(ticket.step.performer)
    run = ticket.runs.open().get()
    if run.limit_kind == LimitKind.TENTATIVE and run.due_at is None:
        ticket = actions.estimate(ticket, by=by, run=run.pk, until=a_working_day(after=now), now=now)
    arrow = "" if ticket.step.automatic else str(to)
    answers = answers_for(ticket, by, **choices)
    return actions.complete_step(ticket, by=by, run=run.pk, arrow=arrow, answers=answers, reason=reason, now=now)


def a_working_day(*, after: datetime | None = None) -> date:
    """A day that is worked, a week or so later."""
    calendar, now = calendars.current(), after or timezone.now()
    return timezone.localdate(calendar.close_of_nth_day(now, 5))


def walk(ticket: Ticket, cast: Cast, *ways, **choices: str) -> Ticket:
    """Advance along `ways` one after the other; a reason is given wherever one is demanded."""
    for to in ways:
        ticket = advance(ticket, cast, to, reason="Sesuai hasil pemeriksaan.", **choices)
    return ticket


#: What looking itself writes: that somebody is there, and which file they saw.
WRITTEN_BY_LOOKING = {"tickets_session", "tickets_fileview"}


def everything_stored() -> dict[str, list[str]]:
    """Every row of every table, but for what looking itself writes."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names()) - WRITTEN_BY_LOOKING
        return {table: _rows(cursor, table) for table in tables}


def _rows(cursor, table):
    cursor.execute(f"SELECT * FROM {table}")
    return sorted(map(str, cursor.fetchall()))
