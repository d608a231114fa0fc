"""What can be done with customers and suppliers. Each function is one operation in one transaction."""

from ronda.parties.services.addresses import complete_addresses
from ronda.parties.services.banking import (
    AccountOfAnother,
    InvalidIban,
    save_bank_account,
    set_bank_account,
)
from ronda.parties.services.changing import save_party, update_party
from ronda.parties.services.checks import (
    CodeInUse,
    DoubtfulTaxId,
    InvalidEmail,
    InvalidPhone,
    KeyIncomplete,
    KeyInUse,
    LikelyDuplicate,
    MissingFacts,
    TaxIdInUse,
    TaxIdRepeated,
)
from ronda.parties.services.creating import (
    NewParty,
    RowsRefused,
    create_parties,
    create_party,
    problems_of,
    questions,
)
from ronda.parties.services.identity import KeyNotCoherent, refuse_incoherent
from ronda.parties.services.places import load_places
from ronda.parties.services.sites import (
    DefaultAccountNeeded,
    GroupOfAnotherCompany,
    SiteCodeInUse,
    SiteOfAnother,
    add_contact,
    add_site,
    save_account,
    save_contact,
    save_site,
    set_recipients,
)

__all__ = [
    "AccountOfAnother",
    "CodeInUse",
    "DefaultAccountNeeded",
    "DoubtfulTaxId",
    "GroupOfAnotherCompany",
    "InvalidEmail",
    "InvalidIban",
    "InvalidPhone",
    "KeyInUse",
    "KeyIncomplete",
    "KeyNotCoherent",
    "LikelyDuplicate",
    "MissingFacts",
    "NewParty",
    "RowsRefused",
    "SiteCodeInUse",
    "SiteOfAnother",
    "TaxIdInUse",
    "TaxIdRepeated",
    "add_contact",
    "add_site",
    "complete_addresses",
    "create_parties",
    "create_party",
    "load_places",
    "problems_of",
    "questions",
    "refuse_incoherent",
    "save_account",
    "save_bank_account",
    "save_contact",
    "save_party",
    "save_site",
    "set_bank_account",
    "set_recipients",
    "update_party",
]
