"""The ticket list: its filters, saved views and orders. Nothing else of the database can be asked for by an address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import F, OrderBy, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django_filters import CharFilter, ChoiceFilter, DateFilter, FilterSet

from tickets import discretion, searching, worklists
from tickets.counting import Amount, counts
from tickets.forms.base import BaseForm
from tickets.models import Ticket, Unit, User
from tickets.models.tickets import Status, on_a_row, reported_by
from workflows import sops
from workflows.roles import Role
from workflows.sop import MENUNGGU_KONFIRMASI, SELESAI, TIDAK_DIPROSES

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)
#: The nearest limit first; what has none stands behind.
BY_LIMIT = F("turn__due_at").asc(nulls_last=True)
ORDERS: dict[str, tuple[str, str | OrderBy]] = {
    "diperbarui": ("Terakhir diperbarui", "-updated_at"),
    "tenggat": ("Tenggat terdekat", BY_LIMIT),
    "terbaru": ("Laporan terbaru", "-created_at"),
    "terlama": ("Laporan terlama", "created_at"),
    "nomor": ("Nomor tiket", "number"),
}
OWN = {
    "laporan": ("Laporan saya", reported_by),
    "mendatang": ("Akan datang kepada saya", worklists.coming_to),
    "menunggu": ("Menunggu pihak lain", worklists.elsewhere),
    "dikerjakan": ("Pernah saya kerjakan", worklists.worked_on),
}


@dataclass(frozen=True)
class View:
    """A saved view: a tab over the list."""

    key: str
    label: str
    condition: Callable[[User, datetime], Q]
    when_empty: str
    performers_only: bool = False
    order: str = "diperbarui"


VIEWS = (
    View("", "Semua", lambda person, now: Q(), "Belum ada tiket."),
    View(
        "giliran",
        "Giliran saya",
        lambda person, now: worklists.own_turn(person),
        "Tidak ada giliran Anda saat ini.",
        performers_only=True,
        order="tenggat",
    ),
    View(
        "terlambat",
        "Terlambat",
        lambda person, now: worklists.late(now),
        "Tidak ada langkah yang lewat batas waktu.",
        order="tenggat",
    ),
    View("diproses", "Sedang diproses", lambda person, now: on_a_row(), "Tidak ada tiket yang berjalan."),
    View(
        "konfirmasi",
        "Menunggu konfirmasi",
        lambda person, now: Q(state=MENUNGGU_KONFIRMASI),
        "Tidak ada tiket yang menunggu konfirmasi pelapor.",
    ),
    View("selesai", "Selesai", lambda person, now: Q(state=SELESAI), "Belum ada tiket yang selesai."),
    View(
        "tidak-diproses",
        "Tidak diproses",
        lambda person, now: Q(state=TIDAK_DIPROSES),
        "Tidak ada laporan yang tidak diproses.",
    ),
)
VIEW_BY_KEY = {view.key: view for view in VIEWS}


@dataclass(frozen=True)
class Tab:
    """A saved view with how many tickets it holds under the filters chosen, and its address."""

    view: View
    count: Amount
    is_current: bool
    href: str


@dataclass(frozen=True)
class Chip:
    """A filter in force, and the address of the list without it."""

    label: str
    words: str
    href: str


def _choice(label: str, choices, **kwargs) -> ChoiceFilter:
    kwargs.setdefault("empty_label", "Semua")
    return ChoiceFilter(label=label, choices=choices, **kwargs)


def _day(label: str, method: str) -> DateFilter:
    limits = {"min": FIRST_DAY.isoformat(), "max": LAST_DAY.isoformat()}
    return DateFilter(
        label=label,
        method=method,
        validators=[MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)],
        widget=forms.DateInput(attrs={"type": "date", **limits}, format="%Y-%m-%d"),
    )


def _services():
    return {sop.procedure: str(sop.service) for sop in sops.all_sops().values()}.items()


def _rows():
    return [
        (str(sop.service), [(sop.row(step.no), f"{step.no} · {step.activity}") for step in sop.steps])
        for sop in sops.all_sops().values()
    ]


class TicketFilter(FilterSet):
    """Filters what `request.user` may see. A value that is not offered is left out, and named in `ignored`."""

    cari = CharFilter(
        label="Cari",
        method="search",
        max_length=100,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": "Nomor, judul, uraian, pelapor", "autocomplete": "off"}
        ),
    )
    urut = _choice(
        "Urutkan",
        [(key, words) for key, (words, _) in ORDERS.items()],
        empty_label="Menurut tampilan",
    )
    tampilan = _choice("Tampilan", [(view.key, view.label) for view in VIEWS if view.key], widget=forms.HiddenInput)
    layanan = _choice("Layanan", _services, field_name="procedure")
    status = _choice("Status", Status.choices, method="with_status")
    langkah = _choice("Langkah", _rows, field_name="state")
    peran = _choice("Menunggu peran", lambda: Role.choices, method="waiting_for")
    opd = _choice("OPD", (), field_name="unit__short_name")
    milik = _choice("Kaitan dengan saya", [(key, words) for key, (words, _) in OWN.items()], method="own")
    insiden = _choice(discretion.INCIDENT, [("ya", "Ya")], method="incidents")
    dari = _day("Dilaporkan sejak", "created_from")
    sampai = _day("Dilaporkan sampai", "created_until")
    ditutup = _day("Ditutup sejak", "closed_from")

    #: Of no use to somebody who only reports.
    FOR_THE_OFFICE = ("langkah", "peran", "opd", "milik", "insiden")

    class Meta:
        model = Ticket
        fields = ()
        form = BaseForm

    def __init__(self, data, *, request, now):
        self.person, self.now = request.user, now
        super().__init__(data, Ticket.objects.visible_to(self.person).with_turn(), request=request)
        if self.person.roles_by_procedure:
            self.filters["opd"].extra["choices"] = list(Unit.objects.values_list("short_name", "name"))
        else:
            for name in self.FOR_THE_OFFICE:
                del self.filters[name]

    def filter_queryset(self, queryset):
        chosen = self.form.cleaned_data
        self._forget_the_ignored()
        for name in (*(chosen.keys() - {"tampilan", "urut", "cari"}), "cari"):  # a search is asked of what is left
            queryset = self.filters[name].filter(queryset, chosen.get(name))
        self._in_any_view = queryset
        return queryset.filter(self.current_view.condition(self.person, self.now)).order_by(self._order, "-pk")

    def _forget_the_ignored(self):
        """Show no field with a value that is not in force."""
        self.form.data = self.form.data.copy()
        for name in self.form.errors:
            self.form.data.pop(name)

    # The filters

    def search(self, queryset, name, value):
        return searching.matching(queryset, value)

    def with_status(self, queryset, name, value):
        return queryset.with_status(Status(value))

    def waiting_for(self, queryset, name, value):
        return queryset.filter(worklists.waiting_for(value))

    def own(self, queryset, name, value):
        return queryset.filter(OWN[value][1](self.person))

    def incidents(self, queryset, name, value):
        return queryset.filter(restricted=True)

    def created_from(self, queryset, name, value):
        return queryset.filter(created_at__gte=_at(value, time.min))

    def created_until(self, queryset, name, value):
        return queryset.filter(created_at__lte=_at(value, time.max))

    def closed_from(self, queryset, name, value):
        return queryset.filter(closed_at__gte=_at(value, time.min))

    # What the page shows beside the tickets

    @property
    def current_view(self) -> View:
        return VIEW_BY_KEY[self.form.cleaned_data.get("tampilan") or ""]

    @property
    def _order(self) -> str | OrderBy:
        return ORDERS[self.form.cleaned_data.get("urut") or self.current_view.order][1]

    @property
    def panel(self) -> list[forms.BoundField]:
        """The fields behind *Saring*."""
        return [field for field in self.form.visible_fields() if field.name not in ("cari", "urut")]

    @property
    def panel_stands(self) -> str:
        """All that the panel shows: what is offered and what is chosen. Where that is the same, it is drawn once."""
        return repr([(field.value(), field.errors, list(getattr(field.field, "choices", ()))) for field in self.panel])

    def tabs(self) -> list[Tab]:
        """The saved views that make sense for the person, with how many tickets each holds."""
        return [
            Tab(view, self._amounts[view.key], view is self.current_view, self._address(tampilan=view.key))
            for view in self._offered
        ]

    @property
    def found(self) -> Amount:
        """How many tickets the current view holds under the filters in force."""
        return self._amounts[self.current_view.key]

    @property
    def parts(self) -> list[QuerySet]:
        """The tickets found, in their order, as querysets that stand one behind the other.

        By limit, what has one comes first: it stands on some row, and its index is short. Nothing sorts the archive.
        """
        tickets = self.qs
        if self._order != BY_LIMIT:
            return [tickets]
        with_limit = tickets.filter(turn__due_at__isnull=False).order_by("turn__due_at", "-pk")
        return [with_limit, tickets.filter(turn__due_at=None).order_by("-pk")]

    @property
    def _offered(self) -> list[View]:
        return [view for view in VIEWS if self.person.is_performer or not view.performers_only]

    @cached_property
    def _amounts(self) -> dict[str, Amount]:
        """How many tickets each view holds, in one query under the other filters in force."""
        self.qs  # noqa: B018  # the filters are applied, once
        views = list(dict.fromkeys([*self._offered, self.current_view]))
        held = [self._in_any_view.filter(view.condition(self.person, self.now)) for view in views]
        return {view.key: amount for view, amount in zip(views, counts(*held), strict=True)}

    def chips(self) -> list[Chip]:
        """The filters in force, in the order of the form; the saved view and the order are none."""
        return [
            Chip(field.label, self._words(field), self._address(**{field.name: ""}))
            for field in self.form.visible_fields()
            if field.name != "urut" and self.form.cleaned_data.get(field.name)
        ]

    def ignored(self) -> list[str]:
        """The labels of fields whose value in the address is none that is offered."""
        return [self.form.fields[name].label for name in self.form.errors]

    def address_of_view(self) -> str:
        """The current view without any filter."""
        return self._address(**dict.fromkeys(self._in_force() - {"tampilan", "urut"}, ""))

    def _words(self, field: forms.BoundField) -> str:
        value = self.form.cleaned_data[field.name]
        if isinstance(value, date):
            return date_format(value, "j M Y")
        return dict(_flat(getattr(field.field, "choices", ()))).get(value, value)

    def _in_force(self) -> set[str]:
        return {name for name, value in self.form.cleaned_data.items() if value}

    def _address(self, **changes: str) -> str:
        """The list with these values of the address changed; only what is in force is kept."""
        query = QueryDict(mutable=True)
        for name in self.filters:
            if value := changes.get(name, self.data.get(name, "") if name in self._in_force() else ""):
                query[name] = value
        return f"?{query.urlencode()}"


def _at(day: date, clock: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, clock))


def _flat(choices):
    """Choices without their groups."""
    for value, words in choices:
        if isinstance(words, list | tuple):
            yield from words
        else:
            yield value, words
