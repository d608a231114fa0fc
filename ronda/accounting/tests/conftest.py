from ronda.payments.tests.conftest import anna, company, due_of, mount, party, transfer

__all__ = ["anna", "company", "due_of", "mount", "party", "transfer"]
