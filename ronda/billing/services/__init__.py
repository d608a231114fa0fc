"""What can be done with documents and runs. Each function is one operation in one transaction."""

from ronda.billing.services.adjusting import Difference, MoreThanIssued, issue_adjustment
from ronda.billing.services.advances import NotAnAdvance, deduct_advance
from ronda.billing.services.crediting import (
    MoreThanCreditable,
    NotCreditable,
    credit_document,
    creditable,
    given_back,
)
from ronda.billing.services.drafts import (
    DraftLine,
    NotADraft,
    add_lines,
    delete_draft,
    draft_document,
    save_draft,
    update_draft,
)
from ronda.billing.services.funds import FundTwice, UnknownFund, delete_fund, save_fund
from ronda.billing.services.issuing import (
    AlreadyIssued,
    IncompletePayer,
    NoLines,
    ZeroTotal,
    issue_document,
    seller_facts,
)
from ronda.billing.services.kinds import NoOperationDay, UnfittingKind, kinds_of
from ronda.billing.services.preparing import fill_run, prepare_run, request_run
from ronda.billing.services.references import NoSuchLine, ReferenceWithoutDay
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
from ronda.billing.services.simulating import (
    Simulation,
    TooManyPayers,
    UnknownAgreement,
    differences,
    filters_for,
    picture_of,
    simulate,
)

__all__ = [
    "AlreadyConfirmed",
    "AlreadyIssued",
    "Difference",
    "DraftLine",
    "IncompletePayer",
    "FundTwice",
    "MoreThanCreditable",
    "MoreThanIssued",
    "NoLines",
    "NoOperationDay",
    "NoSuchLine",
    "NotADraft",
    "NotAnAdvance",
    "NotCreditable",
    "NothingToRetry",
    "OldPeriods",
    "ReferenceWithoutDay",
    "Simulation",
    "TooManyPayers",
    "UnfittingKind",
    "UnknownFund",
    "UnknownAgreement",
    "ZeroTotal",
    "add_lines",
    "confirm_run",
    "credit_document",
    "creditable",
    "deduct_advance",
    "delete_draft",
    "delete_fund",
    "differences",
    "discard_run",
    "draft_document",
    "exclude_entries",
    "fill_run",
    "filters_for",
    "given_back",
    "has_old_periods",
    "include_entries",
    "issue_adjustment",
    "issue_document",
    "issue_entries",
    "kinds_of",
    "picture_of",
    "prepare_run",
    "request_run",
    "retry_failed",
    "save_draft",
    "save_fund",
    "seller_facts",
    "simulate",
    "update_draft",
]
