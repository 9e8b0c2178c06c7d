"""The form by which a row is left: the artefacts it asks for, the arrow and its reason."""

from django import forms

from tickets.forms.base import CarefulForm
from tickets.forms.uploads import adopt_uploads
from workflows.forms import ArtefactsForm, asked, passed_on
from workflows.inputs import TEXT_LIMIT
from workflows.machine import field_name, missing_requirements


class StepForm(ArtefactsForm, CarefulForm):
    """Asks what a row of a ticket asks. What is missing the server says, in words; the browser demands nothing."""

    use_required_attribute = False

    run = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    arrow = forms.CharField(required=False, max_length=30)
    reason = forms.CharField(
        label="Alasan",
        required=False,
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, data=None, files=None, *, ticket, run, owner):
        record = ticket.record
        self.step, self.run_pk = run.step, run.pk
        known = passed_on(self.step, record)
        super().__init__(
            data,
            files,
            auto_id="langkah_%s",
            initial={"run": run.pk},
            artefacts=asked(self.step, record),
            passed_on=known,
        )
        self._missing = missing_requirements(self.step, record)
        self._passed_on = [artefact for artefact in self.step.passes_on if known.get(artefact.key)]
        adopt_uploads(self, owner)

    @property
    def kelengkapan(self):
        """The fields of what the row should have come with and did not."""
        return self._fields_of(self._missing)

    @property
    def output(self):
        """The fields of what only this row gives."""
        kept_apart = (*self._missing, *self._passed_on)
        return self._fields_of(artefact for artefact in self.artefacts if artefact not in kept_apart)

    @property
    def passing_on(self):
        """The fields of what the row came with: they stand filled, and may be put right before it goes on."""
        return self._fields_of(self._passed_on)

    @property
    def passing_on_is_wrong(self):
        return any(field.errors for field in self.passing_on)

    def reject(self, errors):
        """Put the objections of the action beside their fields."""
        for name, sentence in errors.items():
            self.add_error(name if name in self.fields else None, sentence)

    def _fields_of(self, artefacts):
        return [self[field_name(artefact, question)] for artefact in artefacts for question in artefact.fields]
