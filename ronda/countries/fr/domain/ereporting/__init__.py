"""E-reporting: sales to consumers and abroad, money received for services, by period (flux 10)."""

from ronda.countries.fr.data.ereporting import DUTY_FROM, Kind, Regime
from ronda.countries.fr.domain.ereporting.channels import Channel, Customer, receipt_channel, sale_channel
from ronda.countries.fr.domain.ereporting.checks import check_content, check_heading
from ronda.countries.fr.domain.ereporting.contents import (
    differs,
    digest_of,
    payments_of,
    totals_of,
    transactions_of,
)
from ronda.countries.fr.domain.ereporting.model import (
    Content,
    Declarant,
    ForeignInvoice,
    ForeignParty,
    Receipt,
    ReceiptPart,
    ReportPeriod,
    Sale,
    SalePart,
    SendingPlatform,
    Transmission,
    VatRow,
)
from ronda.countries.fr.domain.ereporting.periods import period_at, periods_of
from ronda.countries.fr.domain.ereporting.splitting import (
    VatGroup,
    receipts_by_day,
    received_on,
    sale_parts,
)
from ronda.countries.fr.domain.ereporting.writer import ReportNotWritable, report

__all__ = [
    "DUTY_FROM",
    "Channel",
    "Content",
    "Customer",
    "Declarant",
    "ForeignInvoice",
    "ForeignParty",
    "Kind",
    "Receipt",
    "ReceiptPart",
    "Regime",
    "ReportNotWritable",
    "ReportPeriod",
    "Sale",
    "SalePart",
    "SendingPlatform",
    "Transmission",
    "VatGroup",
    "VatRow",
    "check_content",
    "check_heading",
    "differs",
    "digest_of",
    "payments_of",
    "period_at",
    "periods_of",
    "receipt_channel",
    "receipts_by_day",
    "received_on",
    "report",
    "sale_channel",
    "sale_parts",
    "totals_of",
    "transactions_of",
]
