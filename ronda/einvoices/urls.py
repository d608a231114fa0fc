"""Addresses of e-invoices; lists and forms are mounted by the site."""

from django.urls import path

from ronda.einvoices import channel_pages, pages

urlpatterns = [
    path("einvoices/to-do/", pages.Desk.as_view(), name="einvoice-desk"),
    path("einvoices/channel/", channel_pages.ChannelPage.as_view(), name="einvoice-channel"),
    path("einvoices/fetch/", channel_pages.FetchNow.as_view(), name="einvoice-fetch"),
    path("einvoices/receipts/", channel_pages.UploadReceipts.as_view(), name="einvoice-upload"),
    path("einvoice/<int:pk>/file/", pages.TransmissionFile.as_view(), name="einvoice-file"),
    path("einvoice/receipt/<int:pk>/file/", pages.ReceiptFile.as_view(), name="einvoice-receipt-file"),
    path("einvoice/set-aside/<int:pk>/file/", pages.QuarantinedFile.as_view(), name="einvoice-odd-file"),
]
