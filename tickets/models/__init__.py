"""The helpdesk's tables: people, tickets, the ledger of runs, history, files, papers, and who is told what."""

from tickets.models.documents import Document, Export
from tickets.models.files import Attachment
from tickets.models.history import EntryDetail, HistoryEntry
from tickets.models.notices import Heartbeat, Notice, ReportedTo
from tickets.models.office import Office, Signer
from tickets.models.people import RoleAssignment, Unit, User
from tickets.models.runs import Extension, Hold, Rung, StepRun
from tickets.models.tallies import Tally, WorkedTally
from tickets.models.tickets import FormToken, NumberSequence, Ticket

__all__ = [
    "Attachment",
    "Document",
    "EntryDetail",
    "Export",
    "Extension",
    "FormToken",
    "Heartbeat",
    "HistoryEntry",
    "Hold",
    "Notice",
    "NumberSequence",
    "Office",
    "ReportedTo",
    "RoleAssignment",
    "Rung",
    "Signer",
    "StepRun",
    "Tally",
    "Ticket",
    "Unit",
    "User",
    "WorkedTally",
]
