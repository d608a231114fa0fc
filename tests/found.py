"""What the checks of the data find in a company, for tests."""

from datetime import UTC, datetime

from ronda.company.checking import Look, check_called

NOW = datetime(2026, 11, 3, 5, 0, tzinfo=UTC)


def found(company, *codes):
    """(problem, model, key) of all that the checks `codes` find."""
    look = Look(company.pk, NOW)
    return [
        (finding.problem, finding.model, finding.pk)
        for code in codes
        for finding in check_called(code).run(look)
    ]
