"""Screens of customers, sites, people, billing accounts and payment conditions."""

from ronda.parties.workspace.conditions import WORKSPACES
from ronda.parties.workspace.customers import Customers

__all__ = ["WORKSPACES", "Customers"]
