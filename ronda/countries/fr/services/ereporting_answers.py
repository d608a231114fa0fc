"""What comes from the platform about reports and statuses: technical answers, and words of suppliers."""

from ronda.company.models import Company
from ronda.countries.fr.models import InvoiceStatus
from ronda.countries.fr.services.ereporting_sending import note_answer, read_answer
from ronda.countries.fr.services.statuses import show_collected
from ronda.countries.fr.services.statuses_received import hear
from ronda.einvoices.domain.exchange import Found, Incoming

HEAD = 2_048
ROOT = b"CrossDomainAcknowledgementAndResponse"


def take(company: Company, incoming: Incoming, by: str) -> bool:
    """Place an answer to a report or status, or a status of a supplier's invoice; False for anything else.

    What says that a collection arrived goes on to its document, whose state follows.
    """
    if company.country != "FR" or incoming.found is not Found.FILE:
        return False
    answer = read_answer(incoming.content)
    if answer is not None:
        row = note_answer(company, answer, by=by)
        if isinstance(row, InvoiceStatus):
            show_collected(row, by=by)
        return row is not None
    if ROOT not in incoming.content[:HEAD]:
        return False
    return hear(company, incoming.content, incoming.name, by=by)
