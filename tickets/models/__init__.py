"""The helpdesk's tables: people, tickets, the ledger of runs, history, files, and who is told what."""

from tickets.models.files import Attachment
from tickets.models.history import EntryDetail, HistoryEntry
from tickets.models.notices import Heartbeat, Notice, ReportedTo
from tickets.models.people import RoleAssignment, Unit, User
from tickets.models.runs import Extension, Hold, Rung, StepRun
from tickets.models.tickets import FormToken, NumberSequence, Ticket

__all__ = [
    "Attachment",
    "EntryDetail",
    "Extension",
    "FormToken",
    "Heartbeat",
    "HistoryEntry",
    "Hold",
    "Notice",
    "NumberSequence",
    "ReportedTo",
    "RoleAssignment",
    "Rung",
    "StepRun",
    "Ticket",
    "Unit",
    "User",
]
