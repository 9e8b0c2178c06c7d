"""Files in a form: each is stored as soon as it arrives, and from then on the form carries its key.

With JavaScript (static/js/uploads.js) files go up the moment they are pasted, dropped or picked; without it they come
with the form. Either way what was accepted survives a form that must be corrected, as a thumbnail with its key.
"""

from dataclasses import dataclass, field

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.template.loader import render_to_string

from tickets import retention, uploads
from tickets.forms.base import every
from tickets.models import Attachment
from workflows.inputs import FilesField

GONE = "Sebagian berkas sudah tidak tersedia. Silakan unggah kembali."
TOO_MANY = f"Paling banyak {uploads.MAX_FILES_PER_ACT} berkas sekali kirim; selebihnya tidak disertakan: %s."


@dataclass(frozen=True)
class Sent:
    """What a browser sent for one field: keys of earlier uploads, and files."""

    keys: list[str] = field(default_factory=list)
    files: list[UploadedFile] = field(default_factory=list)


class UploadsInput(forms.Widget):
    """The drop zone. A page that shows it loads `static/js/uploads.js` (deferred)."""

    template_name = "_partials/_uploads.html"
    needs_multipart_form = True

    def __init__(self, *, documents: bool, attrs=None):
        super().__init__(attrs)
        self.documents = documents
        self.attachments: list[Attachment] = []

    def value_from_datadict(self, data, files, name) -> Sent:
        return Sent(keys=every(data, f"{name}-berkas"), files=every(files, name))

    def value_omitted_from_data(self, data, files, name) -> bool:
        return False

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        return context | {
            "described_by": context["widget"]["attrs"].get("aria-describedby"),
            "attachments": self.attachments,
            "documents": self.documents,
            "accept": ",".join(uploads.accepted_types(documents=self.documents)),
            "kept_for": retention.files_kept_for(),
            "max_files": uploads.MAX_FILES_PER_ACT,
            "max_bytes": uploads.MAX_BYTES,
            "max_megabytes": uploads.MAX_BYTES // 1024 // 1024,
        }

    def render(self, name, value, attrs=None, renderer=None):
        return render_to_string(self.template_name, self.get_context(name, value, attrs))


class UploadsField(forms.Field):
    """Cleans to the keys of a person's uploads, the earlier ones first. Good files stay when others are refused."""

    def __init__(self, *, owner, documents: bool, label="", help_text="", required=False):
        super().__init__(label=label, help_text=help_text, required=required, widget=UploadsInput(documents=documents))
        self.owner = owner
        self.documents = documents

    def clean(self, value: Sent) -> list[str]:
        kept, problems = self._kept(value.keys)
        room = uploads.MAX_FILES_PER_ACT - len(kept)
        for file in value.files[:room]:
            try:
                kept.append(uploads.store(file, by=self.owner, documents=self.documents))
            except ValidationError as refusal:
                problems += refusal.messages
        if surplus := [f"“{uploads.shown_name(file.name)}”" for file in value.files[room:]]:
            problems.append(TOO_MANY % ", ".join(surplus))
        self.widget.attachments = kept
        if self.required and not kept and not problems:
            problems.append("Sertakan sedikitnya satu berkas.")
        if problems:
            raise ValidationError(problems)
        return [attachment.key for attachment in kept]

    def _kept(self, keys: list[str]) -> tuple[list[Attachment], list[str]]:
        """The person's own uploads by these keys. Attached ones too: a form sent twice is told apart by its token."""
        wanted = list(dict.fromkeys(key for key in keys if key.isalnum()))
        own = Attachment.objects.filter(uploaded_by=self.owner)
        if not self.documents:
            own = own.filter(kind=Attachment.Kind.IMAGE)
        found = own.in_bulk(wanted[: uploads.MAX_FILES_PER_ACT], field_name="key")
        kept = [found[key] for key in wanted if key in found]
        return kept, [] if len(kept) == len(wanted) else [GONE]


def adopt_uploads(form: forms.Form, owner) -> None:
    """Let a form that an SOP file describes take files, each stored as `owner`'s."""
    for name, declared in form.fields.items():
        if isinstance(declared, FilesField):
            form.fields[name] = UploadsField(
                owner=owner,
                documents=declared.documents,
                label=declared.label,
                help_text=declared.help_text,
                required=declared.required,
            )
