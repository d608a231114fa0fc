"""What can be done with documents and runs. Each function is one operation in one transaction."""

from ronda.billing.services.advances import NotAnAdvance, deduct_advance
from ronda.billing.services.crediting import MoreThanCreditable, NotCreditable, credit_document, creditable
from ronda.billing.services.drafts import (
    DraftLine,
    NotADraft,
    add_lines,
    delete_draft,
    draft_document,
    save_draft,
    update_draft,
)
from ronda.billing.services.issuing import (
    AlreadyIssued,
    IncompletePayer,
    NoLines,
    ZeroTotal,
    issue_document,
    seller_facts,
)
from ronda.billing.services.preparing import fill_run, prepare_run, request_run
from ronda.billing.services.runs import (
    AlreadyConfirmed,
    NothingToRetry,
    OldPeriods,
    confirm_run,
    discard_run,
    exclude_entries,
    has_old_periods,
    include_entries,
    issue_entries,
    retry_failed,
)

__all__ = [
    "AlreadyConfirmed",
    "AlreadyIssued",
    "DraftLine",
    "IncompletePayer",
    "MoreThanCreditable",
    "NoLines",
    "NotADraft",
    "NotAnAdvance",
    "NotCreditable",
    "NothingToRetry",
    "OldPeriods",
    "ZeroTotal",
    "add_lines",
    "confirm_run",
    "credit_document",
    "creditable",
    "deduct_advance",
    "delete_draft",
    "discard_run",
    "draft_document",
    "exclude_entries",
    "fill_run",
    "has_old_periods",
    "include_entries",
    "issue_document",
    "issue_entries",
    "prepare_run",
    "request_run",
    "retry_failed",
    "save_draft",
    "seller_facts",
    "update_draft",
]
