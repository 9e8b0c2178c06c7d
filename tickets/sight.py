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
from tickets.models import Attachment, HistoryEntry, Ticket, User
from tickets.models.history import Action
from tickets.models.tickets import END_STATES
from workflows import sops
from workflows.inputs import FilesField
from workflows.record import Answers
from workflows.sop import END


@dataclass(frozen=True)
class Act:
    """A history entry, with as much of its text as the reader may see. `outcome` is there if the work ended by it."""

    entry: HistoryEntry
    body: Mapping[str, Any]
    answers: Answers
    outcome: Answers
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
        given: dict[str, Any] = {}
        acts = []
        for entry in self._entries:
            body = entry.detail.body
            given |= body.get("answers", {})
            acts.append(self._act(entry, body, outcome=_outcome(entry, given)))
        return acts

    @cached_property
    def outcome(self) -> Answers:
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

    def _act(self, entry: HistoryEntry, body: Mapping[str, Any], *, outcome: Answers) -> Act:
        answers, reason = body.get("answers", {}), body.get("reason", "")
        if not self.is_whole:
            evidence = self.ticket.sop.evidence.key
            answers = {**{key: answers[key] for key in answers if key == evidence}, **outcome}
            reason = reason if entry.action == Action.REOPEN or entry.to_state in END_STATES else ""
        return Act(entry, body, answers, outcome, reason)

    @cached_property
    def _files_told(self) -> set[str]:
        """The keys of files that some text told to the reader names."""
        sop = self.ticket.sop
        fields = {artefact.key: artefact.fields for artefact in (sop.evidence, *sop.artefacts())}

        def named() -> Iterator[str]:
            for act in self.acts:
                yield from act.body.get("files", ())
                for artefact, values in act.answers.items():
                    for question, value in values.items():
                        if isinstance(fields[artefact].get(question), FilesField):
                            yield from value or ()

        return set(named())


def _outcome(entry: HistoryEntry, given: Answers) -> Answers:
    """What the row by which the work ended has produced or passed on; nothing for any other act."""
    found = sops.find(entry.from_state)
    if entry.action != Action.COMPLETE or entry.to_state != END or found is None:
        return {}
    return {artefact.key: given[artefact.key] for artefact in found[1].produces if artefact.key in given}
