"""What can be done with the catalogue. Each function is one operation in one transaction."""

from ronda.catalogue.services.items import (
    ItemCodeInUse,
    NoUsualVatCode,
    create_item,
    create_items,
    save_item,
)
from ronda.catalogue.services.prices import (
    NothingToSay,
    PriceOfAnotherCompany,
    increase_list,
    price_for,
    prices_for,
    save_customer_price,
    save_price_list,
    set_list_price,
    set_price,
)
from ronda.catalogue.services.seeds import seed_units, seed_vat_codes
from ronda.catalogue.services.vat import (
    RateAlreadyThere,
    ZeroNeedsNature,
    change_vat_rate,
    save_vat_code,
)

__all__ = [
    "ItemCodeInUse",
    "NoUsualVatCode",
    "NothingToSay",
    "PriceOfAnotherCompany",
    "RateAlreadyThere",
    "ZeroNeedsNature",
    "change_vat_rate",
    "create_item",
    "create_items",
    "increase_list",
    "price_for",
    "prices_for",
    "save_customer_price",
    "save_item",
    "save_price_list",
    "save_vat_code",
    "seed_units",
    "seed_vat_codes",
    "set_list_price",
    "set_price",
]
