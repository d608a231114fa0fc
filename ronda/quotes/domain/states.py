"""What may happen to a quote in each of its states."""

from typing import Any, Literal

from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

Move = Literal["save", "send", "mail", "accept", "record", "refuse", "expire", "version", "convert"]

DRAFT, SENT, ACCEPTED = "draft", "sent", "accepted"
REFUSED, EXPIRED, SUPERSEDED = "refused", "expired", "superseded"

MAY: dict[Move, frozenset[str]] = {
    "save": frozenset({DRAFT}),
    "send": frozenset({DRAFT}),
    "mail": frozenset({SENT}),
    "accept": frozenset({SENT}),
    # A customer may say yes on the telephone after the last day: people decide, the public page does not.
    "record": frozenset({SENT, EXPIRED}),
    "refuse": frozenset({SENT, EXPIRED}),
    "expire": frozenset({SENT}),
    "version": frozenset({SENT, REFUSED, EXPIRED}),
    "convert": frozenset({ACCEPTED}),
}

_WHY: dict[str, Any] = {
    DRAFT: _("%(quote)s is still a draft. Send it first."),
    SENT: _("%(quote)s was sent and does not change any more. Make a new version of it."),
    ACCEPTED: _("%(quote)s is accepted and does not change any more. Copy it for another offer."),
    REFUSED: _("%(quote)s was refused. Make a new version of it."),
    EXPIRED: _("%(quote)s has expired. Make a new version of it."),
    SUPERSEDED: _("%(quote)s was replaced by a newer version. Work on that one."),
}
_NOT_ACCEPTED = _("%(quote)s is not accepted yet. Only an accepted quote becomes a contract or an invoice.")


class NotPossibleNow(Refusal):
    code = "quotes.not_possible_now"


def allows(state: str, move: Move) -> bool:
    return state in MAY[move]


def require(state: str, move: Move, name: object) -> None:
    """NotPossibleNow, with what to do instead, unless the state allows the move."""
    if allows(state, move):
        return
    why = _NOT_ACCEPTED if move == "convert" and state != SUPERSEDED else _WHY[state]
    raise NotPossibleNow(why % {"quote": name}, state=state, move=move)
