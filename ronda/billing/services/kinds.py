"""The legal kind of a document: what its country offers, and what does not fit."""

from datetime import date

from ronda.billing.models import Document
from ronda.company.country import CountryPack, LegalKind, country_pack
from ronda.company.models import Company
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _


class UnfittingKind(Refusal):
    code = "billing.unfitting_legal_kind"


class NoOperationDay(Refusal):
    code = "billing.no_operation_day"


def kinds_of(company: Company, kind: str, *, on: date) -> tuple[LegalKind, ...]:
    """What a person may choose between for a kind of document; nothing where there is no choice."""
    found = tuple(each for each in country_pack(company).legal_kinds(on=on) if each.kind == kind)
    return found if len(found) > 1 else ()


def legal_kind_of(document: Document, pack: CountryPack, *, on: date) -> LegalKind | None:
    """The kind a person chose; None for the usual one."""
    if not document.legal_kind:
        return None
    return next((each for each in pack.legal_kinds(on=on) if each.code == document.legal_kind), None)


def require_fitting_kind(document: Document, pack: CountryPack, *, on: date, final: bool = False) -> None:
    """Refuse a legal kind that is not one of the document's kind on that day.

    A document of earlier operations says of which day: asked for when it is issued (`final`).
    """
    if not document.legal_kind:
        return
    chosen = legal_kind_of(document, pack, on=on)
    if chosen is None or chosen.kind != document.kind:
        raise UnfittingKind(
            _("%(kind)s is no legal kind for this document: %(document)s.")
            % {"kind": document.legal_kind, "document": document.get_kind_display()},
            field="legal_kind",
        )
    if final and chosen.deferred and document.operation_on is None:
        raise NoOperationDay(
            _("A deferred document says when the operation was. Enter the day of the last delivery."),
            field="operation_on",
        )
    if final and document.operation_on is not None and document.operation_on > on and chosen.deferred:
        raise NoOperationDay(
            _("The operation of %(day)s lies after the date of the document.")
            % {"day": document.operation_on.strftime("%d/%m/%Y")},
            field="operation_on",
        )
