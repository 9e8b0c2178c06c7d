"""Reports of one fault: choosing the main ticket that a report follows, and undoing that."""

from django import forms

from tickets.forms.base import OnceForm
from tickets.forms.talk import ReasonForm
from tickets.forms.text import PlainTextField
from tickets.models import Ticket

OTHER = "lain"


class TieForm(OnceForm):
    """Which ticket is the main one: one that is offered, or another by its number."""

    use_required_attribute = False

    run = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    main = forms.ChoiceField(
        label="Tiket utama",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Silakan pilih tiket utama.",
            "invalid_choice": "Tiket ini tidak lagi ditawarkan. Silakan pilih yang lain, atau tuliskan nomornya.",
        },
    )
    number = PlainTextField(label="Nomor tiket lain", max_length=20, required=False)

    def __init__(self, data=None, *, ticket, person, offered, run=None):
        super().__init__(data, auto_id="gabung_%s", initial={"run": run and run.pk})
        self.person = person
        self.offered = offered
        numbers = [one.ticket.number for one in offered]
        self.fields["main"].choices = [*((number, number) for number in numbers), (OTHER, "Tiket lain")]
        self.fields["number"].widget.attrs["placeholder"] = f"{ticket.sop.prefix}-2026-0001"
        if not offered:
            self.fields["main"].initial = OTHER

    @property
    def choices(self):
        """Each offered ticket with its radio button."""
        return zip(self["main"].subwidgets, self.offered, strict=False)

    @property
    def other(self):
        """The radio button of the ticket that is named by its number."""
        return self["main"].subwidgets[-1]

    def clean(self):
        chosen = self.cleaned_data.get("main")
        if chosen == OTHER:
            self._find("number", (self.cleaned_data.get("number") or "").upper())
        elif chosen:
            self._find("main", chosen)
        return self.cleaned_data

    def reject(self, errors):
        """Put the objection of the action beside what was chosen."""
        name = "number" if self.cleaned_data.get("main") == OTHER else "main"
        self.add_error(name, " ".join(errors.values()))

    def _find(self, name, number):
        """Leave the ticket as `to`, or say that there is none."""
        if not number:
            self.add_error(name, "Silakan tuliskan nomor tiket utama.")
            return
        self.cleaned_data["to"] = Ticket.objects.visible_to(self.person).filter(number=number).first()
        if self.cleaned_data["to"] is None:
            self.add_error(name, f"Tiket {number} tidak ada. Silakan periksa nomornya.")


class UntieForm(ReasonForm):
    """Why a report was wrongly tied."""

    ids = "pisah_%s"
    asks = "Mengapa laporan ini dipisahkan?"
    missing = "Silakan tuliskan mengapa laporan ini dipisahkan."
