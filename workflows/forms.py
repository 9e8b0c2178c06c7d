"""The form of a row: the fields of the artefacts it asks for, named after them, filled with what is passed on.

`ArtefactsForm.answers()` gives back values by artefact, ready for the record. Arrows and rights are not its concern.
"""

from __future__ import annotations

from copy import deepcopy
from datetime import date, datetime
from typing import Any

from django import forms

from workflows.inputs import FilesField
from workflows.machine import field_name, missing_requirements
from workflows.record import Answers, Record
from workflows.sop import Artefact, Step


def asked(step: Step, record: Record) -> list[Artefact]:
    """What the form of a row asks for: missing Kelengkapan, then Output; each once, only what has fields."""
    wanted = {artefact.key: artefact for artefact in (*missing_requirements(step, record), *step.produces)}
    return [artefact for artefact in wanted.values() if artefact.fields]


def passed_on(step: Step, record: Record) -> Answers:
    """The values on record of what a row came with and leaves with."""
    return {artefact.key: record.values(artefact.key) for artefact in step.passes_on}


class ArtefactsForm(forms.Form):
    """Asks for some artefacts. What is passed on stands in the fields already, so passing it on is one press."""

    def __init__(self, *args: Any, artefacts: list[Artefact], passed_on: Answers | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.artefacts = artefacts
        self.passed_on = passed_on or {}
        for artefact in artefacts:
            known = self.passed_on.get(artefact.key, {})
            for question, declared in artefact.fields.items():
                field = deepcopy(declared)
                field.error_messages["required"] = f"Silakan isi: {field.label}."
                if not isinstance(field, FilesField):
                    field.initial = _as_typed(field, known.get(question))
                self.fields[field_name(artefact, question)] = field

    def answers(self) -> dict[str, dict[str, Any]]:
        """The cleaned values by artefact; files add to those passed on. An artefact left wholly empty is absent."""
        given = {artefact.key: self._values(artefact) for artefact in self.artefacts}
        return {key: values for key, values in given.items() if any(values.values())}

    def _values(self, artefact: Artefact) -> dict[str, Any]:
        known = self.passed_on.get(artefact.key, {})
        values: dict[str, Any] = {}
        for question in artefact.fields:
            name = field_name(artefact, question)
            value = self.cleaned_data.get(name)
            if isinstance(artefact.fields[question], FilesField):
                value = [*known.get(question, []), *(value or [])]
            values[question] = value.isoformat() if isinstance(value, datetime | date) else value
        return values


def _as_typed(field: forms.Field, value: Any) -> Any:
    """A value of the record as its field shows it: a moment is recorded as text, and shown in the office's zone."""
    return datetime.fromisoformat(value) if value and isinstance(field, forms.DateTimeField) else value


def generated(step: Step, record: Record) -> dict[str, dict[str, Any]]:
    """The artefacts of this row that the record itself makes (a recap, a document), over what was typed for them."""
    return {
        artefact.key: {**record.fresh.get(artefact.key, {}), **artefact.generate(record)}
        for artefact in step.produces
        if artefact.generate
    }
