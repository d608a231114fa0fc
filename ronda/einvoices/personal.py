"""What this app keeps of a customer, for privacy: see `ronda.company.personal_data`."""

from ronda.company.personal_data import OURS, TECHNICAL, declare, says_nothing
from ronda.company.retention import keep_for_years

keep_for_years("einvoices.")
says_nothing(TECHNICAL, "einvoices.ArchiveEnd", "einvoices.FileCounter")
# Whoever has an e-invoice has the document, and cannot be anonymised (R51).
declare("einvoices.Transmission", party=("document__party",), within="billing.Document")
declare("einvoices.Receipt", party=("transmission__document__party",), within="billing.Document")
declare(
    "einvoices.KeptFile",
    export=False,
    kept={
        **dict.fromkeys(("name", "media_type", "sha256", "previous", "digest"), TECHNICAL),
        "file": "the books: what left and came stays as it was",
    },
)
declare(
    "einvoices.Quarantined",
    export=False,
    swept=("reason",),
    kept={
        **dict.fromkeys(("name", "sha256", "channel", "code"), TECHNICAL),
        **dict.fromkeys(("outcome", "settled_by"), OURS),
        "sender": "where a message of the exchange came from",
    },
)
