"""The sentences of the invoice: those between businesses, the addressee, the single taxable person."""

from collections import Counter
from collections.abc import Iterator

from ronda.countries.fr.data import einvoice as codes
from ronda.countries.fr.domain.einvoice import facturx_port
from ronda.countries.fr.domain.einvoice.brfr.registry import Case, check
from ronda.einvoices.domain.findings import Finding
from ronda.kernel.i18n import _

_FIELD = "company.legal_texts"
_WHAT = {
    codes.FEE: _("the flat fee for recovery costs"),
    codes.INTEREST: _("the interest on late payment"),
    codes.DISCOUNT: _("the discount for early payment, or that there is none"),
    codes.TAX_NOTE: _("the single taxable person"),
}
#: A text of fewer letters says nothing (“.”, “N/A”).
_FEWEST_LETTERS = 8


@check("BR-FR-05")
def sentences_present(case: Case) -> Iterator[Finding]:
    """PMT, PMD and AAB are on every invoice (art. L441-9 Code de commerce)."""
    for code in codes.SENTENCES:
        if not case.invoice.notes_of(code):
            text = _("The sentence about %(what)s is missing (%(code)s).") % {
                "what": _WHAT[code],
                "code": code,
            }
            yield Finding("BR-FR-05", text, _("Write it in the legal texts of the company."), "BT-22", _FIELD)


@check("BR-FR-06")
def sentences_once(case: Case) -> Iterator[Finding]:
    """Each of them once."""
    counted = Counter(note.code for note in case.invoice.notes)
    for code, what in _WHAT.items():
        if counted[code] > 1:
            text = _("The sentence about %(what)s stands %(count)s times (%(code)s).")
            found = text % {"what": what, "count": counted[code], "code": code}
            yield Finding("BR-FR-06", found, _("Leave one of them."), "BT-21", _FIELD)


@check("LOCAL-NOTE")
def sentences_say_something(case: Case) -> Iterator[Finding]:
    """A sentence is a text; the official rules take a full stop for one."""
    for code in codes.SENTENCES:
        for note in case.invoice.notes_of(code):
            if sum(map(str.isalpha, note.text)) < _FEWEST_LETTERS:
                text = _("The sentence about %(what)s says nothing (%(code)s).")
                found = text % {"what": _WHAT[code], "code": code}
                remedy = _("Write it in the legal texts of the company.")
                yield Finding("LOCAL-NOTE", found, remedy, "BT-22", _FIELD)


@check("BR-FR-20", "BR-FR-31", "LOCAL-BAR")
def addressee(case: Case) -> Iterator[Finding]:
    """One BAR note with one of six words."""
    notes = case.invoice.notes_of(codes.ADDRESSEE)
    remedy = _("Say whether the customer is a business or a consumer, and its country.")
    for note in notes:
        if note.text not in codes.ADDRESSEES:
            text = _("“%(word)s” does not say whom the invoice is for.") % {"word": note.text}
            yield Finding("BR-FR-20", text, remedy, "BT-22", "party.kind")
    if sum(note.text in codes.ADDRESSEES for note in notes) > 1:
        yield Finding(
            "BR-FR-31", _("The invoice says twice whom it is for."), _("Leave one of them."), "BT-21",
            "party.kind",
        )  # fmt: skip
    if not notes:
        silent = _("The invoice does not say whether it goes to a business or to a consumer.")
        yield Finding("LOCAL-BAR", silent, remedy, "BT-21", "party.kind")


@check("BR-FR-CO-14", "BR-FR-CO-15")
def single_taxable_person(case: Case) -> Iterator[Finding]:
    """A member of a single taxable person says so, and has its representative with VAT number."""
    invoice = case.invoice
    if codes.GROUP_SCHEME not in dict(invoice.seller.identifiers):
        return
    if not any(note.text == codes.GROUP_NOTE for note in invoice.notes_of(codes.TAX_NOTE)):
        text = _("A member of a single taxable person must say so in a note (TXD).")
        remedy = _("Write it in the legal texts of the company.")
        yield Finding("BR-FR-CO-14", text, remedy, "BT-22", _FIELD)
    if not (invoice.representative and invoice.representative.vat_number):
        text = _("A member of a single taxable person must name its representative with VAT number.")
        yield Finding("BR-FR-CO-15", text, _("Complete the company."), "BT-63", "company.tax_id")


@check("BR-CL-08")
def subjects_known(case: Case) -> Iterator[Finding]:
    """What a note is about is a code of UNTDID 4451."""
    for note in case.invoice.notes:
        if note.code and note.code not in facturx_port.note_subjects():
            text = _("“%(code)s” is no subject of a note.") % {"code": note.code}
            yield Finding("BR-CL-08", text, _("Leave the subject out."), "BT-21", "document.notes")


@check("LOCAL-EMPTY-NOTE")
def notes_have_text(case: Case) -> Iterator[Finding]:
    """A note without text is refused by the schema."""
    for note in case.invoice.notes:
        if not note.text.strip():
            text = _("A note has no text.")
            yield Finding("LOCAL-EMPTY-NOTE", text, _("Write it or leave it out."), "BT-22", "document.notes")
