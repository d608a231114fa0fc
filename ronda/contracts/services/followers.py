"""A contract never reaches into the days of the one that follows it: both would bill them."""

from ronda.contracts.models import Contract
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _


class FollowedByAnother(Refusal):
    code = "contracts.followed_by_another"


def follower_of(contract: Contract) -> Contract | None:
    """The contract that goes on where this one ends: its renewal, or the same for another payer."""
    going_on = Contract.objects.filter(follows=contract.pk).exclude(status=Contract.Status.VOID)
    return going_on.order_by("starts_on", "pk").first()


def refuse_reaching_into_a_follower(contract: Contract, *, field: str = "ends_on") -> None:
    """FollowedByAnother where the contract, as it stands now, lasts into the term of its follower (R19)."""
    follower = follower_of(contract)
    if follower and (contract.ends_on is None or contract.ends_on >= follower.starts_on):
        raise FollowedByAnother(
            _("%(contract)s goes on as contract %(number)s from %(day)s: change that one.")
            % {"contract": contract, "number": follower.number, "day": f"{follower.starts_on:%d/%m/%Y}"},
            field=field,
        )
