"""Addresses of the French pack."""

from django.urls import path

from ronda.countries.fr import pages

urlpatterns = [
    path("fr/reports/", pages.Reports.as_view(), name="fr-reports"),
    path("fr/reports/prepare/", pages.PrepareReports.as_view(), name="fr-reports-prepare"),
    path("fr/report/<int:pk>/", pages.Report.as_view(), name="fr-report"),
    path("fr/report/<int:pk>/file/", pages.ReportFile.as_view(), name="fr-report-file"),
    path("fr/report/<int:pk>/do/<slug:what>/", pages.ReportAction.as_view(), name="fr-report-do"),
    path("fr/status/<int:pk>/file/", pages.StatusFile.as_view(), name="fr-status-file"),
    path("fr/status/<int:pk>/do/<slug:what>/", pages.StatusAction.as_view(), name="fr-status-do"),
]
