"""Suppliers' invoices that come by the channel of the firm's own documents."""

import logging

from django.core.files.base import ContentFile
from django.utils import timezone

from ronda.company.models import Company
from ronda.einvoices.domain.exchange import Found, Incoming
from ronda.kernel.errors import Refusal
from ronda.purchases.door import UnknownFormat, read_file
from ronda.purchases.services import deliver

logger = logging.getLogger(__name__)


def hand_to_purchases(company: Company, incoming: Incoming, by: str) -> bool:
    """Deliver an invoice to the purchases, as if it had been uploaded; False for anything else.

    What is no invoice of a known kind is not for them. An invoice that cannot be read is: its reason stands
    in the delivery.
    """
    if incoming.found is not Found.FILE:
        return False
    try:
        read_file(incoming.content, incoming.name, country=company.country)
    except UnknownFormat:
        return False
    except Refusal as refusal:
        logger.info("a supplier's invoice that cannot be read: %s", refusal.message)
    file = ContentFile(incoming.content, name=incoming.name)
    deliver(company, [(incoming.name, file)], today=timezone.localdate(), by=by)
    return True
