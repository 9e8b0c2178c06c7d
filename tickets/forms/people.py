"""What administrators fill in about people and OPD, and about somebody who leaves."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Case, Q, When
from django.utils import timezone

from tickets import registering
from tickets.forms.base import BaseForm, KeepsTheRest
from tickets.forms.roles import MOST_OFFERED
from tickets.forms.text import address, line, nip, phone
from tickets.leaving import HeldRole, Holdings, Task
from tickets.models import RoleAssignment, Unit, User
from tickets.models.people import UserQuerySet
from tickets.nip import nip_of
from tickets.words import stopped


class PersonForm(BaseForm, KeepsTheRest):
    """The data of an account, and whether its owner is an administrator. It says nothing of passwords and roles."""

    use_required_attribute = False

    name = line("Nama", 150, required="Silakan tuliskan nama.", help_text="Dengan gelar, seperti tertulis pada surat.")
    email = address(required="Silakan tuliskan alamat surel.", help_text="Dipakai untuk masuk dan menerima kabar.")
    nip = nip()
    unit = forms.ModelChoiceField(
        Unit.objects.all(),
        label="Perangkat daerah",
        required=False,
        empty_label="Belum dipilih",
        error_messages={"invalid_choice": "Silakan pilih salah satu perangkat daerah."},
    )
    phone = phone()
    is_staff = forms.BooleanField(
        label="Administrator",
        required=False,
        help_text="Membuka Pengaturan, dan tidak mengerjakan langkah SOP karenanya. Bila diubah, orang ini harus masuk"
        " kembali.",
    )

    class Meta:
        model = User
        fields = ("name", "email", "nip", "unit", "phone", "is_staff")

    def clean_email(self):
        email = User.objects.normalize_email(self.cleaned_data["email"])
        if there := self._others().with_email(email).select_related("registration").first():
            if registering.waits(there):
                raise ValidationError(registering.UNDECIDED)
            raise ValidationError(stopped(f"Surel ini sudah dipakai akun {there.name}"))
        return email

    def clean_nip(self):
        digits = nip_of(self.cleaned_data["nip"])
        if digits and (there := self._others().filter(nip=digits).first()):
            raise ValidationError(stopped(f"NIP ini sudah dipakai akun {there.name}"))
        return digits or None

    def _others(self) -> UserQuerySet:
        """Whose address and NIP are taken: not who typed in an address and never confirmed it."""
        return User.objects.exclude(pk=self.instance.pk).exclude(pk__in=registering.unconfirmed())

    def _get_validation_exclusions(self):
        """Django would count those, too: `clean_email` has looked, in any case of letters."""
        return super()._get_validation_exclusions() | {"email"}


class UnitForm(BaseForm, forms.ModelForm):
    """A perangkat daerah."""

    use_required_attribute = False

    name = line("Nama", 200, required="Silakan tuliskan nama perangkat daerah.", help_text="Misalnya Dinas Kesehatan.")
    short_name = line("Singkatan", 40, required="Silakan tuliskan singkatannya.", help_text="Misalnya Dinkes.")

    class Meta:
        model = Unit
        fields = ("name", "short_name")

    def clean_name(self):
        return self._free("name", "Nama")

    def clean_short_name(self):
        return self._free("short_name", "Singkatan")

    def _free(self, field: str, words: str) -> str:
        """What was typed, if no other OPD is called so, in whatever case."""
        typed = self.cleaned_data[field]
        there = Unit.objects.exclude(pk=self.instance.pk).filter(**{f"{field}__iexact": typed}).first()
        if there:
            raise ValidationError(stopped(f"{words} ini sudah dipakai {there.name}"))
        return typed


class LeavingForm(BaseForm):
    """To whom each role and each task of a leaver goes. Left alone, a role ends and a task goes back to its role."""

    SUCCESSOR = "penerus"
    #: A form has so many fields at most (DATA_UPLOAD_MAX_NUMBER_FIELDS); further tasks go back to their role.
    MOST_TASKS = 100

    def __init__(self, *args, person: User, held: Holdings, **kwargs):
        super().__init__(*args, **kwargs)
        self.held, self._asked = held, held.tasks[: self.MOST_TASKS]
        candidates = _candidates(person) if held.roles else []
        self._people = {str(someone.pk): someone for someone in candidates}
        names = [(pk, _named(someone)) for pk, someone in self._people.items()]
        for role in held.roles:
            if role.can_be_passed_on:
                label = f"Penerus {role.assignment.get_role_display()}"
                self.fields[_role_field(role)] = _choice(label, [("", "Tidak ada, peran berakhir"), *names])
        for task in self._asked:
            self._people |= {str(colleague.pk): colleague for colleague in task.colleagues}
            self.fields[_task_field(task)] = _choice(f"Tugas {task.run.ticket.number}", self._ways(task))

    def clean(self):
        typed = super().clean()
        for task in self._asked:
            if typed.get(_task_field(task)) == self.SUCCESSOR and self._successor_for(task) is None:
                self.add_error(_task_field(task), "Silakan pilih penerus perannya di atas, atau pilih rekan.")
        return typed

    @property
    def successors(self) -> dict[int, User]:
        """Who is given a role, by the pk of the assignment that ends."""
        chosen = ((role.assignment.pk, self.cleaned_data.get(_role_field(role))) for role in self.held.roles)
        return {pk: self._people[person] for pk, person in chosen if person}

    @property
    def takers(self) -> dict[int, User]:
        """Who is given a task, by the pk of its run."""
        chosen = ((task.run.pk, self._taker(task)) for task in self._asked)
        return {pk: person for pk, person in chosen if person}

    @property
    def roles(self) -> list[tuple[HeldRole, forms.BoundField | None]]:
        """Each role with the field that asks for its successor, where there can be one."""
        return [(role, self[_role_field(role)] if role.can_be_passed_on else None) for role in self.held.roles]

    @property
    def tasks(self) -> list[tuple[Task, forms.BoundField]]:
        return [(task, self[_task_field(task)]) for task in self._asked]

    def _ways(self, task: Task) -> list[tuple[str, str]]:
        ways = [("", f"Kembali ke {task.run.get_role_display()}")]
        if any(role.can_be_passed_on and _covers(role.assignment, task) for role in self.held.roles):
            ways.append((self.SUCCESSOR, "Penerus perannya, yang dipilih di atas"))
        return ways + [(str(colleague.pk), colleague.name) for colleague in task.colleagues]

    def _taker(self, task: Task) -> User | None:
        chosen = self.cleaned_data.get(_task_field(task), "")
        return self._successor_for(task) if chosen == self.SUCCESSOR else self._people.get(chosen)

    def _successor_for(self, task: Task) -> User | None:
        for role in self.held.roles:
            if _covers(role.assignment, task) and (chosen := self.cleaned_data.get(_role_field(role))):
                return self._people[chosen]
        return None


def _candidates(person: User) -> list[User]:
    """Who may follow a leaver: all who hold some role today, and active people of the same OPD, of many the first."""
    holds = Q(pk__in=RoleAssignment.objects.active_on(timezone.localdate()).values("user"))
    near = holds | (Q(unit=person.unit) if person.unit_id else Q())
    others = User.objects.filter(near, is_active=True).exclude(pk=person.pk).select_related("unit")
    offered = others.order_by(Case(When(holds, then=0), default=1), "name", "pk")[:MOST_OFFERED]
    return sorted(offered, key=lambda someone: (someone.name, someone.pk))


def _named(person: User) -> str:
    return f"{person.name} · {person.unit.short_name}" if person.unit else person.name


def _covers(assignment: RoleAssignment, task: Task) -> bool:
    return assignment.role == task.run.role and assignment.procedure in ("", task.run.ticket.procedure)


def _role_field(role: HeldRole) -> str:
    return f"peran-{role.assignment.pk}"


def _task_field(task: Task) -> str:
    return f"tugas-{task.run.pk}"


def _choice(label: str, choices: list[tuple[str, str]]) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=choices,
        required=False,
        error_messages={"invalid_choice": "Orang ini tidak dapat dipilih. Silakan pilih dari daftar."},
    )
