"""What every form has: crispy's rendering without a form tag, and a token that makes a double click one act."""

from uuid import uuid4

from crispy_forms.helper import FormHelper
from django import forms


class BaseForm(forms.Form):
    """Rendered by `{% crispy form %}` or field by field; the template writes the form tag."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True


class OnceForm(BaseForm):
    """A form whose repeated post is one act (see `tickets.actions`): it carries a random token."""

    token = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid4)
