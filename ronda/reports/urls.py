"""Addresses of prints; lists and forms are mounted by the site."""

from django.urls import path, re_path

from ronda.reports import pages

urlpatterns = [
    path("document/<int:pk>/pdf/", pages.DocumentPdf.as_view(), name="document-pdf"),
    path("quote/<int:pk>/pdf/", pages.QuotePdf.as_view(), name="quote-pdf"),
    re_path(
        r"^quote/(?P<token>[0-9A-Za-z_-]{43})/pdf/$", pages.PublicQuotePdf.as_view(), name="quote-public-pdf"
    ),
    path("contract/<int:pk>/pdf/", pages.ContractPdf.as_view(), name="contract-pdf"),
    path("amendment/<int:pk>/pdf/", pages.AmendmentPdf.as_view(), name="amendment-pdf"),
    path("party/<int:pk>/consents/pdf/", pages.ConsentForm.as_view(), name="party-consent-form"),
    path("printlayout/<int:pk>/preview/", pages.LayoutPreview.as_view(), name="layout-preview"),
]
