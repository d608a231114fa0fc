from django.urls import path

from ronda.countries.it import pages, stamp_pages

urlpatterns = [
    path("import/past-invoices/", pages.ImportInvoices.as_view(), name="it-import-invoices"),
    path("import/<int:pk>/accept/", pages.AcceptProposals.as_view(), name="it-import-accept"),
    path("import/<int:pk>/seller/", pages.ConfirmSeller.as_view(), name="it-import-seller"),
    path("italy/stamp-duty/", stamp_pages.StampReport.as_view(), name="it-stamp"),
    path("italy/stamp-duty/xlsx/", stamp_pages.StampSheet.as_view(), name="it-stamp-xlsx"),
]
