"""What a reader may see of a ticket, said once: its page, its history and the delivery of its files ask here.

Who takes part in the SOP sees everything. Any other reader, a reporter, sees the evidence, the comments that are not
internal, the outcome, each with its files, and why the work ended, was refused or was taken up again. What the office
tells itself in between (analyses, unfinished results, reasons for going back, internal notes) leaves no trace.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import cached_property

from tickets import rules
from tickets.models import Attachment, HistoryEntry, Hold, Ticket, User
from tickets.models.history import Action
from tickets.models.tickets import END_STATES
from workflows import sops
from workflows.inputs import FilesField
from workflows.record import Answers
from workflows.sop import END, Sop, Step

#: By artefact, the values that each row gave, oldest first. Row 0 is the report itself.
Given = Mapping[str, Mapping[int, Mapping[str, Any]]]


@dataclass(frozen=True)
class Act:
    """A history entry, with as much of its text as the reader may see. `outcome` is there if the work ended by it."""

    entry: HistoryEntry
    body: Mapping[str, Any]
    answers: Answers
    outcome: Given
    reason: str


class Sight:
    """A ticket as one reader sees it. Reads the history once, and the files only when asked for."""

    def __init__(self, ticket: Ticket, *, is_whole: bool) -> None:
        self.ticket = ticket
        self.is_whole = is_whole

    @classmethod
    def of(cls, person: User, ticket: Ticket) -> Sight:
        """What this person sees of a ticket that is visible to them."""
        return cls(ticket, is_whole=rules.takes_part(person, ticket))

    @property
    def version(self) -> int:
        """Grows with each act that this reader may know of, and with no other."""
        return self._entries.count()

    @cached_property
    def acts(self) -> list[Act]:
        """The acts, oldest first."""
        told = zip(self._entries, self._given, strict=True)
        return [self._act(entry, entry.detail.body, outcome=_outcome(entry, given)) for entry, given in told]

    @property
    def given(self) -> Given:
        """What has been given in this round and what it kept. What a row passed on is the giver's, as last put right.

        The whole of it, whoever reads: for the rows' own cards.
        """
        return self._given[-1]

    @cached_property
    def outcome(self) -> Given:
        """What the work ended with the last time; empty if it never did."""
        return next((act.outcome for act in reversed(self.acts) if act.outcome), {})

    @cached_property
    def files(self) -> dict[str, Attachment]:
        """The attachments by key, in the order they came."""
        return {file.key: file for file in self.ticket.attachments.order_by("pk") if self.shows(file)}

    def shows(self, file: Attachment) -> bool:
        """Whether a file of this ticket is among what the reader sees."""
        return self.is_whole or file.key in self._files_told

    @cached_property
    def _entries(self) -> QuerySet[HistoryEntry]:
        entries = self.ticket.entries.select_related("by", "acting_for", "detail").order_by("seq")
        return entries if self.is_whole else entries.filter(internal=False)

    @cached_property
    def _given(self) -> list[Given]:
        """What was given, as it stood after each act."""
        stood: list[Given] = []
        given: Given = {}
        reached = 1
        for entry in self._entries:
            given = _with_answers(given, entry)
            begun_at = sops.find(entry.to_state)
            if begun_at and entry.round > reached:
                outdated = self.ticket.sop.outdated_from(begun_at[1].no)
                given = {key: by_row for key, by_row in given.items() if key not in outdated}
                reached = entry.round
            stood.append(given)
        return stood

    def _act(self, entry: HistoryEntry, body: Mapping[str, Any], *, outcome: Given) -> Act:
        answers, reason = body.get("answers", {}), body.get("reason", "")
        if not self.is_whole:
            evidence = self.ticket.sop.evidence.key
            answers = {key: answers[key] for key in answers if key == evidence}
            answers |= {key: list(by_row.values())[-1] for key, by_row in outcome.items()}
            reason = reason if _is_told_why(entry, body) else ""
        return Act(entry, body, answers, outcome, reason)

    @cached_property
    def _files_told(self) -> set[str]:
        """The keys of files that some text told to the reader names."""
        sop = self.ticket.sop
        fields = {artefact.key: artefact.fields for artefact in (sop.evidence, *sop.artefacts())}

        def named() -> Iterator[str]:
            for act in self.acts:
                yield from act.body.get("files", ())
                earlier = ((key, values) for key, by_row in act.outcome.items() for values in by_row.values())
                for artefact, values in (*act.answers.items(), *earlier):
                    for question, value in values.items():
                        if isinstance(fields[artefact].get(question), FilesField):
                            yield from value or ()

        return set(named())


def _is_told_why(entry: HistoryEntry, body: Mapping[str, Any]) -> bool:
    """Whether a reporter reads the reason: of what ended or was taken up again, and of what waits for them."""
    if entry.action == Action.HOLD:
        return bool(body.get("kind") == Hold.Reason.REPORTER)
    return entry.action == Action.REOPEN or entry.to_state in END_STATES


def _left(entry: HistoryEntry) -> tuple[Sop, Step] | None:
    """The row that an act left, if any. What followed a main ticket ended with the row that this one left."""
    if entry.action == Action.FOLLOW:
        return sops.find(entry.detail.body.get("left", ""))
    return sops.find(entry.from_state)


def _with_answers(given: Given, entry: HistoryEntry) -> Given:
    """What is given after an act: a row that passes something on puts right what was given last."""
    found = _left(entry)
    row = found[1].no if found else 0
    passed_on = {artefact.key for artefact in found[1].passes_on} if found else set()
    after = dict(given)
    for key, values in entry.detail.body.get("answers", {}).items():
        by_row = dict(given.get(key, {}))
        giver = list(by_row)[-1] if by_row and key in passed_on else row
        after[key] = {**by_row, giver: values}
    return after


def _outcome(entry: HistoryEntry, given: Given) -> Given:
    """What was given for the Output of the row by which the work ended; nothing for any other act."""
    found = _left(entry)
    if entry.action not in (Action.COMPLETE, Action.FOLLOW) or entry.to_state != END or found is None:
        return {}
    return {artefact.key: given[artefact.key] for artefact in found[1].produces if artefact.key in given}
