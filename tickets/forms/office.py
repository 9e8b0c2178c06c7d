"""What administrators fill in for *Identitas kantor*, one form for each of its sections.

Each form's `save` writes its own fields and no others, so that two people in two sections do not undo each other.
"""

from __future__ import annotations

from functools import partial

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from tickets import images, uploads
from tickets.forms.base import BaseForm
from tickets.forms.text import line, nip
from tickets.models import Office, Signer
from tickets.models.office import Paper
from tickets.nip import nip_of
from tickets.reports import numbers
from workflows.models import SopApproval
from workflows.sop import Sop

MAX_LOGO_BYTES = 2 * 1024 * 1024
MAX_LOGO_SIDE = 2_000
#: With every part written out, a number of such a pattern fits where numbers are kept.
PATTERN_LENGTH = 60


class OfficeForm(BaseForm, forms.ModelForm):
    """Some fields of the one office."""

    use_required_attribute = False

    def __init__(self, data=None, files=None):
        super().__init__(data, files, instance=Office.current())

    def save(self, commit=True):
        Office.objects.get_or_create(pk=1)
        self.instance.save(update_fields=self._meta.fields)
        return self.instance


class LetterheadForm(OfficeForm):
    government = line("Pemerintah", 120, required="Silakan tuliskan nama pemerintah daerah.")
    organisation = line("Perangkat daerah", 160, required="Silakan tuliskan nama perangkat daerah.")
    unit = line("Bidang", 120, required="Silakan tuliskan nama bidang.")
    address = line("Alamat", 200, help_text="Jalan, nomor, dan kode pos.")
    contact = line("Telepon, surel, situs", 200)
    city = line("Kota", 60, required="Silakan tuliskan kota.", help_text="Tempat pada baris tanggal, misalnya Padang.")

    class Meta:
        model = Office
        fields = ("government", "organisation", "unit", "address", "contact", "city")


class PaperForm(OfficeForm):
    paper = forms.ChoiceField(
        label="Ukuran kertas",
        choices=Paper.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Silakan pilih ukuran kertas.",
            "invalid_choice": "Silakan pilih salah satu ukuran di bawah ini.",
        },
    )

    class Meta:
        model = Office
        fields = ("paper",)


class NumbersForm(OfficeForm):
    """Codes and patterns of numbers, each pattern with an example of what it makes."""

    unit_code = line("Kode unit", 40, required="Silakan tuliskan kode unit.", help_text="Menjadi {unit}.")
    completion_code = line("Kode", 20, required="Silakan tuliskan kode, misalnya LPM.", help_text="Menjadi {kode}.")
    completion_number = line("Pola nomor", PATTERN_LENGTH, required="Silakan tuliskan pola nomor.")
    sla_code = line("Kode", 20, required="Silakan tuliskan kode, misalnya SLA.", help_text="Menjadi {kode}.")
    sla_number = line("Pola nomor", PATTERN_LENGTH, required="Silakan tuliskan pola nomor.")

    class Meta:
        model = Office
        fields = ("unit_code", "completion_code", "completion_number", "sla_code", "sla_number")

    def clean_completion_number(self):
        return self._pattern("completion_number")

    def clean_sla_number(self):
        return self._pattern("sla_number")

    def _pattern(self, name):
        pattern = self.cleaned_data[name]
        if problem := numbers.problem_of(pattern):
            raise ValidationError(problem)
        return pattern

    def clean(self):
        typed = super().clean()
        for name in ("unit_code", "completion_code", "sla_code"):
            if set("{}") & set(typed.get(name, "")):
                self.add_error(name, "Kurung kurawal tidak dapat dipakai dalam kode.")
        return typed

    @property
    def kinds(self):
        """For each kind of paper its heading, its fields and its example."""
        return [
            (
                "Laporan Penyelesaian Masalah",
                self["completion_code"],
                self["completion_number"],
                self._example("completion"),
            ),
            ("Laporan SLA", self["sla_code"], self["sla_number"], self._example("sla")),
        ]

    def _example(self, kind):
        """A number as typed, or as it was before anything was; empty while what is typed makes none."""
        typed = getattr(self, "cleaned_data", None) if self.is_bound else self.initial
        pattern, code, unit = ((typed or {}).get(name) for name in (f"{kind}_number", f"{kind}_code", "unit_code"))
        return example(pattern, code=code, unit=unit) if pattern and code and unit else ""


def example(pattern: str, *, code: str, unit: str) -> str:
    """The first number that a pattern gives to a paper of today."""
    return numbers.number(pattern, code=code, sequence=1, unit=unit, day=timezone.localdate())


