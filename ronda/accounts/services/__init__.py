"""The writers of this app: attempts, passwords, what an administrator does with accounts."""

from ronda.accounts.services.attempts import note_failure, note_sign_in, note_sign_out, use_code
from ronda.accounts.services.keeping import note_factor, remember_password
from ronda.accounts.services.people import (
    activate,
    deactivate_ended,
    demand_new_passwords,
    give_one_time_password,
    remove_factors,
    set_last_day,
)

__all__ = [
    "activate",
    "deactivate_ended",
    "demand_new_passwords",
    "give_one_time_password",
    "note_factor",
    "note_failure",
    "note_sign_in",
    "note_sign_out",
    "remember_password",
    "remove_factors",
    "set_last_day",
    "use_code",
]
