"""What can be done with indices, adjustments, terms and notices. Each function is one operation."""

from ronda.renewals.services.clauses import (
    NoClause,
    WrongIndex,
    adjust_again,
    drop_clause,
    never_adjust,
    set_clause,
    set_terms,
)
from ronda.renewals.services.confirming import (
    BatchClosed,
    NotProposed,
    confirm_batch,
    discard_batch,
    exclude,
    include,
)
from ronda.renewals.services.copying import take_over_agreements
from ronda.renewals.services.letters import (
    Letter,
    NobodyToWriteTo,
    adjustment_letters,
    renewal_letters,
    send_adjustment_letters,
    send_renewal_letters,
)
from ronda.renewals.services.notices import (
    AlreadyRenewed,
    NoticeDone,
    NotYet,
    last_day_for,
    receive_notice,
    record_notice,
    rule_of,
    withdraw_notice,
)
from ronda.renewals.services.preparing import NothingDue, prepare_batch
from ronda.renewals.services.register import (
    NotAnIndexValue,
    first_day,
    register_values,
    save_value,
    seed_series,
)
from ronda.renewals.services.renewing import GoesOnAlready, NoTerm, NothingToRenew, renew, renew_due

__all__ = [
    "Letter",
    "NobodyToWriteTo",
    "adjustment_letters",
    "renewal_letters",
    "send_adjustment_letters",
    "send_renewal_letters",
    "AlreadyRenewed",
    "GoesOnAlready",
    "take_over_agreements",
    "BatchClosed",
    "NoClause",
    "NoTerm",
    "NotAnIndexValue",
    "NotProposed",
    "NotYet",
    "NothingDue",
    "NothingToRenew",
    "NoticeDone",
    "WrongIndex",
    "adjust_again",
    "confirm_batch",
    "discard_batch",
    "drop_clause",
    "exclude",
    "first_day",
    "include",
    "last_day_for",
    "never_adjust",
    "prepare_batch",
    "receive_notice",
    "record_notice",
    "register_values",
    "renew",
    "renew_due",
    "rule_of",
    "save_value",
    "seed_series",
    "set_clause",
    "set_terms",
    "withdraw_notice",
]
