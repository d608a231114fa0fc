"""Services of the French pack."""
