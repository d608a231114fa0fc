"""What this app keeps of a customer, for privacy: see `ronda.company.personal_data`."""

from ronda.company.personal_data import OURS, SETTINGS, TECHNICAL, declare, says_nothing

says_nothing(SETTINGS, "api.Token", "api.Webhook")
# An answer that tells of the customer: whoever repeats the same request gets the masked one.
declare(
    "api.KeptAnswer",
    export=False,
    swept=("body",),
    kept=dict.fromkeys(("caller", "key", "claim", "fingerprint", "content_type"), TECHNICAL),
)
declare(
    "api.WebhookDelivery",
    export=False,
    company="webhook__company",
    swept=("body", "error"),
    kept={"message": TECHNICAL, "event": OURS},
)
declare("api.WebhookAttempt", export=False, company="delivery__webhook__company", swept=("error", "answer"))
