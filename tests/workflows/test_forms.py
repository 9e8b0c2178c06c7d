"""What an SOP file asks for, as a form: what may be typed, and what stands there already."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
import time_machine
from django import forms

from tests.factories import TUESDAY
from workflows import inputs, sops
from workflows.forms import ArtefactsForm

UPLOADED = next(a for a in sops.get("spj-online").artefacts() if a.key == "hasil_perbaikan")


def form(data: dict[str, str] | None = None, **passed_on: str) -> ArtefactsForm:
    """Asks when the version was put on the server, and nothing else."""
    artefact = replace(UPLOADED, fields={"waktu_unggah": UPLOADED.fields["waktu_unggah"]})
    return ArtefactsForm(data, artefacts=[artefact], passed_on={artefact.key: passed_on})


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("2026-11-17T10:00", None),
        ("2000-01-01T00:00", None),
        ("1999-12-31T23:59", "Silakan periksa tahunnya."),
        ("0001-01-01T00:00", "Silakan periksa tahunnya."),
        ("2026-11-17T10:01", "Waktu ini belum terjadi. Silakan periksa tanggal dan jamnya."),
        ("9999-12-31T23:59", "Waktu ini belum terjadi. Silakan periksa tanggal dan jamnya."),
    ],
)
def test_a_moment_is_one_that_has_passed_in_this_century(typed, sentence):
    field = inputs.moment("Waktu pengunggahan")

    with time_machine.travel(TUESDAY, tick=False):
        try:
            field.clean(typed)
            said = None
        except forms.ValidationError as refusal:
            (said,) = refusal.messages

    assert said == sentence


def test_a_moment_that_is_passed_on_stands_in_its_field_and_stays_the_same():
    first = form({"hasil_perbaikan-waktu_unggah": "2026-11-17T09:05"})
    assert first.is_valid(), first.errors

    (given,) = first.answers().values()
    shown = form(**given)["hasil_perbaikan-waktu_unggah"]
    again = form({"hasil_perbaikan-waktu_unggah": "2026-11-17T09:05"}, **given)

    assert datetime.fromisoformat(given["waktu_unggah"]) == datetime(2026, 11, 17, 2, 5, tzinfo=UTC)
    assert 'value="2026-11-17T09:05"' in str(shown)
    assert again.is_valid()
    assert again.answers() == first.answers()
