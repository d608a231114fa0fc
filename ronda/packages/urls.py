"""Addresses of the pages of packages."""

from ronda.packages.pages import urlpatterns

__all__ = ["urlpatterns"]
