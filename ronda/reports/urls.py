"""Addresses of prints; lists and forms are mounted by the site."""

from django.urls import path

from ronda.reports import pages

urlpatterns = [
    path("document/<int:pk>/pdf/", pages.DocumentPdf.as_view(), name="document-pdf"),
    path("printlayout/<int:pk>/preview/", pages.LayoutPreview.as_view(), name="layout-preview"),
]
