"""*Buat laporan*: one form for every service. What a service demands as evidence, its SOP says."""

from copy import deepcopy
from datetime import date

from django import forms
from django.utils import timezone

from tickets.actions import OnBehalfOf
from tickets.forms.base import CarefulForm
from tickets.forms.text import PlainTextField
from tickets.forms.uploads import adopt_uploads
from tickets.models import Unit, User
from tickets.models.tickets import Channel, Impact
from workflows import sops
from workflows.inputs import LINK_ERRORS, MOMENT_ERRORS, TEXT_LIMIT, has_happened
from workflows.machine import field_name
from workflows.sop import Sop


class ReportForm(CarefulForm):
    """Filled in by the person who reports, or by a subkoordinator for somebody who called or wrote."""

    use_required_attribute = False  # the form says what is missing in sentences, all at once

    procedure = forms.ChoiceField(
        label="Apa yang terganggu?",
        choices=lambda: [(sop.procedure, sop.service) for sop in sops.current()],
        widget=forms.RadioSelect,
        error_messages={"required": "Silakan pilih layanan yang terganggu."},
    )
    title = PlainTextField(
        label="Judul",
        help_text="Satu kalimat, misalnya “Halaman berita tidak bisa dibuka”.",
        max_length=150,
        error_messages={
            "required": "Silakan tuliskan judul.",
            "max_length": "Judul paling banyak %(limit_value)d karakter; sekarang %(show_value)d.",
        },
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    description = PlainTextField(
        label="Uraian",
        help_text="Apa yang Anda lakukan, apa yang seharusnya terjadi, dan apa yang muncul di layar.",
        max_length=TEXT_LIMIT,
        error_messages={
            "required": "Silakan uraikan gangguannya.",
            "max_length": "Uraian paling banyak %(limit_value)d karakter; sekarang %(show_value)d.",
        },
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    page_url = forms.URLField(
        label="Tautan halaman",
        help_text="Alamat halaman yang terganggu, misalnya sumbarprov.go.id/berita.",
        required=False,
        max_length=500,
        assume_scheme="https",
        error_messages=LINK_ERRORS,
        # Not type=url: a browser would refuse an address without https:// before we can add it.
        widget=forms.TextInput(attrs={"inputmode": "url", "autocapitalize": "none", "autocomplete": "off"}),
    )
    noticed_at = forms.DateTimeField(
        label="Diketahui sejak",
        help_text="Waktu setempat (WIB). Kosongkan bila baru saja.",
        required=False,
        validators=[has_happened],
        error_messages=MOMENT_ERRORS,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    impact = forms.ChoiceField(
        label="Dampak",
        choices=Impact,
        initial=Impact.ONE,
        widget=forms.RadioSelect,
        error_messages={"required": "Silakan pilih dampaknya."},
    )

    reporter_name = PlainTextField(
        label="Nama pelapor", required=False, max_length=150, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    reporter_unit = forms.ModelChoiceField(
        label="OPD", queryset=Unit.objects.all(), required=False, empty_label="Tidak diketahui"
    )
    reporter_contact = PlainTextField(
        label="Kontak",
        help_text="Surel atau nomor telepon. Bila surelnya terdaftar, laporan ini tampil di akun pelapor.",
        required=False,
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    channel = forms.ChoiceField(
        label="Saluran",
        choices=[("", "Pilih saluran"), *((one.value, one.label) for one in Channel if one != Channel.SITE)],
        required=False,
    )
    REPORTER = ("reporter_name", "reporter_unit", "reporter_contact", "channel")

    def __init__(self, *args, person: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.person = person
        self.services = sops.current()
        self.fields["noticed_at"].widget.attrs["max"] = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
        self._ask_for_evidence()

    @property
    def sop(self) -> Sop:
        """The issue of the chosen service; ask only a valid form."""
        return sops.for_procedure(self.cleaned_data["procedure"])

    @property
    def choices(self):
        """(radio, SOP) of each service."""
        return list(zip(self["procedure"], self.services, strict=True))

    @property
    def evidence(self):
        """(field, the procedures that ask for it)."""
        return [(self[name], procedures) for name, procedures in self._evidence.items()]

    @property
    def may_file_for_others(self) -> bool:
        return bool(self.person.coordinated_procedures)

    @property
    def is_for_another(self) -> bool:
        """Whether anything about another reporter was filled in."""
        return any(self[name].data for name in self.REPORTER)

    def clean(self):
        super().clean()
        if "procedure" in self.cleaned_data:
            self._check_evidence()
        if self.is_for_another:
            for name, sentence in (
                ("reporter_name", "Silakan tuliskan nama pelapor."),
                ("channel", "Silakan pilih saluran laporan ini."),
            ):
                if name not in self.errors and not self.cleaned_data.get(name):
                    self.add_error(name, sentence)

    def answers(self) -> dict:
        """The evidence that the chosen SOP asks for. A link is the page's address: it is not asked for twice."""
        evidence = self.sop.evidence
        values = {question: self._answer(evidence, question) for question in evidence.fields}
        return {evidence.key: values} if any(values.values()) else {}

    def on_behalf_of(self) -> OnBehalfOf | None:
        """Whom the report is filed for; an account's e-mail as contact makes it that person's own report."""
        if not self.is_for_another:
            return None
        contact = self.cleaned_data["reporter_contact"]
        account = User.objects.with_email(contact).filter(is_active=True).select_related("unit").first()
        return OnBehalfOf(
            name=account.name if account else self.cleaned_data["reporter_name"],
            unit=self.cleaned_data["reporter_unit"] or (account.unit if account else None),
            contact=contact,
            channel=self.cleaned_data["channel"],
            account=account,
        )

    def _ask_for_evidence(self):
        """One field per question of all SOPs; those of the same artefact and question are one."""
        self._evidence: dict[str, list[str]] = {}
        for sop in self.services:
            for question, declared in sop.evidence.fields.items():
                if isinstance(declared, forms.URLField):
                    continue
                name = field_name(sop.evidence, question)
                if name not in self.fields:
                    self.fields[name] = deepcopy(declared)
                    self.fields[name].required = False  # only the chosen SOP's rule applies
                self._evidence.setdefault(name, []).append(sop.procedure)
        adopt_uploads(self, self.person)

    def _check_evidence(self):
        evidence = self.sop.evidence
        for question, declared in evidence.fields.items():
            name = field_name(evidence, question)
            if declared.required and name not in self.errors and not self._answer(evidence, question):
                self.add_error(name if name in self.fields else "page_url", f"{declared.label} wajib diisi.")

    def _answer(self, evidence, question):
        if isinstance(evidence.fields[question], forms.URLField):
            return self.cleaned_data.get("page_url", "")
        value = self.cleaned_data.get(field_name(evidence, question))
        return value.isoformat() if isinstance(value, date) else value
