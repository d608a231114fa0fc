"""What this app keeps of a customer, for privacy: see `ronda.company.personal_data`."""

from ronda.company.personal_data import SETTINGS, declare, says_nothing

says_nothing(
    SETTINGS,
    *(
        f"catalogue.{name}"
        for name in ("Unit", "VatCode", "VatRate", "ItemFamily", "Item", "PriceList", "ListPrice")
    ),
)
declare("catalogue.CustomerPrice", party=("party",))
