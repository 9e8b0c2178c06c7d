"""The helpdesk's tables: people, tickets, the ledger of runs, history, files, papers, who is told what, who got in."""

from tickets.models.access import (
    Attempts,
    AuditEntry,
    FileView,
    Letter,
    RecoveryCode,
    Restoration,
    RetentionRule,
    Session,
)
from tickets.models.documents import Document, Export
from tickets.models.files import Attachment
from tickets.models.history import EntryDetail, HistoryEntry
from tickets.models.notices import Heartbeat, Notice, ReportedTo
from tickets.models.office import Office, Signer
from tickets.models.people import PeopleImport, Registration, RoleAssignment, Unit, User
from tickets.models.runs import Extension, Hold, Rung, StepRun
from tickets.models.tallies import Tally, WorkedTally
from tickets.models.tickets import FormToken, LegalHold, NumberSequence, Ticket

__all__ = [
    "Attachment",
    "Attempts",
    "AuditEntry",
    "Document",
    "EntryDetail",
    "Export",
    "Extension",
    "FileView",
    "FormToken",
    "Heartbeat",
    "HistoryEntry",
    "Hold",
    "LegalHold",
    "Letter",
    "Notice",
    "NumberSequence",
    "Office",
    "PeopleImport",
    "RecoveryCode",
    "Registration",
    "ReportedTo",
    "Restoration",
    "RetentionRule",
    "RoleAssignment",
    "Rung",
    "Session",
    "Signer",
    "StepRun",
    "Tally",
    "Ticket",
    "Unit",
    "User",
    "WorkedTally",
]
