"""Screens of contracts that are more than a declaration, and their addresses."""

from django.urls import path

from ronda.contracts.pages.amendments import AmendmentPage, AmendmentPrint
from ronda.contracts.pages.by_service import ByServicePage
from ronda.contracts.pages.change import ChangePage
from ronda.contracts.pages.situation import ContractPage, LinePage

__all__ = ["AmendmentPage", "ContractPage", "LinePage", "urlpatterns"]

urlpatterns = [
    path("contract/by-service/", ByServicePage.as_view(), name="contracts-by-service"),
    path("contract/<int:pk>/change/", ChangePage.as_view(), name="contract-change"),
    path("amendment/<int:pk>/print/", AmendmentPrint.as_view(), name="amendment-print"),
]
