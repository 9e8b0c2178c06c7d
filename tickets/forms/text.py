"""Plain text as people type or paste it, freed of what nobody can see."""

import unicodedata

from django import forms
from django.core.exceptions import ValidationError

#: Signs that turn the direction of what stands around them, and so can make a text read as another.
BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


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


def _is_invisible(sign: str) -> bool:
    return unicodedata.category(sign) in ("Cc", "Cs") or sign in BIDI
