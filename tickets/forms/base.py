"""What forms share: crispy's rendering without a form tag, one act for a double click, care for passwords in texts."""

from uuid import uuid4

from crispy_forms.helper import FormHelper
from django import forms
from django.template.loader import render_to_string
from django.utils.html import format_html

from tickets.secrets import looks_like_a_secret


class BaseForm(forms.Form):
    """Rendered by `{% crispy form %}` or field by field; the template writes the form tag."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True


class KeepsTheRest(forms.ModelForm):
    """A form of a row that says in hidden fields what it showed: `changed_data` is what its person changed, and not
    what somebody else did since the page was opened. Save those fields alone.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.show_hidden_initial = self.instance.pk is not None


class OnceForm(BaseForm):
    """A form whose repeated post is one act (see `tickets.actions`): it carries a random token."""

    token = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid4)


class CarefulForm(OnceForm):
    """A form for texts that stay: one that seems to hold a password comes back with a question beside its field.

    The person takes the password out, or ticks that the text is meant as it is.
    """

    TICKED = "tetap-kirim"
    WARNING = (
        "Isian ini tampaknya memuat kata sandi, PIN, atau kunci akses. "
        "Petugas tidak memerlukannya; silakan hapus dahulu."
    )

    def _post_clean(self):
        """After every other check, and also beside what those found: all is said at once. A field that comes back in
        any case is asked about when it is right: before, it may be of any length.
        """
        super()._post_clean()
        for name, field in self.fields.items():
            typed = self[name].data
            is_text = isinstance(field, forms.CharField) and isinstance(typed, str)
            if is_text and name not in self.errors and looks_like_a_secret(typed):
                self._ask_about(name)

    def _ask_about(self, name):
        is_meant = self.add_prefix(name) in every(self.data, self.TICKED)
        field = self[name]
        question = render_to_string("_partials/_meant.html", {"form": self, "field": field, "is_meant": is_meant})
        field.help_text = format_html("{}{}", question, field.help_text)
        if not is_meant:
            self.add_error(name, self.WARNING)


def every(data, name):
    """Every value of a name, whether from a browser's QueryDict or from a plain dict in code."""
    return data.getlist(name) if hasattr(data, "getlist") else list(data.get(name, ()))
