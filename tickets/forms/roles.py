"""What administrators fill in to give a role, change it and end it. What cannot be, `tickets.assignments` says."""

from __future__ import annotations

from datetime import date, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q
from django.utils import timezone

from tickets import assignments
from tickets.forms.base import BaseForm, KeepsTheRest
from tickets.forms.text import PlainTextField
from tickets.models import RoleAssignment, User
from tickets.people_filters import PeopleFilter

#: The days that an assignment may speak of.
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)
#: How many people a page offers at most; a search finds any other.
MOST_OFFERED = 200
OFFERED = "Pemegang peran, administrator, dan rekan se-OPD mereka. Untuk orang lain, cari dahulu di atas."


def _date_field(label: str, *, required: str = "", help_text: str = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        required=bool(required),
        help_text=help_text,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        validators=[
            MinValueValidator(FIRST_DAY, "Tanggal paling awal 1 Januari 2000."),
            MaxValueValidator(LAST_DAY, "Tanggal paling akhir 31 Desember 2100."),
        ],
        error_messages={"required": required, "invalid": "Silakan isi tanggal dengan lengkap."},
    )


class PersonChoice(forms.ModelChoiceField):
    """An active person, by name and OPD, since two may share a name."""

    def label_from_instance(self, person: User) -> str:
        return f"{person.name} · {person.unit.short_name}" if person.unit else person.name


class AssignmentForm(BaseForm, KeepsTheRest):
    """What every assignment has: a procedure or all, days, and the letter it rests on."""

    use_required_attribute = False

    starts_on = _date_field("Sejak", required="Silakan isi tanggal mulai.")
    ends_on = _date_field("Sampai", help_text="Hari terakhir. Kosongkan bila tidak dibatasi; pengganti wajib dibatasi.")
    letter_number = PlainTextField(
        label="Nomor surat",
        help_text="Surat perintah atau keputusan. Wajib untuk pengganti (Plh./Plt.).",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"max_length": "Nomor surat paling banyak %(limit_value)d karakter; sekarang %(show_value)d."},
    )

    class Meta:
        model = RoleAssignment
        fields: tuple[str, ...] = ("procedure", "starts_on", "ends_on", "letter_number")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        procedure = self.fields["procedure"]
        procedure.label = "Layanan"
        procedure.help_text = "Semua layanan, atau hanya satu."
        procedure.choices = [("", "Semua layanan"), *procedure.choices[1:]]

    def clean(self):
        typed = super().clean()
        starts, ends = typed.get("starts_on"), typed.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", "Tanggal sampai mendahului tanggal sejak.")
        if self._substitutes_for(typed):
            if ends is None and "ends_on" not in self.errors:
                self.add_error("ends_on", "Silakan isi sampai kapan ia menggantikan.")
            if not typed.get("letter_number") and "letter_number" not in self.errors:
                self.add_error("letter_number", "Silakan isi nomor surat penunjukannya.")
        return typed

    def _substitutes_for(self, typed):
        return self.instance.substitute_for

    def _post_clean(self):
        super()._post_clean()
        if self.errors:
            return
        try:
            assignments.refuse_unsound(self.instance)
        except assignments.Refused as refusal:
            self.refuse(refusal)

    def refuse(self, refusal: assignments.Refused) -> None:
        """Say why not: beside the field it is about, where the form has it."""
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))


