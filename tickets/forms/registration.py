"""What somebody fills in who asks for an account, and what an administrator fills in who decides."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError

from tickets.forms.base import BaseForm
from tickets.forms.text import address, line, nip, phone
from tickets.models import Unit, User
from tickets.nip import nip_of
from tickets.registering import Reason, Wish
from tickets.words import stopped

REFUSE, ACCEPT = "tolak", "setujui"


class RegisterForm(BaseForm):
    """Who asks for an account. Whether the address is known here, no answer tells."""

    use_required_attribute = False

    name = line("Nama lengkap", 150, required="Silakan tuliskan nama Anda.", help_text="Dengan gelar bila ada.")
    email = address(
        "Surel dinas",
        required="Silakan tuliskan alamat surel Anda.",
        help_text="Kami mengirim tautan konfirmasi ke alamat ini.",
        autocomplete="email",
    )
    unit = forms.ModelChoiceField(
        label="Perangkat daerah",
        queryset=Unit.objects.all(),
        required=False,
        empty_label="Pilih perangkat daerah",
        help_text="Kosongkan bila tidak ada dalam daftar; administrator melengkapinya.",
        error_messages={"invalid_choice": "Silakan pilih salah satu perangkat daerah dalam daftar."},
    )
    nip = nip()
    phone = phone("Telepon (bila ada)", help_text="Untuk dihubungi bila ada pertanyaan.", autocomplete="tel")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["nip"].label = "NIP (bila ada)"

    def clean_name(self):
        """What strangers type in is read by others: it names a person, and leads nowhere."""
        name = self.cleaned_data["name"]
        if any(sign in name.lower() for sign in ("://", "www.", "@")):
            raise ValidationError("Tuliskan nama saja, tanpa alamat situs atau surel.")
        return name

    def clean_email(self):
        email = self.cleaned_data["email"]
        if not email.isprintable():
            raise ValidationError("Alamat surel ini memuat tanda yang tidak terlihat.")
        return email

    def clean_nip(self):
        return nip_of(self.cleaned_data["nip"])

    def wish(self) -> Wish:
        """What was filled in."""
        return Wish(**{name: self.cleaned_data[name] for name in ("email", "name", "unit", "nip", "phone")})


class DecideForm(BaseForm):
    """Yes with an OPD and a NIP that is free, or no with a reason; the button pressed says which."""

    use_required_attribute = False

    unit = forms.ModelChoiceField(
        label="Perangkat daerah",
        queryset=Unit.objects.all(),
        required=False,
        empty_label="Pilih perangkat daerah",
        error_messages={"invalid_choice": "Silakan pilih salah satu perangkat daerah dalam daftar."},
    )
    nip = nip()
    reason = forms.ChoiceField(
        label="Alasan menolak",
        choices=[("", "Pilih alasannya"), *Reason.choices],
        required=False,
        help_text="Pendaftar membacanya.",
        error_messages={"invalid_choice": "Silakan pilih salah satu alasan."},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.decision = ACCEPT if ACCEPT in self.data else REFUSE if REFUSE in self.data else ""

    def clean_nip(self):
        if self.decision != ACCEPT:
            return ""
        digits = nip_of(self.cleaned_data["nip"])
        if digits and (there := User.objects.filter(nip=digits).first()):
            taken = stopped(f"NIP ini sudah dipakai akun {there.name}")
            raise ValidationError(f"{taken} Silakan perbaiki atau kosongkan.")
        return digits

    def clean(self):
        typed = super().clean()
        if self.decision == ACCEPT and not typed.get("unit") and "unit" not in self.errors:
            self.add_error("unit", "Silakan pilih perangkat daerahnya.")
        if self.decision == REFUSE and not typed.get("reason") and "reason" not in self.errors:
            self.add_error("reason", "Silakan pilih alasannya.")
        if not self.decision:
            self.add_error(None, "Silakan pilih: setujui atau tolak.")
        return typed
