from ronda.payments.tests.conftest import company, due_of, party, transfer

__all__ = ["company", "due_of", "party", "transfer"]