class GiveForm(AssignmentForm):
    """A role for somebody, of their own or in the place of another. Any active person can be given one; the page offers
    those whom `search` finds, without it the people of the office."""

    user = PersonChoice(
        label="Pengguna",
        queryset=User.objects.none(),
        empty_label="Pilih orangnya",
        error_messages={
            "required": "Silakan pilih orangnya.",
            "invalid_choice": "Akun ini tidak ada atau tidak aktif.",
        },
    )
    substitute_for = PersonChoice(
        label="Menggantikan",
        help_text=(
            "Hanya untuk pengganti (Plh./Plt.): siapa yang digantikan. Ia bertindak atas nama orang itu. "
            "Bila jabatannya kosong, kosongkan dan isi nomor surat saja."
        ),
        queryset=User.objects.none(),
        required=False,
        empty_label="Tidak menggantikan siapa pun",
        error_messages={"invalid_choice": "Akun ini tidak ada atau tidak aktif."},
    )

    field_order = ("user", "role", "procedure", "substitute_for", "starts_on", "ends_on", "letter_number")

    class Meta(AssignmentForm.Meta):
        fields = ("user", "role", "procedure", "substitute_for", "starts_on", "ends_on", "letter_number")

    def __init__(self, *args, search="", **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("starts_on", timezone.localdate())
        people = User.objects.filter(is_active=True).select_related("unit").order_by("name", "pk")
        self.fields["user"].queryset = people
        self.filters = PeopleFilter({"cari": search})
        self._offer(self.filters.qs.filter(is_active=True) if search else people.filter(_of_the_office()), search)
        holders = people.filter(role_assignments__in=RoleAssignment.objects.filter(substitute_for=None)).distinct()
        self.fields["substitute_for"].queryset = holders
        role = self.fields["role"]
        role.label = "Peran"
        role.choices = [("", "Pilih perannya"), *role.choices[1:]]
        role.error_messages["required"] = "Silakan pilih perannya."

    def clean(self):
        typed = super().clean()
        if typed.get("substitute_for") and typed["substitute_for"] == typed.get("user"):
            self.add_error("substitute_for", "Seseorang tidak dapat menggantikan dirinya sendiri.")
        return typed

    def _substitutes_for(self, typed):
        return typed.get("substitute_for")

    def _offer(self, people, search):
        """Let the page name these people, and whoever is chosen already: so is the only one who was found."""
        field, offered = self.fields["user"], list(people[:MOST_OFFERED])
        if search and len(offered) == 1 and not self.initial.get("user"):
            self.initial["user"] = offered[0].pk
        field.help_text = f"{len(offered)} orang cocok." if search else OFFERED
        if len(offered) == MOST_OFFERED:
            field.help_text = f"Ditawarkan {MOST_OFFERED} nama pertama. Untuk orang lain, cari di atas."
        chosen = self._chosen()
        if chosen and chosen not in offered:
            offered.insert(0, chosen)
        names = [(person.pk, field.label_from_instance(person)) for person in offered]
        field.choices = [("", field.empty_label), *names]

    def _chosen(self):
        try:
            return self.fields["user"].to_python(self["user"].value())
        except ValidationError:
            return None


def _of_the_office() -> Q:
    """Who holds a role, now or later, and who administers, with all others of their OPD."""
    not_over = RoleAssignment.objects.filter(Q(ends_on=None) | Q(ends_on__gte=timezone.localdate()))
    staff = User.objects.filter(Q(is_staff=True) | Q(pk__in=not_over.values("user")), is_active=True)
    return Q(pk__in=staff) | Q(unit__in=staff.values("unit"))


class EndForm(BaseForm):
    """The last day of an assignment. One in force since before today can end at once: its last day was yesterday."""

    use_required_attribute = False
    NOW, WITH_A_DAY = "sekarang", "hari"

    how = forms.ChoiceField(
        label="Kapan peran ini berakhir?",
        choices=[(NOW, "Sekarang juga"), (WITH_A_DAY, "Pada akhir hari")],
        widget=forms.RadioSelect,
        initial=WITH_A_DAY,
        required=False,
        error_messages={"invalid_choice": "Silakan pilih salah satu."},
    )
    ends_on = _date_field(
        "Hari terakhir", required="Silakan isi hari terakhirnya.", help_text="Masih berlaku sepanjang hari itu."
    )

    def __init__(self, *args, assignment: RoleAssignment, **kwargs):
        super().__init__(*args, **kwargs)
        self.assignment = assignment
        today = timezone.localdate()
        self.initial.setdefault("ends_on", today)
        if assignment.starts_on >= today or not assignments.is_in_force(assignment):
            del self.fields["how"]
        elif self["how"].data == self.NOW:
            self.initial["ends_on"] = today - timedelta(days=1)
            self.fields["ends_on"].disabled = True  # whatever was typed

    @property
    def ends_now(self) -> bool:
        """Whether the assignment is taken away at once."""
        return self.cleaned_data.get("how") == self.NOW

    def clean_ends_on(self):
        day = self.cleaned_data["ends_on"]
        if day < self.assignment.starts_on:
            raise forms.ValidationError(f"Peran ini baru berlaku sejak {assignments.told(self.assignment.starts_on)}.")
        if assignments.is_over(self.assignment) or (self.assignment.ends_on and day > self.assignment.ends_on):
            until = assignments.told(self.assignment.ends_on)
            raise forms.ValidationError(f"Peran ini sudah berakhir pada {until}. Untuk memperpanjangnya, pilih Ubah.")
        return day
