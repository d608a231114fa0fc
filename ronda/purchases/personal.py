"""What this app keeps of a supplier, for privacy: see `ronda.company.personal_data`."""

from ronda.company.personal_data import OURS, SETTINGS, TECHNICAL, declare, says_nothing
from ronda.company.retention import keep_for_years
from ronda.kernel.i18n import _

keep_for_years("purchases.invoice.", "purchases.payment.")
says_nothing(SETTINGS, "purchases.Delivery", "purchases.LineMemory")
declare("purchases.SupplierInvoice", party=("supplier",), held=_("invoices received"))
declare("purchases.SupplierInvoiceLine", party=("invoice__supplier",), within="purchases.SupplierInvoice")
declare("purchases.Payable", party=("supplier",), within="purchases.SupplierInvoice")
declare("purchases.SupplierPayment", party=("supplier",), held=_("payments to suppliers"))
declare(
    "purchases.SettledPayable", party=("payment__supplier",), within="purchases.SupplierPayment", export=False
)
declare(
    "purchases.Registration", party=("invoice__supplier",), within="purchases.SupplierInvoice", export=False
)
declare(
    "purchases.IncomingFile",
    party=("invoice__supplier",),
    within="purchases.SupplierInvoice",
    export=False,
    kept={"by": OURS, "sha256": TECHNICAL},
)
