"""Suppliers' invoices that come by the channel of the firm's own documents."""

from django.core.files.base import ContentFile
from django.utils import timezone

from ronda.company.models import Company
from ronda.einvoices.domain.exchange import Found, Incoming
from ronda.purchases.door import looks_like_invoice
from ronda.purchases.services import deliver


def hand_to_purchases(company: Company, incoming: Incoming, by: str) -> bool:
    """Deliver an invoice to the purchases, as if it had been uploaded; False for anything else.

    One that cannot be read is for them, too: the reason stands in the delivery.
    """
    if incoming.found is not Found.FILE or not looks_like_invoice(incoming.content, incoming.name):
        return False
    file = ContentFile(incoming.content, name=incoming.name)
    deliver(company, [(incoming.name, file)], today=timezone.localdate(), by=by)
    return True
