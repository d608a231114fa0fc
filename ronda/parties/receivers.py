from ronda.company.events import OptionsChanged
from ronda.company.models import Company
from ronda.kernel.bus import handles
from ronda.parties.events import PartiesChanged
from ronda.parties.models import TakenParty
from ronda.parties.services.identity import ROLES, refuse_incoherent
from ronda.parties.services.sharing import MASTER
from ronda.parties.tasks import follow_sources


@handles(OptionsChanged)
def refuse_incoherent_keys(event: OptionsChanged) -> None:
    """Another key is chosen only while every record has one of its own (O26)."""
    if event.group != "parties":
        return
    company = Company.objects.get(pk=event.company_id)
    for name in ROLES:
        if name in event.names:
            refuse_incoherent(company, name)


@handles(PartiesChanged)
def tell_copies(event: PartiesChanged) -> None:
    """Copies in other companies of the group follow by a job, each by the rules of its own company."""
    if event.facts.isdisjoint(MASTER):
        return
    for start in range(0, len(event.party_ids), 500):
        some = event.party_ids[start : start + 500]
        followed = TakenParty.objects.filter(source__in=some, in_step=True)
        sources = sorted(set(followed.values_list("source_id", flat=True)))
        if sources:
            follow_sources.enqueue(sources, event.by)
