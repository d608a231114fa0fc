"""What a status must hold before it is sent: the rules BR-FR-CDV in our words."""

from collections.abc import Iterator
from typing import Any

from ronda.countries.fr.data import lifecycle as data
from ronda.countries.fr.domain.lifecycle.model import StatusMessage
from ronda.countries.fr.domain.tax_ids import is_directory_address
from ronda.einvoices.domain.findings import Finding
from ronda.kernel.i18n import _
from ronda.kernel.money import to_cents

_RATES = frozenset(data.VAT_RATES)


def check_status(message: StatusMessage) -> list[Finding]:
    """Everything that would make a platform refuse `message`, by the code of the official rule."""
    return [
        *_check_document(message),
        *_check_parties(message),
        *_check_reasons(message),
        *_check_money(message),
    ]


def _check_document(message: StatusMessage) -> Iterator[Finding]:
    if message.status not in data.STATUSES:
        text = _("The status %(code)s is not one we can send.") % {"code": message.status}
        yield _finding("BR-FR-CDV-CL-06", text, _("Choose one of the statuses of the list."), "MDT-105")
    if not message.identifier or message.at is None or message.created_at is None:
        incomplete = _("The message has no identifier or no time.")
        yield _finding("BR-FR-CDV-03", incomplete, _("Write it again from the invoice's page."), "MDT-4")
    if message.process not in data.PROCESSES:
        text = _("“%(process)s” is not a process of the French rules.") % {"process": message.process}
        remedy = _("Leave it at REGULATED for invoices between firms.")
        yield _finding("BR-FR-CDV-CL-01", text, remedy, "MDT-2")
    yield from _check_reference(message)


def _check_reference(message: StatusMessage) -> Iterator[Finding]:
    invoice, remedy = message.invoice, _("Give the number and the date of the invoice.")
    unnamed = _("The message does not say which invoice it is about.")
    if not invoice.number:
        yield _finding("BR-FR-CDV-10", unnamed, remedy, "MDT-87")
    elif invoice.issued_on is None and message.status != "501":
        yield _finding("BR-FR-CDV-11", unnamed, remedy, "MDG-35")
    if invoice.kind not in data.DOCUMENT_KINDS:
        yield _finding(
            "BR-FR-04",
            _("“%(kind)s” is not a kind of invoice that has a life in France.") % {"kind": invoice.kind},
            _("Statuses are sent about invoices and credit notes only."),
            "MDT-91",
        )


def _check_parties(message: StatusMessage) -> Iterator[Finding]:
    if message.phase != data.TRANSMISSION and not message.issuer.identifier:
        yield _finding(
            "BR-FR-CDV-07",
            _("Who gives the status has no SIREN."),
            _("Enter the SIREN of the company."),
            "MDT-38",
            "company.registration_id",
        )
    if not message.invoice.seller and message.status != "501":
        yield _finding(
            "BR-FR-CDV-13",
            _("The seller of the invoice has no SIREN."),
            _("Enter the seller's SIREN."),
            "MDT-129",
            "party.registration_id",
        )
    for party in message.recipients:
        if party.role not in {"WK", "DFH"} and not is_directory_address(party.address):
            yield _finding(
                "BR-FR-CDV-08",
                _("“%(name)s” has no electronic address the status could go to.")
                % {"name": party.name or party.identifier},
                _("Look the address up in the directory, or take the one of the invoice."),
                "MDT-73",
                "party.recipient_code",
            )


def _check_reasons(message: StatusMessage) -> Iterator[Finding]:
    coded = [reason for reason in message.reasons if reason.code]
    if message.status in data.NEED_REASON and not coded:
        yield _finding(
            "BR-FR-CDV-15",
            _("This status needs a reason."),
            _("Choose why: the other side can only act on a reason."),
            "MDT-113",
        )
    allowed = data.REASONS_OF.get(message.status)
    for reason in coded:
        if reason.code not in (allowed if allowed is not None else data.REASONS):
            yield _finding(
                "BR-FR-CDV-CL-09",
                _("The reason %(reason)s is not allowed with the status %(status)s.")
                % {"reason": reason.code, "status": message.status},
                _("Choose a reason of this status' list."),
                "MDT-113",
            )
    for reason in message.reasons:
        if reason.action and reason.action not in data.ACTIONS:
            yield _finding(
                "BR-FR-CDV-CL-10",
                _("The action %(action)s is not one of the list.") % {"action": reason.action},
                _("Choose what you expect of the other side from the list."),
                "MDT-121",
            )


def _check_money(message: StatusMessage) -> Iterator[Finding]:
    if message.status == "212" and not message.collected:
        yield _finding(
            "BR-FR-CDV-14",
            _("A collection needs the amount received at each VAT rate."),
            _("Send it from the payment, which knows its parts."),
            "MDT-215",
        )
    for part in message.collected:
        if f"{part.rate.normalize():f}" not in _RATES:
            yield _finding(
                "BR-FR-16",
                _("%(rate)s %% is not a French VAT rate.") % {"rate": part.rate},
                _("Correct the VAT code of the invoice's lines."),
                "MDT-224",
                "line.vat_code",
            )
        if part.amount != to_cents(part.amount) or abs(part.amount) >= 10**17:
            yield _finding(
                "BR-FR-DEC-01",
                _("The amount %(amount)s is not in cents.") % {"amount": part.amount},
                _("Amounts have two decimals."),
                "MDT-215",
            )


def _finding(code: str, text: Any, remedy: Any, where: str, field: str = "") -> Finding:
    return Finding(code, text, remedy, where, field)
