"""Addresses of the pages of operations."""

from ronda.operations.pages import urlpatterns

__all__ = ["urlpatterns"]
