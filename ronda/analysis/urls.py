"""Addresses of the pages of analysis."""

from django.urls import path

from ronda.analysis import group_pages, pages

urlpatterns = [
    path("analysis/months/", pages.MonthsPage.as_view(), name="analysis-months"),
    path("analysis/services/", pages.ServicesPage.as_view(), name="analysis-services"),
    path("analysis/trends/", pages.TrendsPage.as_view(), name="analysis-trends"),
    path("analysis/forecast/", pages.ForecastPage.as_view(), name="analysis-forecast"),
    path("analysis/companies/", group_pages.GroupPage.as_view(), name="analysis-companies"),
    path("analysis/refresh/<slug:page>/", pages.Refresh.as_view(), name="analysis-refresh"),
    path("analysis/progress/<slug:page>/", pages.Progress.as_view(), name="analysis-progress"),
]
