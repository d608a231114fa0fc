"""What this app keeps of a customer, for privacy: see `ronda.company.personal_data`."""

from ronda.company.personal_data import SETTINGS, declare, says_nothing

says_nothing(SETTINGS, "reports.PrintLayout", "reports.ContractConditions")
declare("reports.PrintedDocument", party=("document__party",), within="billing.Document")
declare("reports.SentAtIssue", party=("document__party",), within="billing.Document", export=False)
