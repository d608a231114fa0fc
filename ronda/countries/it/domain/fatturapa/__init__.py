"""FatturaPA files: read what suppliers send, write what the firm sends.

write_invoice(invoice)                  -> bytes, valid against its XSD, or NotWritable
unfit(invoice)                          -> list[Finding]: what does not fit the format
file_name("IT", "01234567897", 10)      -> "IT01234567897_0000A.xml"; progressive(10) -> "0000A"
"""

from ronda.countries.it.domain.fatturapa.batch import Reading, read_folder_or_zip
from ronda.countries.it.domain.fatturapa.limits import MAX_FILE_BYTES, unfit
from ronda.countries.it.domain.fatturapa.model import (
    MADE_BY_BUYER,
    Address,
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
    Register,
    Registration,
    Representative,
    Stamp,
    Summary,
    TaxId,
    WelfareFund,
    Withholding,
)
from ronda.countries.it.domain.fatturapa.names import file_name, foreign_tax_code, progressive
from ronda.countries.it.domain.fatturapa.prices import with_fitting_discount
from ronda.countries.it.domain.fatturapa.reader import NotAnInvoice, read_file_attachments, read_invoice
from ronda.countries.it.domain.fatturapa.signed import BadEnvelope, TamperedEnvelope
from ronda.countries.it.domain.fatturapa.values import UnreadableInvoice
from ronda.countries.it.domain.fatturapa.writer import NotWritable, write_invoice

__all__ = [
    "MADE_BY_BUYER",
    "MAX_FILE_BYTES",
    "Address",
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
    "Register",
    "Registration",
    "Representative",
    "Stamp",
    "Summary",
    "TamperedEnvelope",
    "TaxId",
    "UnreadableInvoice",
    "WelfareFund",
    "Withholding",
    "file_name",
    "foreign_tax_code",
    "progressive",
    "read_file_attachments",
    "read_folder_or_zip",
    "read_invoice",
    "unfit",
    "with_fitting_discount",
    "write_invoice",
]
