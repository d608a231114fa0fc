"""What this app keeps of a customer, for privacy: see `ronda.company.personal_data`."""

from collections.abc import Collection, Iterator

from django.db.models import Q

from ronda.company.personal_data import MASK, OURS, STATISTICS, TECHNICAL, Obstacle, declare, holds_back
from ronda.company.retention import keep_for_years
from ronda.contracts.models import Contract
from ronda.kernel.i18n import _

keep_for_years("contracts.contract.")
declare(
    "contracts.Contract",
    party=("party", "account__party"),
    blank=dict.fromkeys(
        ("title", "purchase_order", "cig", "cup", "hold_reason", "document_text", "notes"), ""
    ),
    kept={"number": OURS, "rhythm": STATISTICS, "service": STATISTICS},
)
declare("contracts.ContractLine", party=("contract__party",), blank={"text": MASK})
declare(
    "contracts.Amendment",
    party=("contract__party",),
    blank={"reason": "", "changes": []},
    kept={"made_by": OURS},
)
declare("contracts.Suspension", party=("contract__party",), blank={"reason": ""})
declare(
    "contracts.ChargePeriod",
    party=("line__contract__party",),
    export=False,
    blank={"reason": ""},
    kept={"kind": TECHNICAL},
)
declare(
    "contracts.ContractProposal",
    party=("party",),
    export=False,
    blank={"text": MASK, "evidence": {}},
    kept={"key": TECHNICAL},
)


@holds_back
def running_contracts(company_id: int, party_ids: Collection[int]) -> Iterator[Obstacle]:
    """An active contract will be billed: to him, at his sites, or to his account."""
    running = Contract.objects.filter(company_id=company_id, status=Contract.Status.ACTIVE)
    hangs = Q(party__in=party_ids) | Q(account__party__in=party_ids) | Q(lines__site__party__in=party_ids)
    found: dict[int, set[str]] = {}
    rows = running.filter(hangs).values_list("number", "party", "account__party", "lines__site__party")
    for number, *parties in rows.distinct():
        for party in set(parties) & set(party_ids):
            found.setdefault(party, set()).add(number)
    for party, numbers in sorted(found.items()):
        text = _("contracts not ended: %(numbers)s") % {"numbers": ", ".join(sorted(numbers)[:5])}
        yield Obstacle(party, "contracts", text)
