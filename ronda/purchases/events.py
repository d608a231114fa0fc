"""What reception of suppliers' invoices tells."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class SupplierInvoicesReceived:
    """Files became suppliers' invoices; nothing is in the books yet."""

    company_id: int
    invoice_ids: tuple[int, ...]
    by: str


@dataclass(frozen=True, slots=True)
class SupplierInvoiceRegistered:
    """An invoice has its number in the register, its entry and its amounts to pay."""

    company_id: int
    invoice_id: int
    on: date
    by: str


@dataclass(frozen=True, slots=True)
class SupplierInvoiceUnregistered:
    """A registration was taken back by the opposite entry; the number stays used."""

    company_id: int
    invoice_id: int
    on: date
    by: str


@dataclass(frozen=True, slots=True)
class SupplierInvoiceRefused:
    """We do not accept an invoice; a country's exchange may have to tell the seller."""

    company_id: int
    invoice_id: int
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class DeliveryToRead:
    """Many files were handed over: they are to be read in the background."""

    company_id: int
    delivery_id: int
    by: str


@dataclass(frozen=True, slots=True)
class SupplierPaymentsRecorded:
    """Suppliers were paid: payables are settled, the entries are in the books."""

    company_id: int
    payment_ids: tuple[int, ...]
    by: str


@dataclass(frozen=True, slots=True)
class SupplierPaymentTakenBack:
    """A payment did not happen: what it settled is due again, the opposite entry is posted on that day."""

    company_id: int
    payment_id: int
    on: date
    by: str
