"""What billing tells the apps above. Facts come in batches so that handlers can use bulk statements."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DocumentsIssued:
    """These documents of one company have their numbers and will not change any more."""

    company_id: int
    document_ids: tuple[int, ...]
    by: str


@dataclass(frozen=True, slots=True)
class DraftDeleted:
    """A draft is about to be deleted: whatever it charged is free again."""

    document_id: int
    by: str


@dataclass(frozen=True, slots=True)
class DocumentsCredited:
    """A credit note was issued; `release` asks that the periods of what is credited be billable again."""

    credit_note_id: int
    # Lines of the corrected document of which nothing is left.
    lines: tuple[int, ...]
    release: bool
    by: str


@dataclass(frozen=True, slots=True)
class RunOpened:
    """A preview was asked for and is to be filled in the background."""

    run_id: int
    company_id: int
    by: str


@dataclass(frozen=True, slots=True)
class RunConfirmed:
    """A run was confirmed, or its failures are to be tried again: its documents are to be issued."""

    run_id: int
    company_id: int
    # How many times it has been confirmed: each gets a job of its own, and only one.
    round: int
    by: str
