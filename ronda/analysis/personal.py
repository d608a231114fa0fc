"""What this app keeps of a customer, for privacy: see `ronda.company.personal_data`."""

from ronda.company.personal_data import STATISTICS, says_nothing

says_nothing(STATISTICS, "analysis.Calculation", "analysis.Figure")
