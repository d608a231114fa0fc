"""Addresses of the pages of agents."""

from ronda.agents.pages import urlpatterns

__all__ = ["urlpatterns"]
