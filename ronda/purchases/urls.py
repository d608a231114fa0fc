"""Addresses of the pages of purchases."""

from django.urls import path

from ronda.purchases import pages

urlpatterns = [
    path("purchases/upload/", pages.UploadInvoices.as_view(), name="purchases-upload"),
    path("purchases/ageing/", pages.OwedToSuppliers.as_view(), name="purchases-ageing"),
    path("purchases/proposal/", pages.PaymentProposal.as_view(), name="supplier-payment-proposal"),
    path("purchases/invoice/<int:pk>/file/", pages.InvoiceFile.as_view(), name="supplierinvoice-file"),
    path("purchases/received/<int:pk>/file/", pages.ReceivedFile.as_view(), name="incomingfile-file"),
]
