"""What the French pack keeps of customers, for privacy."""

from ronda.countries.fr import certificate_personal, ereporting_personal  # noqa: F401 -- declare their own
