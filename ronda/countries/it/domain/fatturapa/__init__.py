"""FatturaPA files: read what suppliers send, write what the firm sends."""

from ronda.countries.it.domain.fatturapa.batch import Reading, read_folder_or_zip
from ronda.countries.it.domain.fatturapa.model import (
    Attachment,
    Discount,
    InvoiceKey,
    ItemCode,
    Line,
    Notice,
    OtherData,
    Party,
    Payment,
    ReceivedInvoice,
    Reference,
    Stamp,
    Summary,
    WelfareFund,
    Withholding,
)
from ronda.countries.it.domain.fatturapa.reader import NotAnInvoice, read_invoice
from ronda.countries.it.domain.fatturapa.signed import BadEnvelope, TamperedEnvelope
from ronda.countries.it.domain.fatturapa.values import UnreadableInvoice
from ronda.countries.it.domain.fatturapa.writer import NotWritable, write_invoice

__all__ = [
    "Attachment",
    "BadEnvelope",
    "Discount",
    "InvoiceKey",
    "ItemCode",
    "Line",
    "NotAnInvoice",
    "NotWritable",
    "Notice",
    "OtherData",
    "Party",
    "Payment",
    "Reading",
    "ReceivedInvoice",
    "Reference",
    "Stamp",
    "Summary",
    "TamperedEnvelope",
    "UnreadableInvoice",
    "WelfareFund",
    "Withholding",
    "read_folder_or_zip",
    "read_invoice",
    "write_invoice",
]
