"""Giving documents their numbers: one by hand, or many of a run, through the same code."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from ronda.billing.domain.sealing import seal
from ronda.billing.events import DocumentsIssued
from ronda.billing.models import Document, DocumentKind, DocumentLine, SellerIdentity, VatSummary
from ronda.billing.options import BillingOptions
from ronda.billing.services.chaining import chain_issued
from ronda.billing.services.composing import Composed, Rules, compose
from ronda.billing.services.kinds import require_fitting_kind
from ronda.billing.services.references import references_of, require_fitting_references
from ronda.company import audit
from ronda.company.bulk import insert
from ronda.company.context import acting
from ronda.company.country import CountryPack
from ronda.company.models import Company
from ronda.company.numbering import take_numbers
from ronda.kernel.bus import publish
from ronda.kernel.errors import NeedsConfirmation, Refusal
from ronda.kernel.i18n import _
from ronda.parties.models import Party

NUMBERED_KIND = "billing.document"


class AlreadyIssued(Refusal):
    code = "billing.already_issued"


class NoLines(Refusal):
    code = "billing.no_lines"


class IncompletePayer(Refusal):
    code = "billing.incomplete_payer"


class ZeroTotal(NeedsConfirmation):
    code = "billing.zero_total"


@transaction.atomic
def issue_document(
    document: Document, *, on: date, by: str, confirmed: frozenset[str] = frozenset()
) -> Document:
    """Give the draft its number. From here on it does not change (R33, R34)."""
    document = Document.objects.select_for_update().select_related(None).get(pk=document.pk)
    if not document.is_draft:
        raise AlreadyIssued(_("%(document)s is already issued.") % {"document": document})
    lines = list(document.lines.all())
    if not any(line.kind != DocumentLine.Kind.NOTE for line in lines):
        raise NoLines(_("The draft has no lines. Add at least one, then issue it."))
    _require_payer_data(document)
    rules = Rules(document.company, on, acting().workstation_id)
    require_fitting_kind(document, rules.pack, on=on, final=True)
    references = references_of(document)
    require_fitting_references(references, lines)
    composed = compose(document, lines, rules)
    composed.references = references
    if document.gross_total == 0 and ZeroTotal.code not in confirmed:
        raise ZeroTotal(_("The total is zero. Issue the document anyway?"))
    finish([composed], rules=rules, by=by, at=timezone.now())
    return document


def _require_payer_data(document: Document) -> None:
    """A legal document names its payer and where he is (R43 for the electronic part comes later)."""
    party = document.party
    if not (party.name and party.city):
        raise IncompletePayer(
            _("%(party)s has no complete billing address. Complete it, then issue the document.")
            % {"party": party},
            field="party",
        )


def finish(composed: Sequence[Composed], *, rules: Rules, by: str, at: datetime) -> None:
    """Number, freeze and write documents of one company and day; new ones and drafts alike.

    The caller holds the transaction. Numbers are taken last, one range per kind, in the
    order given; every kind of row is one INSERT whatever the number of documents.
    """
    parties = _buyers([each.document.party_id for each in composed])
    seller = seller_identity(rules.company)
    for each in composed:
        document = each.document
        document.status = Document.Status.ISSUED
        document.date, document.year = rules.on, rules.on.year
        document.seller, document.buyer = seller, parties[document.party_id]
        document.issued_at, document.issued_by = at, by
    _take_numbers(composed, rules, seller.digest)
    _write(composed)
    chain_issued(rules.company.pk, composed)
    ids = tuple(each.document.pk for each in composed)
    audit.record_many(
        by, "billing.document.issued", [(each.document, {"number": each.document.label}) for each in composed]
    )
    publish(DocumentsIssued(rules.company.pk, ids, by))


def _take_numbers(composed: Sequence[Composed], rules: Rules, seller: str) -> None:
    by_series: dict[tuple[str, str], list[Composed]] = {}
    chosen: dict[tuple[str, int | None], tuple[str, str]] = {}
    for each in composed:
        key = (each.document.kind, each.document.branch_id)
        if key not in chosen:
            chosen[key] = series_of(key[0], rules.pack, rules.settings_of(key[1]))
        by_series.setdefault(chosen[key], []).append(each)
    for (series, number_format), members in by_series.items():
        numbers = take_numbers(rules.company, series, on=rules.on, count=len(members), kind=NUMBERED_KIND)
        for each, number in zip(members, numbers, strict=True):
            document = each.document
            document.series, document.number = series, number
            document.label = number_format.format(series=series, number=number, year=document.year)
            document.content_hash = seal(document, each.lines, seller=seller)


def series_of(kind: str, pack: CountryPack, settings: BillingOptions) -> tuple[str, str]:
    """Series and way of writing the number for a kind of document."""
    chosen = {
        DocumentKind.INVOICE: settings.invoice_series,
        DocumentKind.CREDIT_NOTE: settings.credit_note_series,
        DocumentKind.ADVANCE: settings.advance_series,
    }[DocumentKind(kind)]
    seeds = {seed.kind: seed for seed in pack.document_series()}
    seed = seeds.get(kind) or seeds["invoice"]
    return chosen or seed.code, settings.number_format or seed.number_format


def _write(composed: Sequence[Composed]) -> None:
    new = [each.document for each in composed if each.document.pk is None]
    old = [each.document for each in composed if each.document.pk is not None]
    if new:
        insert(new)
    for document in old:
        document.save()
    for each in composed:
        for line in each.lines:
            line.document_id = each.document.pk
        for group in each.vat:
            group.document_id = each.document.pk
    if old:
        DocumentLine.objects.filter(document__in=old).exclude(pk__in=_kept_lines(composed)).delete()
        VatSummary.objects.filter(document__in=old).delete()
    _write_lines([line for each in composed for line in each.lines])
    insert([row for each in composed for row in each.vat])


def _kept_lines(composed: Iterable[Composed]) -> list[int]:
    return [line.pk for each in composed for line in each.lines if line.pk is not None]


def _write_lines(lines: Sequence[DocumentLine]) -> None:
    changed = [line for line in lines if line.pk is not None]
    if changed:
        # Positions are unique: move them out of the way before they are dealt again.
        for line in changed:
            DocumentLine.objects.filter(pk=line.pk).update(position=line.position + 100_000)
        DocumentLine.objects.bulk_update(changed, ["position", "net", "vat_rate", "nature"])
    insert([line for line in lines if line.pk is None])


_BUYER_FIELDS = (
    "pk",
    "kind",
    "name",
    "street",
    "postcode",
    "city",
    "province",
    "country",
    "tax_id",
    "registration_id",
    "recipient_code",
    "pec",
    "email",
    "code",
)


def _buyers(party_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """What is printed of each payer, frozen into the document."""
    rows = Party.objects.filter(pk__in=set(party_ids)).values_list(*_BUYER_FIELDS)
    return {row[0]: dict(zip(_BUYER_FIELDS[1:], row[1:], strict=True)) for row in rows}


def seller_facts(company: Company) -> dict[str, Any]:
    """What is printed of the firm, as of now."""
    return {
        "name": company.legal_name or company.name,
        "country": company.country,
        "tax_id": company.tax_id,
        "registration_id": company.registration_id,
        "street": company.street,
        "postcode": company.postcode,
        "city": company.city,
        "province": company.province,
        "phone": company.phone,
        "email": company.email,
        "pec": company.pec,
        "website": company.website,
        "iban": company.iban,
        "bic": company.bic,
        "bank_name": company.bank_name,
        "share_capital": None if company.share_capital is None else str(company.share_capital),
        "registry_office": company.registry_office,
        "tax_regime": company.tax_regime,
        "profile": company.profile,
    }


def seller_identity(company: Company) -> SellerIdentity:
    """The firm's own data as of now; a new row only when they changed."""
    facts = seller_facts(company)
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
    identity, _made = SellerIdentity.objects.get_or_create(
        company=company, digest=digest, defaults={"facts": facts}
    )
    return identity
