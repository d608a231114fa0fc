"""Screens of the books, and those of accruals and deferrals."""

from django.urls import path

from ronda.accounting.pages.books import LedgerPage, TrialBalancePage
from ronda.accounting.pages.closings import (
    ClosingDo,
    ClosingExport,
    ClosingPage,
    ClosingProgress,
    DeferralsPage,
)

urlpatterns = [
    path("accounting/trial-balance/", TrialBalancePage.as_view(), name="trial-balance"),
    path("accounting/ledger/<int:pk>/", LedgerPage.as_view(), name="ledger"),
    path("accounting/deferrals/", DeferralsPage.as_view(), name="deferrals"),
    path("accounting/deferrals/<int:pk>/", ClosingPage.as_view(), name="closing"),
    path("accounting/deferrals/<int:pk>/export/", ClosingExport.as_view(), name="closing-export"),
    path("accounting/deferrals/<int:pk>/progress/", ClosingProgress.as_view(), name="closing-progress"),
    path("accounting/deferrals/<int:pk>/<slug:verb>/", ClosingDo.as_view(), name="closing-do"),
]
