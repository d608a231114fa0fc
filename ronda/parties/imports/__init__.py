"""Tables of customers and of sites."""

from ronda.parties.imports import customers, sites
from ronda.parties.imports.known import find_customers

__all__ = ["customers", "find_customers", "sites"]
