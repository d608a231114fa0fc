"""What can be done with customers and suppliers. Each function is one operation in one transaction."""

from ronda.parties.services.places import load_places

__all__ = ["load_places"]
