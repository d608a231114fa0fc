"""What the French pack adds to the screens: reports, and statuses of issued and received invoices."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from ronda.billing.models import Document
from ronda.countries.fr.ereporting_tasks import queue_statuses
from ronda.countries.fr.forms import AnswerForm
from ronda.countries.fr.pages import AREA, TELL, VIEW, document_statuses, invoice_statuses, tells_collected
from ronda.countries.fr.services.statuses_received import answer_supplier, seller_siren
from ronda.purchases.models import SupplierInvoice
from ronda.workspace.declare import Action, Page, Tab, add_action, add_tab, register_page

STATUSES = "country_fr.view_invoicestatus"

register_page(
    Page(
        "fr-reports",
        _("E-reporting"),
        "fr-reports",
        AREA,
        icon="landmark",
        permission=VIEW,
        keywords=("e-reporting", "flux 10", "TVA", "DGFiP", "dichiarazione", "vendite a privati"),
        order=50,
        countries=frozenset({"FR"}),
    )
)


def may_be_answered(invoice: SupplierInvoice) -> bool:
    return invoice.company.country == "FR" and bool(seller_siren(invoice))


def answer(invoice: SupplierInvoice, *, by: str, **said: Any) -> Any:
    """Write what the supplier hears, and send it."""
    row = answer_supplier(invoice, by=by, **said)
    queue_statuses([row], by=by)
    return _("The answer was written.")


add_action(
    SupplierInvoice,
    Action(
        "fr-answer",
        _("Answer to the supplier"),
        answer,
        form=AnswerForm,
        bulk=False,
        permission=TELL,
        enabled=may_be_answered,
        help_text=_("His platform is told: taken in hand, approved, disputed, refused, payment sent."),
    ),
)
add_tab(
    SupplierInvoice,
    Tab(
        "fr-statuses",
        _("Statuses"),
        template="country_fr/statuses.html",
        context=invoice_statuses,
        permission=STATUSES,
        shown=lambda invoice: invoice.company.country == "FR",
    ),
)
add_tab(
    Document,
    Tab(
        "fr-statuses",
        _("Collected"),
        template="country_fr/statuses.html",
        context=document_statuses,
        permission=STATUSES,
        shown=tells_collected,
    ),
)
