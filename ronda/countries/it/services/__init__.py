"""What can be done with Italian documents. Each function is one operation."""

from ronda.countries.it.services.past_invoices import (
    KIND,
    NoInvoices,
    Outcome,
    SellerNotKnown,
    UploadTooLarge,
    confirm_seller,
    import_invoices,
    request_import,
)

__all__ = [
    "KIND",
    "NoInvoices",
    "Outcome",
    "SellerNotKnown",
    "UploadTooLarge",
    "confirm_seller",
    "import_invoices",
    "request_import",
]
