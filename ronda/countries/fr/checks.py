"""What must never be in the data of the French pack: found by `ronda check-data`."""

from ronda.countries.fr import certificate_checks, ereporting_checks  # noqa: F401 -- declare their own
