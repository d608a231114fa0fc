"""What this app keeps of a customer, for privacy: see `ronda.company.personal_data`."""

from collections.abc import Collection, Iterator, Mapping

from django.db.models import Count

from ronda.company.personal_data import (
    CODED,
    KEYED,
    NAMED,
    OURS,
    SETTINGS,
    STATISTICS,
    NewText,
    Obstacle,
    Subject,
    declare,
    eraser,
    holds_back,
    says_nothing,
)
from ronda.kernel.i18n import _
from ronda.parties.models import TakenParty

_PLACE = {"city": STATISTICS, "province": STATISTICS, "country": STATISTICS}
_ADDRESS = {"street": "", "postcode": "", "latitude": None, "longitude": None, "precision": ""}
_CONTACT = ("email", "phone", "mobile", "notes")

says_nothing(
    SETTINGS,
    "parties.Place",
    "parties.Postcode",
    "parties.Family",
    "parties.PaymentTerms",
    "parties.PaymentMethod",
)
declare(
    "parties.Party",
    party=("pk",),
    blank={
        **_ADDRESS,
        **dict.fromkeys(
            ("first_name", "last_name", "tax_id", "registration_id", "recipient_code", "pec", "website")
            + ("accounting_code", *_CONTACT),
            "",
        ),
        "name": NewText(NAMED),
        "code": NewText(CODED),
        "active": False,
    },
    kept={**_PLACE, "language": STATISTICS},
)
declare("parties.PartyKey", party=("party",), remove=True, export=False)
declare("parties.BankAccount", party=("party",), remove=True)
declare(
    "parties.BillingAccount",
    party=("party",),
    blank=dict.fromkeys(("name", "stamp_duty_exemption", "purchase_order", "cig", "cup"), ""),
    kept={"withholding_code": OURS, "currency": STATISTICS},
)
declare("parties.BillingGroup", party=("account__party",), blank={"name": ""}, kept={"code": OURS})
declare(
    "parties.Site",
    party=("party",),
    blank={
        **_ADDRESS,
        "name": NewText(NAMED),
        "code": NewText(KEYED),
        "phone": "",
        "access_notes": "",
        "distance_km": None,
        "active": False,
    },
    kept=_PLACE,
)
declare(
    "parties.Contact",
    party=("party",),
    blank={**dict.fromkeys(("position", *_CONTACT), ""), "name": NewText(NAMED)},
)
declare("parties.DocumentRecipient", party=("group__account__party", "site__party"), remove=True)
declare("parties.TakenParty", party=("party",), remove=True)


@holds_back
def copies_elsewhere(company_id: int, party_ids: Collection[int]) -> Iterator[Obstacle]:
    """O64: copies in other companies of the group are theirs, and stay until they are anonymised there."""
    copies = TakenParty.objects.filter(source__in=party_ids).values("source").order_by("source")
    for row in copies.annotate(count=Count("pk")):
        text = _("copies in other companies of the group, which stay: %(count)d") % {"count": row["count"]}
        yield Obstacle(row["source"], "copies", text, stops=False)


@eraser(order=15)
def let_copies_go(subject: Subject) -> Mapping[str, Collection[int]]:
    """A copy in another company is on its own from now on."""
    copies = TakenParty.objects.filter(source=subject.party_id)
    copies.update(source=None, in_step=False)
    return {}
