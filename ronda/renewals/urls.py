"""Addresses of the pages of renewals."""

from ronda.renewals.pages import urlpatterns

__all__ = ["urlpatterns"]
