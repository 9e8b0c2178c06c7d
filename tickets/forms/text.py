"""Plain text as people type or paste it, freed of what nobody can see; and the fields of one line that forms share."""

import re
import unicodedata

from django import forms
from django.core.exceptions import ValidationError

#: Signs that turn the direction of what stands around them, and so can make a text read as another.
BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
PHONE = re.compile(r"\+?\(?[0-9][0-9 ().-]*")


class PlainTextField(forms.CharField):
    """Text without control or direction signs, its line ends all alike.

    The browser gets no `maxlength`: it would cut a pasted text in silence, where the form says so in a sentence.
    """

    def to_python(self, value):
        text = super().to_python(value)
        if not isinstance(text, str):
            return text
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        visible = "".join(sign for sign in text if sign in "\n\t" or not _is_invisible(sign))
        return visible.strip() if self.strip else visible

    def widget_attrs(self, widget):
        return {name: value for name, value in super().widget_attrs(widget).items() if name != "maxlength"}


class AddressField(forms.EmailField):
    """An address of mail in plain letters: others pass for them, as a Turkish `ı` for an `i`."""

    def validate(self, value):
        super().validate(value)
        if not value.isascii():
            raise ValidationError("Tulislah alamat surel dengan huruf a–z, angka, dan tanda baca biasa.")


# Fields that several forms have


def line(label: str, length: int, *, required: str = "", help_text: str = "", **attrs: str) -> PlainTextField:
    """One line of text; `required` is the sentence for when it is empty."""
    return PlainTextField(
        label=label,
        max_length=length,
        required=bool(required),
        help_text=help_text,
        widget=forms.TextInput(attrs={"autocomplete": "off", **attrs}),
        validators=[_on_one_line],
        error_messages={
            "required": required,
            "max_length": "Paling banyak %(limit_value)d karakter; sekarang %(show_value)d.",
        },
    )


def nip() -> PlainTextField:
    """A NIP as people write it, with spaces or without."""
    return line("NIP", 40, help_text="18 angka; spasi boleh ditulis.", inputmode="numeric")


def phone(label: str = "Telepon", *, help_text: str = "", autocomplete: str = "off") -> PlainTextField:
    """A phone number as people write it: one rule wherever it is asked for. An extension is a number, too."""
    field = line(label, 30, help_text=help_text, type="tel", autocomplete=autocomplete)
    field.validators.append(_of_digits)
    return field


def address(label: str = "Surel", *, required: str, help_text: str = "", autocomplete: str = "off") -> AddressField:
    """An address of mail; `required` is the sentence for when it is empty."""
    return AddressField(
        label=label,
        max_length=254,
        help_text=help_text,
        widget=forms.EmailInput(attrs={"autocomplete": autocomplete}),
        error_messages={
            "required": required,
            "invalid": "Alamat surel ini tidak lengkap. Tulislah seperti nama@sumbarprov.go.id.",
            "max_length": "Alamat surel paling banyak %(limit_value)d karakter; sekarang %(show_value)d.",
        },
    )


def _of_digits(number: str) -> None:
    if not PHONE.fullmatch(number):
        raise ValidationError(
            "Nomor telepon terdiri atas angka, boleh dengan +, kurung, spasi, titik, dan tanda hubung."
        )


def _on_one_line(text: str) -> None:
    if not text.isprintable():
        raise ValidationError("Tulis dalam satu baris, tanpa tanda yang tidak terlihat.")


def _is_invisible(sign: str) -> bool:
    return unicodedata.category(sign) in ("Cc", "Cs") or sign in BIDI
