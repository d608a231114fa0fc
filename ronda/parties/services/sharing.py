"""Customers of one company of a group taken over into another one (P8).

Each company keeps a record of its own, so that everything that is filtered by company stays so: codes,
conditions, documents and rights never mix. What is copied are the master data; a copy may follow its source.
"""

from collections.abc import Collection, Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from ronda.company import audit
from ronda.company.models import Company, User
from ronda.company.queries import companies_allowing
from ronda.kernel.errors import NeedsConfirmation, Refusal
from ronda.kernel.i18n import _
from ronda.parties.models import Party, TakenParty
from ronda.parties.services.changing import update_party
from ronda.parties.services.creating import create_party

SEE = "parties.view_party"
# What a copy takes from its source: who it is and how it is reached. Everything else is each company's own.
MASTER = (
    "kind", "name", "first_name", "last_name", "street", "postcode", "city", "province", "country",
    "latitude", "longitude", "tax_id", "registration_id", "recipient_code", "pec", "email", "phone",
    "mobile", "website", "language",
)  # fmt: skip
ANSWERED = frozenset({"parties.doubtful_tax_id", "parties.tax_id_repeated", "parties.likely_duplicate"})


class NotShared(Refusal):
    code = "parties.not_shared"


class AlreadyTaken(Refusal):
    code = "parties.already_taken"


def sharing_companies(company: Company, user: User) -> list[Company]:
    """The other companies of the group whose customers the person may take over: those they see there."""
    if company.group_id is None:
        return []
    others = Company.objects.filter(group=company.group_id, group__shares_parties=True, active=True)
    allowed = companies_allowing(user, (SEE,))
    return list(others.filter(pk__in=allowed).exclude(pk=company.pk).order_by("name", "pk"))


def offered(company: Company, user: User) -> "QuerySet[Party]":
    """The customers the person may take over into the company: active, and not there yet."""
    rows = Party.objects.filter(company__in=sharing_companies(company, user), active=True)
    here = TakenParty.objects.filter(party__company=company, source__isnull=False).values("source")
    return rows.exclude(pk__in=here).select_related("company").order_by("name", "pk")


@transaction.atomic
def take_over(
    source: Party,
    company: Company,
    *,
    user: User,
    in_step: bool = False,
    confirmed: frozenset[str] = frozenset(),
) -> Party:
    """A copy of the master data of `source` in `company`, with the link to it.

    Raises NotShared where the companies share nothing or the person may not see the other one's customers,
    AlreadyTaken for a second copy, and whatever `create_party` refuses or asks by this company's options.
    """
    if source.company_id not in {one.pk for one in sharing_companies(company, user)}:
        raise NotShared(_("The companies do not share their customers, or you may not see them there."))
    Company.objects.select_for_update().get(pk=company.pk)
    if TakenParty.objects.filter(party__company=company, source=source).exists():
        raise AlreadyTaken(_("“%(party)s” was taken over before.") % {"party": source})
    facts = master_of(source)
    by = user.get_username()
    party = create_party(
        company, name=facts.pop("name"), by=by, confirmed=confirmed,
        is_customer=source.is_customer, is_supplier=source.is_supplier, **facts,
    )  # fmt: skip
    TakenParty.objects.create(party=party, source=source, in_step=in_step, by=by)
    audit.record(by, "parties.party.taken_over", party, source=source.company.name, in_step=in_step)
    audit.record(by, "parties.party.given", source, company=company.name)
    return party


@transaction.atomic
def let_follow(taken: TakenParty, *, in_step: bool, by: str) -> TakenParty:
    """Choose whether a copy follows its source from now on; when it does, it catches up at once."""
    locked = TakenParty.objects.select_for_update(of=("self",))
    taken = locked.select_related("party", "source").get(pk=taken.pk)
    taken.in_step, taken.trouble = in_step, ""
    taken.save(update_fields=["in_step", "trouble"])
    audit.record(by, "parties.party.follows", taken.party, in_step=in_step)
    if in_step:
        follow([taken], by=by)
    return taken


def copies_of(party_ids: Collection[int]) -> list[TakenParty]:
    """The copies of these customers that follow them."""
    rows = TakenParty.objects.filter(source__in=list(party_ids), in_step=True)
    return list(rows.select_related("party", "source").order_by("pk"))


def follow(copies: Sequence[TakenParty], *, by: str) -> None:
    """Bring copies in step with their sources, each by the rules of its own company.

    What they refuse is kept beside the copy, for whoever looks after that company.
    """
    for taken in copies:
        if taken.source is None:
            continue
        trouble = ""
        try:
            with transaction.atomic():
                update_party(taken.party, by=by, confirmed=ANSWERED, **master_of(taken.source))
        except (Refusal, NeedsConfirmation) as refusal:
            trouble = str(refusal.message)[:500]
        TakenParty.objects.filter(pk=taken.pk).update(trouble=trouble)


def master_of(party: Party) -> dict[str, Any]:
    """The facts of a customer that a copy takes."""
    return {name: getattr(party, name) for name in MASTER}
