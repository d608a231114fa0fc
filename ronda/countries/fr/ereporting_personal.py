"""What reports and statuses keep of a customer, for privacy: see `ronda.company.personal_data`."""

from ronda.company.personal_data import OURS, declare, says_nothing
from ronda.company.retention import keep_for_years

for _what in ("report", "file", "status"):
    keep_for_years(f"country_fr.{_what}.")
says_nothing(OURS, "country_fr.EReport")
# Whoever is in a report, or has a status, has the document, and cannot be anonymised (R51).
declare(
    "country_fr.EReportEntry",
    party=("document__party",),
    within="billing.Document",
    company="report__company",
)
declare("country_fr.InvoiceStatus", party=("document__party",), within="billing.Document")
