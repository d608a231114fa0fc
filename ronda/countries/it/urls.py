from django.urls import path

from ronda.countries.it import pages

urlpatterns = [
    path("import/past-invoices/", pages.ImportInvoices.as_view(), name="it-import-invoices"),
    path("import/<int:pk>/accept/", pages.AcceptProposals.as_view(), name="it-import-accept"),
    path("import/<int:pk>/seller/", pages.ConfirmSeller.as_view(), name="it-import-seller"),
]
