"""The writers of this app: consents, anonymising, exports."""

from ronda.privacy.services.anonymising import (
    AlreadyAnonymised,
    ForGood,
    HeldBack,
    SomethingLeft,
    anonymise,
)
from ronda.privacy.services.consents import delete_text, record_consents, write_text
from ronda.privacy.services.contacts import anonymise_contact
from ronda.privacy.services.exporting import expire, prepare, request_export
from ronda.privacy.services.replaying import apply_list_again
from ronda.privacy.services.switch import SwitchedOff

__all__ = [
    "AlreadyAnonymised",
    "ForGood",
    "HeldBack",
    "SomethingLeft",
    "SwitchedOff",
    "anonymise",
    "anonymise_contact",
    "apply_list_again",
    "delete_text",
    "expire",
    "prepare",
    "record_consents",
    "request_export",
    "write_text",
]
