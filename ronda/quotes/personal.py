"""What this app keeps of a customer, for privacy: see `ronda.company.personal_data`."""

from ronda.company.personal_data import MASK, OURS, SETTINGS, STATISTICS, declare, says_nothing
from ronda.company.retention import keep_for_years

keep_for_years("quotes.quote.accepted")
_PATHS = ("party", "account__party", "site__party", "contact__party")
says_nothing(SETTINGS, "quotes.LossReason", "quotes.Picture", "quotes.QuoteItemFacts")
declare(
    "quotes.Quote",
    party=_PATHS,
    blank={
        **dict.fromkeys((f"prospect_{one}" for one in ("name", "email", "phone", "street", "postcode")), ""),
        **dict.fromkeys(("intro", "closing", "signer", "signature_hash", "seal", "loss_note"), ""),
        # The link that was sent leads nowhere from now on.
        **dict.fromkeys(("token_salt", "token_hash", "offer_hash", "decided_by"), ""),
        "addressee": MASK,
        "title": MASK,
        "buyer": {},
    },
    files=("signature",),
    hidden=("token_salt", "token_hash", "offer_hash", "seal", "signature_hash", "state_before"),
    kept={
        **dict.fromkeys(("prospect_city", "prospect_province", "language", "currency"), STATISTICS),
        **dict.fromkeys(("series", "label", "state_before"), OURS),
    },
)
declare(
    "quotes.QuoteLine",
    party=tuple(f"quote__{path}" for path in _PATHS),
    blank={"text": MASK, "details": ""},
    kept=dict.fromkeys(("unit", "nature", "alternative"), OURS),
)
