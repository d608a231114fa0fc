from ronda.company.models.companies import Branch, Company, CompanyGroup, Membership, Role, Team, User
from ronda.company.models.files import Attachment, FileTag, FileVersion
from ronda.company.models.history import AuditEntry
from ronda.company.models.imports import ImportBatch, ImportedRecord, ImportedSource, ImportMapping
from ronda.company.models.jobs import Job, Schedule
from ronda.company.models.mail import OutgoingMail
from ronda.company.models.numbers import CounterChange, NumberSeries
from ronda.company.models.settings import OptionValue
from ronda.company.models.workstations import Workstation

__all__ = [
    "Attachment",
    "AuditEntry",
    "Branch",
    "Company",
    "CompanyGroup",
    "CounterChange",
    "FileTag",
    "FileVersion",
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
    "Workstation",
]
