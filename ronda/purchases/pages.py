"""Uploading suppliers' invoices, the page of one, and its file."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import TemplateView

from ronda.kernel.errors import Refusal
from ronda.kernel.money import ZERO
from ronda.parties.models import Party
from ronda.purchases import door, queries
from ronda.purchases.forms import AgeingForm, parts_given
from ronda.purchases.models import Delivery, IncomingFile, SupplierInvoice
from ronda.purchases.services import LARGEST_UPLOAD, deliver, doubts
from ronda.workspace.declare import Page, register_page
from ronda.workspace.pages import DetailPage, PageMixin
from ronda.workspace.parsing import Unreadable, read_amount
from ronda.workspace.saving import AddPage, EditPage

AREA = "purchases"
UPLOAD = "purchases.add_supplierinvoice"
# Nothing a stranger wrote is ever opened by the browser.
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}
REMARKS: dict[str, Any] = {
    "same_number": gettext_lazy("The supplier used this number already in the same year: %(other)s."),
    "not_for_us": gettext_lazy("It is addressed to %(other)s, not to this company."),
    "other_currency": gettext_lazy("It is in another currency (%(other)s) and cannot be registered here."),
}


class UploadInvoices(PageMixin, TemplateView):
    """Drop files or a zip: what they are is told on the page of the delivery."""

    permission_required = UPLOAD
    area = AREA
    page_title = gettext_lazy("Upload suppliers' invoices")
    template_name = "purchases/upload.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        earlier = Delivery.objects.filter(company=self.company).order_by("-pk")[:10]
        return super().get_context_data(
            earlier=earlier,
            largest=LARGEST_UPLOAD // 1024**2,
            accepted=",".join([*door.suffixes(), ".zip"]),
            list_url=reverse("supplierinvoice-list"),
            **kwargs,
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        files = [(file.name or "-", file) for file in request.FILES.getlist("files")]
        try:
            delivery = deliver(
                self.company, files, today=timezone.localdate(), by=request.user.get_username()
            )
        except Refusal as refusal:
            messages.error(request, str(refusal.message))
            return HttpResponseRedirect(reverse("purchases-upload"))
        return HttpResponseRedirect(reverse("delivery-detail", args=[delivery.pk]))


class InvoicePage(DetailPage):
    """What came in, what was noticed, what is missing (and the file itself, never the supplier's style)."""

    def get_template_names(self) -> list[str]:
        names = super().get_template_names()
        return names if names == ["workspace/tab.html"] else ["purchases/invoice.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        invoice: SupplierInvoice = self.object
        remarks = [
            (str(REMARKS[code]) % {"other": text}, reverse("supplierinvoice-detail", args=[pk]) if pk else "")
            for code, text, pk in invoice.remarks
            if code in REMARKS
        ]
        open_ = invoice.is_open
        return super().get_context_data(
            seller=invoice.read.seller,
            remarks=remarks if open_ else [],
            notices=[notice.text for notice in invoice.read.notices],
            doubts=[str(one.message) for one in doubts(invoice)] if open_ and not remarks else [],
            missing=list(invoice.lines.filter(account=None).exclude(net=0).order_by("position")[:5])
            + list(invoice.lines.filter(vat_code=None).exclude(net=0).order_by("position")[:5])
            if open_
            else [],
            **kwargs,
        )


class ChoicesPage(EditPage):
    """Supplier and lines: the rows stand beside what the file says, and none is added or removed."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["line_rows"], context["inlines"] = context["inlines"], []
        return context


class DeliveryPage(DetailPage):
    """How far the reading is, and what became of each file."""

    def get_template_names(self) -> list[str]:
        names = super().get_template_names()
        return names if names == ["workspace/tab.html"] else ["purchases/delivery.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        delivery: Delivery = self.object
        rows = delivery.files.select_related("invoice").order_by("pk")
        return super().get_context_data(
            odd=rows.exclude(outcome=IncomingFile.Outcome.TAKEN)[:200],
            invoices=delivery.invoices.select_related("supplier").order_by("date", "pk")[:200],
            waiting=delivery.state == Delivery.State.WAITING,
            **kwargs,
        )


def _supplier(company: Any, key: Any) -> Party | None:
    if not str(key).isdecimal() or len(str(key)) > 18:
        return None
    return Party.objects.filter(company=company, pk=key).first()


class AddSupplierPayment(AddPage):
    """A payment with what is open of the supplier beside it, and what it would settle."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        form = context["form"]
        found = form.cleaned_data.get("amount") if hasattr(form, "cleaned_data") else None
        amount = found if isinstance(found, Decimal) else None
        supplier = _supplier(getattr(self.request, "company", None), form["supplier"].value())
        given = parts_given(form.data) if form.is_bound else None
        context["proposal"] = queries.proposal(supplier, amount, given=given)
        return context


class PaymentProposal(PageMixin, TemplateView):
    """What is open of the supplier in a payment form, and what the amount would settle; a fragment."""

    permission_required = "purchases.add_supplierpayment"
    template_name = "purchases/proposal.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        given = self.request.GET
        supplier = _supplier(self.company, given.get("supplier", ""))
        if supplier is None and given.get("supplier"):
            raise Http404
        try:
            amount = read_amount(given.get("amount", ""), places=2)
        except Unreadable:
            amount = None
        return super().get_context_data(proposal=queries.proposal(supplier, amount), **kwargs)


class OwedToSuppliers(PageMixin, TemplateView):
    """What we owe, supplier by supplier, by how late it is."""

    permission_required = "purchases.view_payable"
    area = AREA
    page_title = gettext_lazy("What we owe")
    template_name = "purchases/ageing.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        given = self.request.GET if "on" in self.request.GET else None
        form = AgeingForm(given, company=self.company, initial={"on": timezone.localdate()})
        on = form.cleaned_data["on"] if form.is_bound and form.is_valid() else timezone.localdate()
        rows = queries.ageing(self.company, on=on)
        totals = {
            "not_due": sum((row.not_due for row in rows), ZERO),
            "late": [sum((row.late[n] for row in rows), ZERO) for n in range(4)],
            "total": sum((row.total for row in rows), ZERO),
        }
        return super().get_context_data(form=form, on=on, rows=rows, totals=totals, **kwargs)


class _FileView(PageMixin, View):
    """The bytes as they came, always as a download."""

    model: Any = SupplierInvoice

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        record = get_object_or_404(self.model, pk=pk, company=self.company)
        if not record.file:
            raise Http404
        try:
            opened = record.file.open("rb")
        except FileNotFoundError as error:
            raise Http404 from error
        name = self.name_of(record)
        response = FileResponse(
            opened, as_attachment=True, filename=name, content_type="application/octet-stream"
        )
        for header, value in HEADERS.items():
            response[header] = value
        return response  # type: ignore[return-value]

    def name_of(self, record: Any) -> str:
        return str(record.name).rpartition("/")[2]


class InvoiceFile(_FileView):
    """The file of an invoice."""

    permission_required = "purchases.view_supplierinvoice"

    def name_of(self, record: Any) -> str:
        return record.file_name or _("invoice %(number)s") % {"number": record.number}


class ReceivedFile(_FileView):
    """A file that could not be read."""

    permission_required = "purchases.view_incomingfile"
    model = IncomingFile


register_page(
    Page(
        "purchases-upload",
        gettext_lazy("Upload suppliers' invoices"),
        "purchases-upload",
        AREA,
        icon="upload",
        permission=UPLOAD,
        keywords=("fatture", "fornitori", "xml", "p7m", "zip", "factures", "fournisseurs", "suppliers"),
        order=60,
    )
)
register_page(
    Page(
        "purchases-ageing",
        gettext_lazy("What we owe"),
        "purchases-ageing",
        AREA,
        icon="clock",
        permission="purchases.view_payable",
        keywords=(gettext_lazy("overdue"), "payables", "scadenzario", "échéancier"),
        order=35,
    )
)
