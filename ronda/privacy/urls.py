"""Addresses of the pages of privacy."""

from ronda.privacy.pages import urlpatterns

__all__ = ["urlpatterns"]
