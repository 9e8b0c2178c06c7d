"""Taking over a list of staff: each line judged against the accounts there are, then all of them or none.

`check` writes nothing. `apply` judges again what it holds locked, and refuses where that is no longer what the
administrator saw. An empty cell leaves what is on record; nobody becomes administrator or active by a list.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Prefetch, Q
from django.db.models.functions import Lower
from django.http import HttpRequest
from django.utils import timezone

from tickets import assignments, audit, registering
from tickets.actions import Conflict, Refused
from tickets.forms.text import address, phone
from tickets.forms.text import line as text_line
from tickets.models import AuditEntry, Letter, PeopleImport, RoleAssignment, Unit, User
from tickets.models.people import procedure_choices
from tickets.nip import nip_of
from tickets.notifications import letters
from tickets.staff_lists import Row, StaffList
from tickets.staffing import roles_of
from tickets.words import stopped
from workflows import calendars
from workflows.roles import Role

#: A list that was read and never taken over is forgotten after so long: it is full of names.
FORGOTTEN_AFTER = timedelta(days=1)

LABELS = {"nama": "Nama", "surel": "Surel", "nip": "NIP", "opd": "OPD", "telepon": "Telepon"} | {
    "peran": "Peran",
    "layanan": "Layanan",
}
#: The columns that are fields of an account.
ATTRIBUTES = {"nama": "name", "surel": "email", "nip": "nip", "opd": "unit", "telepon": "phone"}

FIELDS: dict[str, forms.Field] = {
    "nama": text_line("Nama", 150, required="Nama belum diisi."),
    "surel": address(required="Surel belum diisi."),
    "nip": text_line("NIP", 40),
    "opd": text_line("OPD", 200),
    "telepon": phone(),
    "peran": text_line("Peran", 100),
    "layanan": text_line("Layanan", 200),
}


class Verdict(StrEnum):
    """What taking over a line would do."""

    WRONG = "salah"
    NEW = "baru"
    CHANGED = "berubah"
    SAME = "sama"


@dataclass
class Line:
    """A line with what was understood of it.

    `errors` are sentences by column, `changes` the labels of what it would change of an account.
    """

    number: int
    typed: Row
    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    person: User | None = None
    changes: list[str] = field(default_factory=list)
    gives_role: bool = False

    @property
    def verdict(self) -> Verdict:
        if self.errors:
            return Verdict.WRONG
        if self.person is None:
            return Verdict.NEW
        return Verdict.CHANGED if self.changes else Verdict.SAME

    @property
    def problems(self) -> list[tuple[str, str]]:
        """The errors with the labels of their columns."""
        return [(LABELS[column], sentence) for column, sentence in self.errors.items()]

    @property
    def role_words(self) -> str:
        """The role it names, in words: "Programmer, SPJ Online"."""
        if not self.values.get("peran"):
            return ""
        service = dict(procedure_choices()).get(self.values.get("layanan", ""), "semua layanan")
        return f"{Role(self.values['peran']).label}, {service}"


@dataclass(frozen=True)
class Checked:
    """Every line judged. `new_units` are OPD that nobody knows yet, as they were written."""

    lines: list[Line]
    new_units: list[str]

    @cached_property
    def counts(self) -> Counter[Verdict]:
        return Counter(line.verdict for line in self.lines)

    @property
    def is_sound(self) -> bool:
        return not self.counts[Verdict.WRONG]

    @property
    def has_something_to_do(self) -> bool:
        return bool(self.counts[Verdict.NEW] or self.counts[Verdict.CHANGED])

    @property
    def seal(self) -> str:
        """What was judged, in short: two that are equal would do the same."""
        told = [(x.number, x.verdict, x.person and x.person.pk, x.changes, x.errors) for x in self.lines]
        return sha256(json.dumps([told, self.new_units]).encode()).hexdigest()


@transaction.atomic
def keep(staff: StaffList, *, name: str, by: User) -> PeopleImport:
    """Keep the lines of a file to be looked at. What was read before and left is forgotten."""
    now = timezone.now()
    forget_left(now)
    return PeopleImport.objects.create(by=by, at=now, name=name[:150], rows=staff.rows)


def forget_left(now: datetime) -> None:
    """Remove lists that nobody took over."""
    PeopleImport.objects.filter(applied_at=None, at__lt=now - FORGOTTEN_AFTER).delete()


def check(rows: Sequence[Row], *, by: User) -> Checked:
    """What taking over these lines would do. A fixed number of queries; nothing is written."""
    return _judged(rows, User.objects.all(), by=by)


def apply(
    made: PeopleImport,
    *,
    by: User,
    seal: str,
    creates_units: bool,
    invites: bool,
    request: HttpRequest | None = None,
) -> PeopleImport:
    """Take a list over, whole or not at all.

    `seal` is that of what the administrator saw. Raises Conflict when the list was taken over already, or would do
    something else by now; Refused when it cannot be taken over as it is.
    """
    try:
        return _applied(made, by=by, seal=seal, creates_units=creates_units, invites=invites, request=request)
    except IntegrityError as error:
        raise Conflict(
            "Akun yang sama baru saja dibuat dari tempat lain. Silakan periksa kembali daftarnya."
        ) from error


@transaction.atomic
def _applied(
    made: PeopleImport, *, by: User, seal: str, creates_units: bool, invites: bool, request: HttpRequest | None
) -> PeopleImport:
    calendars.lock()  # as `leaving.leave`: whoever locks many people comes one after the other
    if not PeopleImport.objects.filter(pk=made.pk, applied_at=None).update(applied_at=timezone.now()):
        raise Conflict("Daftar ini sudah diterapkan oleh administrator lain.")
    made.refresh_from_db()
    checked = _judged(made.rows, User.objects.select_for_update(of=("self",), no_key=True), by=by)
    if not checked.is_sound:
        raise Refused("Masih ada baris yang salah. Perbaiki berkasnya, lalu kirim kembali.")
    if checked.seal != seal:
        raise Conflict("Data akun berubah sejak daftar ini diperiksa. Silakan periksa kembali akibatnya.")
    if checked.new_units and not creates_units:
        raise Refused("Ada OPD yang belum dikenal. Setujui pembuatannya, atau perbaiki namanya di berkas.")
    units = _units(checked.new_units, by=by, request=request)
    registering.make_way((line.values["surel"] for line in checked.lines), now=timezone.now())
    for line in checked.lines:
        _take_over(line, units, by=by, invites=invites, request=request)
    made.rows = []
    made.created, made.changed = checked.counts[Verdict.NEW], checked.counts[Verdict.CHANGED]
    made.save(update_fields=["rows", "created", "changed"])
    event = AuditEntry.Event.PEOPLE_IMPORTED
    audit.record(event, by=by, request=request, created=made.created, changed=made.changed)
    return made


def _take_over(line: Line, units: Mapping[str, Unit], *, by: User, invites: bool, request: HttpRequest | None) -> None:
    """Write what one line says, of an account that is locked or new."""
    values = {ATTRIBUTES[column]: value for column, value in line.values.items() if column in ATTRIBUTES and value}
    if isinstance(values.get("unit"), str):
        values["unit"] = units[values["unit"].lower()]
    person = line.person
    if person is None:
        person = User.objects.create_user(values.pop("email"), **values)
        audit.record(AuditEntry.Event.PERSON_CREATED, by=by, about=person, request=request, administrator=False)
        if invites:
            letters.write(person, Letter.Kind.INVITATION)
    elif changed := [name for name, value in values.items() if getattr(person, name) != value]:
        email_was = person.email
        for name in changed:
            setattr(person, name, values[name])
        person.save(update_fields=changed)
        letters.tell_of_new_names(person, email_was=email_was, changed=changed)
        audit.record(AuditEntry.Event.PERSON_CHANGED, by=by, about=person, request=request, fields=changed)
    if line.gives_role:
        assignments.give(_assignment(line, person), by=by, request=request)


def _assignment(line: Line, person: User) -> RoleAssignment:
    """The role that a line gives, from today on."""
    return RoleAssignment(user=person, role=line.values["peran"], procedure=line.values["layanan"])


def _units(names: Iterable[str], *, by: User, request: HttpRequest | None) -> dict[str, Unit]:
    """The OPD that are made for a list, by their names in small letters."""
    made = {name.lower(): Unit.objects.create(name=name, short_name=_short(name)) for name in names}
    for unit in made.values():
        audit.record(AuditEntry.Event.UNIT_CHANGED, by=by, request=request, unit=unit.short_name, what="dibuat")
    return made


def _short(name: str) -> str:
    return name[:40].strip()


# Judging


def _judged(rows: Sequence[Row], accounts: Any, *, by: User) -> Checked:
    lines = [_understood(row) for row in rows]
    _find_the_same_twice(lines)
    new_units = _find_units(lines)
    _find_people(lines, accounts)
    for line in lines:
        if line.person and not line.errors:
            line.changes = _changes(line, line.person)
            if line.gives_role and not assignments.may_give(line.person, by=by):
                line.errors["peran"] = assignments.OWN
    return Checked(lines, new_units)


def _understood(row: Row) -> Line:
    """A line by itself: each cell as it is kept, or the sentence that says why it cannot be."""
    line = Line(row["baris"], row)
    for column, cleaned in FIELDS.items():
        try:
            value = cleaned.clean(row[column])
            line.values[column] = UNDERSTOOD[column](value) if column in UNDERSTOOD else value
        except ValidationError as error:
            line.errors[column] = error.messages[0]
    if not line.errors:
        _fit_role_and_service(line)
        line.values["surel"] = User.objects.normalize_email(line.values["surel"])
        line.gives_role = bool(line.values["peran"])
    return line


def _nip(typed: str) -> str:
    if "e+" in typed.lower():
        raise ValidationError(
            "Tersimpan sebagai angka, sehingga digit terakhirnya hilang. Ubah kolom NIP menjadi teks."
        )
    return nip_of(typed)


def _role(typed: str) -> str:
    if not typed:
        return ""
    for role in Role:
        if typed.lower() in (role.value, role.label.lower(), role.in_sop.lower()):
            return str(role.value)
    raise ValidationError(f"Peran “{typed}” tidak dikenal.")


def _procedure(typed: str) -> str:
    if not typed:
        return ""
    for procedure, words in procedure_choices():
        if typed.lower() in (procedure, words.lower()):
            return procedure
    raise ValidationError(f"Layanan “{typed}” tidak dikenal.")


#: What the text of a column is turned into; "" stays "".
UNDERSTOOD: dict[str, Callable[[str], str]] = {"nip": _nip, "peran": _role, "layanan": _procedure}


def _fit_role_and_service(line: Line) -> None:
    role, procedure = line.values["peran"], line.values["layanan"]
    if procedure and not role:
        line.errors["layanan"] = "Layanan hanya diisi bersama peran."
    elif role and role not in roles_of(procedure):
        line.errors["peran"] = f"Tidak ada peran {Role(role).label} pada layanan ini."


def _find_the_same_twice(lines: Iterable[Line]) -> None:
    """Say of a line that an earlier one has the same address or NIP."""
    first: dict[tuple[str, str], int] = {}
    for line in lines:
        for column in ("surel", "nip"):
            value = str(line.values.get(column) or "").lower()
            if value and first.setdefault((column, value), line.number) != line.number:
                line.errors.setdefault(column, f"{LABELS[column]} ini sudah ada pada baris {first[column, value]}.")


def _find_units(lines: Iterable[Line]) -> list[str]:
    """Put the OPD in the place of its name; the names that none has, each once."""
    known: dict[str, Unit] = {}
    for unit in Unit.objects.all():
        known |= {unit.name.lower(): unit, unit.short_name.lower(): unit}
    new: dict[str, str] = {}
    for line in lines:
        typed = line.values.get("opd", "")
        if typed.lower() in known:
            line.values["opd"] = known[typed.lower()]
        elif typed:
            taken = {_short(name).lower() for lower, name in new.items() if lower != typed.lower()}
            if len(typed) > len(_short(typed)) and _short(typed).lower() in {*known, *taken}:
                line.errors["opd"] = "OPD ini belum dikenal. Buatlah dahulu di halaman Perangkat daerah."
            else:
                new.setdefault(typed.lower(), typed)
    return list(new.values())


def _find_people(lines: Sequence[Line], accounts: Any) -> None:
    """Find the account of each line, by its address in any case or by its NIP. Who typed in an address and never
    confirmed it has none."""
    sound = [line for line in lines if not line.errors]
    addresses = {line.values["surel"].lower() for line in sound}
    numbers = {line.values["nip"] for line in sound if line.values["nip"]}
    not_over = RoleAssignment.objects.filter(Q(ends_on=None) | Q(ends_on__gte=timezone.localdate()))
    held = Prefetch("role_assignments", not_over, to_attr="held")
    named = accounts.annotate(address=Lower("email")).filter(Q(address__in=addresses) | Q(nip__in=numbers))
    known = named.exclude(pk__in=registering.unconfirmed()).select_related("registration")
    found = list(known.order_by("pk").prefetch_related(held))
    by_address = {person.email.lower(): person for person in found}
    by_number = {person.nip: person for person in found if person.nip}
    matched: dict[int, int] = {}
    for line in sound:
        person = by_address.get(line.values["surel"].lower())
        same_number = by_number.get(line.values["nip"])
        if person and same_number and person != same_number:
            line.errors["nip"] = stopped(f"NIP ini milik {same_number.name}, sedangkan surelnya milik {person.name}")
            continue
        line.person = person or same_number
        if line.person:
            _refuse_what_a_list_may_not(line, line.person)
            if (other := matched.setdefault(line.person.pk, line.number)) != line.number:
                line.errors["nip"] = f"Akun yang sama sudah disebut pada baris {other}."


def _refuse_what_a_list_may_not(line: Line, person: User) -> None:
    if person.erased_at:
        line.errors["surel"] = "Data pribadi akun ini sudah dihapus. Akun ini tidak dipakai lagi."
    elif registering.waits(person):
        line.errors["surel"] = registering.UNDECIDED
    elif registering.was_refused(person):
        line.errors["surel"] = "Pendaftaran orang ini ditolak. Aktifkan dahulu akunnya di halaman Pengguna."
    elif line.gives_role and not person.is_active:
        line.errors["peran"] = "Akun ini nonaktif. Aktifkan dahulu sebelum memberi peran."
    elif line.gives_role and (there := _same_role(line, person)) and not _covers(there, line):
        line.errors["peran"] = f"Peran ini sudah dipegang {assignments.days(there)}. Ubahlah di halaman Peran."
    if person.is_staff and person.email.lower() != line.values["surel"].lower():
        line.errors["surel"] = "Surel seorang administrator tidak diubah melalui daftar."


def _same_role(line: Line, person: User) -> RoleAssignment | None:
    """An assignment of the person, now or later, that the role of a line would stand beside; one in force first."""
    role, procedure = line.values["peran"], line.values["layanan"]
    held: list[RoleAssignment] = person.held  # type: ignore[attr-defined]  # prefetched by _find_people
    meeting = [a for a in held if a.role == role and (not procedure or a.procedure in ("", procedure))]
    return min(meeting, key=lambda a: (not assignments.is_in_force(a), a.procedure), default=None)


def _covers(held: RoleAssignment, line: Line) -> bool:
    """Whether somebody holds today already what a line would give them."""
    return assignments.is_in_force(held) and held.procedure in ("", line.values["layanan"])


def _changes(line: Line, person: User) -> list[str]:
    """The labels of what a line would change of an account. An address in another case is the same, and a role that is
    held already is not given."""
    if line.values["surel"].lower() == person.email.lower():
        line.values["surel"] = person.email
    line.gives_role = line.gives_role and _same_role(line, person) is None
    changes = [
        LABELS[column]
        for column, name in ATTRIBUTES.items()
        if line.values[column] and line.values[column] != getattr(person, name)
    ]
    return changes + ([LABELS["peran"]] if line.gives_role else [])
