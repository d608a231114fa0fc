from ronda.company.events import OptionsChanged
from ronda.company.models import Company
from ronda.kernel.bus import handles
from ronda.parties.services.identity import ROLES, refuse_incoherent


@handles(OptionsChanged)
def refuse_incoherent_keys(event: OptionsChanged) -> None:
    """Another key is chosen only while every record has one of its own (O26)."""
    if event.group != "parties":
        return
    company = Company.objects.get(pk=event.company_id)
    for name in ROLES:
        if name in event.names:
            refuse_incoherent(company, name)
