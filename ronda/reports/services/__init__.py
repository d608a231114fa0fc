"""What can be done with prints. Each function is one operation."""

from ronda.reports.services.layouts import (
    copy_default,
    delete_layout,
    preview,
    restore_default,
    save_layout,
    set_in_use,
    set_out_of_use,
    try_layout,
)
from ronda.reports.services.mailing import NoRecipient, recipients, send_at_issue, send_documents
from ronda.reports.services.printing import (
    FileDamaged,
    StillADraft,
    TooManyPrints,
    content,
    file_name,
    print_documents,
    printed,
    render_many,
    render_pdf,
    zip_of,
)

__all__ = [
    "FileDamaged",
    "NoRecipient",
    "StillADraft",
    "TooManyPrints",
    "content",
    "copy_default",
    "delete_layout",
    "file_name",
    "preview",
    "print_documents",
    "printed",
    "recipients",
    "render_many",
    "render_pdf",
    "restore_default",
    "save_layout",
    "send_at_issue",
    "send_documents",
    "set_in_use",
    "set_out_of_use",
    "try_layout",
    "zip_of",
]
