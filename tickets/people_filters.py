"""The list of people: its search and filters. Nothing else of the database can be asked for by an address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from django import forms
from django.db.models import Prefetch, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django_filters import CharFilter, ChoiceFilter, FilterSet

from tickets.filters import Chip
from tickets.forms.base import BaseForm
from tickets.models import RoleAssignment, Unit, User
from workflows.roles import Role


class Standing(StrEnum):
    """How an account stands, in the words of the address."""

    ACTIVE = "aktif"
    NEVER = "belum-masuk"
    CLOSED = "nonaktif"
    ERASED = "dihapus"


@dataclass(frozen=True)
class Look:
    """A standing as it is shown: colour, icon, word, and which accounts it means."""

    tone: str
    icon: str
    word: str
    condition: Q


LOOKS = {
    Standing.ACTIVE: Look("pill-ok", "circle-check", "Aktif", Q(is_active=True, last_login__isnull=False)),
    Standing.NEVER: Look("pill-hold", "envelope", "Belum pernah masuk", Q(is_active=True, last_login=None)),
    Standing.CLOSED: Look("pill-muted", "ban", "Nonaktif", Q(is_active=False, erased_at=None)),
    Standing.ERASED: Look("pill-muted", "eraser", "Data dihapus", Q(erased_at__isnull=False)),
}


def look_of(person: User) -> Look:
    """How an account stands."""
    if person.erased_at:
        return LOOKS[Standing.ERASED]
    if not person.is_active:
        return LOOKS[Standing.CLOSED]
    return LOOKS[Standing.ACTIVE if person.last_login else Standing.NEVER]


def accounts() -> QuerySet[User]:
    """Every account. Who asked for one and was not answered yet stands under Pendaftaran."""
    return User.objects.exclude(registration__isnull=False, registration__decided_at=None)


def _choice(label: str, choices: Callable | list, method: str) -> ChoiceFilter:
    return ChoiceFilter(label=label, choices=choices, method=method, empty_label="Semua")


def _units() -> list[tuple[str, str]]:
    return list(Unit.objects.values_list("short_name", "name"))


class PeopleFilter(FilterSet):
    """Filters accounts by the address. A value that is not offered is left out, and named in `ignored`."""

    cari = CharFilter(
        label="Cari",
        method="search",
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Nama, surel, NIP, OPD", "autocomplete": "off"}),
    )
    opd = _choice("OPD", _units, "of_unit")
    peran = _choice("Peran hari ini", Role.choices, "with_role")
    keadaan = _choice("Keadaan", [(standing, look.word) for standing, look in LOOKS.items()], "standing")
    administrator = _choice("Administrator", [("ya", "Ya"), ("bukan", "Bukan")], "administrating")

    class Meta:
        model = User
        fields = ()
        form = BaseForm

    def __init__(self, data):
        self.today = timezone.localdate()
        super().__init__(data, accounts())

    def filter_queryset(self, queryset):
        self.form.data = self.form.data.copy()
        for name in self.form.errors:  # no field shows a value that is not in force
            self.form.data.pop(name)
        for name, value in self.form.cleaned_data.items():
            queryset = self.filters[name].filter(queryset, value)
        held = RoleAssignment.objects.active_on(self.today)
        roles = Prefetch("role_assignments", held, to_attr="held_today")
        return queryset.select_related("unit").prefetch_related(roles).order_by("name", "pk")

    # The filters

    def search(self, queryset, name, value):
        for word in value.split():
            found = (f"{field}__icontains" for field in ("name", "email", "nip", "unit__name", "unit__short_name"))
            queryset = queryset.filter(Q(*((lookup, word) for lookup in found), _connector=Q.OR))
        return queryset

    def of_unit(self, queryset, name, value):
        return queryset.filter(unit__short_name=value)

    def with_role(self, queryset, name, value):
        held = RoleAssignment.objects.active_on(self.today).filter(role=value)
        return queryset.filter(pk__in=held.values("user"), is_active=True)

    def standing(self, queryset, name, value):
        return queryset.filter(LOOKS[Standing(value)].condition)

    def administrating(self, queryset, name, value):
        return queryset.filter(is_staff=value == "ya")

    # What the page shows beside the people

    @property
    def panel(self) -> list[forms.BoundField]:
        """The fields beside the search."""
        return [field for field in self.form.visible_fields() if field.name != "cari"]

    def chips(self) -> list[Chip]:
        """The filters in force, each with the address of the list without it."""
        in_force = {name: value for name, value in self.form.cleaned_data.items() if value}
        return [Chip(self.form[name].label, self._words(name), _address(in_force, without=name)) for name in in_force]

    def ignored(self) -> list[str]:
        """The labels of fields whose value in the address is none that is offered."""
        return [self.form.fields[name].label for name in self.form.errors]

    def _words(self, name: str) -> str:
        value = self.form.cleaned_data[name]
        return dict(getattr(self.form.fields[name], "choices", ())).get(value, value)


def _address(in_force: dict[str, str], *, without: str) -> str:
    query = QueryDict(mutable=True)
    query.update({name: value for name, value in in_force.items() if name != without})
    return f"?{query.urlencode()}"
