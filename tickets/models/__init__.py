"""The helpdesk's tables: people, tickets, the ledger of runs, history, files, and who was reported to."""

from tickets.models.files import Attachment
from tickets.models.history import EntryDetail, HistoryEntry
from tickets.models.notices import ReportedTo
from tickets.models.people import RoleAssignment, Unit, User
from tickets.models.runs import StepRun
from tickets.models.tickets import FormToken, NumberSequence, Ticket

__all__ = [
    "Attachment",
    "EntryDetail",
    "FormToken",
    "HistoryEntry",
    "NumberSequence",
    "ReportedTo",
    "RoleAssignment",
    "StepRun",
    "Ticket",
    "Unit",
    "User",
]
