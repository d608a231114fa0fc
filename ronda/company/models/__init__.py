from ronda.company.models.companies import Branch, Company, Membership, Role, Team, User
from ronda.company.models.files import Attachment
from ronda.company.models.history import AuditEntry
from ronda.company.models.imports import ImportBatch, ImportedRecord, ImportedSource, ImportMapping
from ronda.company.models.jobs import Job, Schedule
from ronda.company.models.mail import OutgoingMail
from ronda.company.models.numbers import NumberSeries
from ronda.company.models.settings import OptionValue

__all__ = [
    "Attachment",
    "AuditEntry",
    "Branch",
    "Company",
    "ImportBatch",
    "ImportMapping",
    "ImportedRecord",
    "ImportedSource",
    "Job",
    "Membership",
    "NumberSeries",
    "OptionValue",
    "OutgoingMail",
    "Role",
    "Schedule",
    "Team",
    "User",
]
