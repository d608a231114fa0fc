"""Addresses of billing's own screens; lists and forms are mounted by the site."""

from django.urls import path

from ronda.billing import pages
from ronda.billing.pages.time_machine import TimeMachinePage

urlpatterns = [
    path("month/", pages.MonthPage.as_view(), name="month"),
    path("month/time-machine/", TimeMachinePage.as_view(), name="time-machine"),
    path("month/<int:pk>/progress/", pages.RunProgress.as_view(), name="run-progress"),
    path("month/<int:pk>/<slug:verb>/", pages.RunDo.as_view(), name="run-do"),
    path("month/of/entry/<int:pk>/", pages.EntryPage.as_view(), name="run-entry"),
    path("document/<int:pk>/credit/", pages.CreditPage.as_view(), name="document-credit"),
]
