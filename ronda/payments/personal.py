"""What this app keeps of a customer, for privacy: see `ronda.company.personal_data`."""

from collections.abc import Collection, Iterator

from django.db.models import Count, F, Q, Sum

from ronda.company.personal_data import Obstacle, declare, holds_back
from ronda.company.retention import keep_for_years
from ronda.kernel.i18n import _
from ronda.payments.models import Instalment
from ronda.workspace.display import money

keep_for_years("payments.")
declare("payments.Instalment", party=("party",), within="billing.Document")
declare("payments.Payment", party=("party",), held=_("payments"))
declare("payments.Allocation", party=("instalment__party",), within="billing.Document", export=False)


@holds_back
def open_dues(company_id: int, party_ids: Collection[int]) -> Iterator[Obstacle]:
    """R51: nobody is anonymised while he owes something, or is owed."""
    dues = Instalment.objects.filter(~Q(amount=F("settled")), company_id=company_id, party__in=party_ids)
    found = dues.values("party").order_by().annotate(count=Count("pk"), left=Sum(F("amount") - F("settled")))
    for row in found:
        text = _("open dues: %(count)d, %(amount)s in all") % {
            "count": row["count"],
            "amount": money(row["left"]),
        }
        yield Obstacle(row["party"], "open_dues", text)