class LogoForm(BaseForm):
    """The coat of arms or logo of the letterhead: drawn anew like every picture that people send."""

    use_required_attribute = False

    logo = forms.FileField(
        label="Berkas logo",
        help_text="PNG, JPEG, atau WebP, paling besar 2 MB. PNG dengan latar tembus pandang tercetak paling baik.",
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ",".join(uploads.accepted_types(documents=False))}),
        error_messages={"required": "Silakan pilih berkas logo.", "invalid": "Berkas tidak sampai dengan utuh."},
    )

    def clean_logo(self):
        file = self.cleaned_data["logo"]
        name = uploads.shown_name(file.name)
        if not file.size:
            raise ValidationError(f"“{name}” kosong. Silakan pilih berkas lain.")
        if file.size > MAX_LOGO_BYTES:
            raise ValidationError(f"“{name}” lebih besar dari 2 MB. Silakan perkecil gambarnya.")
        content = file.read()
        if images.format_of(content) is None:
            raise ValidationError(f"“{name}” bukan gambar PNG, JPEG, atau WebP.")
        try:
            clean = images.clean_image(content, name=name)
        except ValidationError as refusal:
            raise ValidationError(
                f"“{name}” tidak dapat dipakai: rusak, bergerak, atau terlalu besar. Silakan pilih gambar lain."
            ) from refusal
        if max(clean.width, clean.height) > MAX_LOGO_SIDE or len(clean.content) > MAX_LOGO_BYTES:
            raise ValidationError(f"“{name}” terlalu besar: paling panjang 2.000 piksel pada setiap sisi.")
        return clean

    @transaction.atomic
    def save(self) -> Office:
        """Put the picture in the place of the one before."""
        clean = self.cleaned_data["logo"]
        office, _ = Office.objects.select_for_update().get_or_create(pk=1)
        before = office.logo.name
        office.logo.save(f".{clean.ending}", ContentFile(clean.content), save=False)
        office.save(update_fields=["logo"])
        _delete_after_commit(office, before)
        return office


@transaction.atomic
def remove_logo() -> None:
    """Leave the letterhead without a picture."""
    office = Office.objects.select_for_update().filter(pk=1).first()
    if office and office.logo:
        before, office.logo = office.logo.name, ""
        office.save(update_fields=["logo"])
        _delete_after_commit(office, before)


def _delete_after_commit(office: Office, name: str | None) -> None:
    if name:
        transaction.on_commit(partial(office.logo.storage.delete, name))


class RemovableForm(BaseForm, forms.ModelForm):
    """A row that says something about its `key`; with every field empty, it is taken away."""

    use_required_attribute = False
    key = ""

    @property
    def is_empty(self) -> bool:
        return not any(self.cleaned_data.values())

    def save(self, commit=True):
        key = {self.key: getattr(self.instance, self.key)}
        rows = type(self.instance).objects
        if self.is_empty:
            rows.filter(**key).delete()
        else:
            rows.update_or_create(**key, defaults=self.cleaned_data)
        return self.instance


class SignerForm(RemovableForm):
    """Who signs for a role."""

    key = "role"

    position = line("Jabatan", 120, help_text="Seperti tertulis di atas tanda tangan.")
    name = line("Nama", 150, help_text="Dengan gelar.")
    nip = nip()
    rank = line("Pangkat/golongan", 80, help_text="Misalnya Pembina Tk. I (IV/b).")

    class Meta:
        model = Signer
        fields = ("position", "name", "nip", "rank")

    def clean_nip(self):
        return nip_of(self.cleaned_data["nip"])

    def clean(self):
        typed = super().clean()
        if not self.errors and not self.is_empty:
            for field, words in (("name", "nama"), ("position", "jabatan")):
                if not typed[field]:
                    self.add_error(field, f"Silakan tuliskan {words} penanda tangan.")
        return typed


class ApprovalForm(RemovableForm):
    """What the signed copy of an SOP says beyond the copy in hand. Left empty, the copy's own word stands."""

    key = "sop_key"

    number = line("No. SOP", 80)
    position = line("Jabatan yang mengesahkan", 120, help_text="Misalnya Kepala Dinas.")
    name = line("Nama", 150, help_text="Dengan gelar.")
    nip = nip()
    rank = line("Pangkat/golongan", 80)

    class Meta:
        model = SopApproval
        fields = ("number", "created", "revised", "effective", "position", "name", "nip", "rank")

    def __init__(self, *args, sop: Sop, **kwargs):
        super().__init__(*args, **kwargs)
        self.sop = sop
        for name, label in (
            ("created", "Tanggal pembuatan"),
            ("revised", "Tanggal revisi"),
            ("effective", "Tanggal efektif"),
        ):
            self.fields[name] = forms.DateField(
                label=label,
                required=False,
                widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
                error_messages={"invalid": "Tanggal ini tidak terbaca. Tulislah seperti 10/06/2024."},
            )
        self.order_fields(self._meta.fields)

    def clean_nip(self):
        return nip_of(self.cleaned_data["nip"])

    def clean(self):
        typed = super().clean()
        if not self.errors:
            self._check_dates(typed)
            self._check_who(typed)
        return typed

    def _check_dates(self, typed):
        created = typed["created"] or self.sop.identity.created
        for name, words in (("revised", "revisi"), ("effective", "efektif")):
            if typed[name] and created and typed[name] < created:
                self.add_error(name, f"Tanggal {words} mendahului tanggal pembuatan.")

    def _check_who(self, typed):
        name, position = typed["name"], typed["position"]
        if (position or typed["nip"] or typed["rank"]) and not name:
            self.add_error("name", "Silakan tuliskan nama yang mengesahkan.")
        if name and not position:
            self.add_error("position", "Silakan tuliskan jabatan yang mengesahkan.")
