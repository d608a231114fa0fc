"""Contracts and their amendments on paper and by mail (E34)."""

import hashlib
from collections.abc import Mapping
from functools import cache
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone, translation

from ronda.billing.models import Document
from ronda.billing.services import seller_facts
from ronda.company import audit
from ronda.company.country import DocumentFacts, SellerFacts, country_pack
from ronda.company.models import Attachment, Company, OutgoingMail
from ronda.company.services import mail as mailbox
from ronda.company.services.files import keep_file
from ronda.contracts.domain.summary import Fee as YearlyFee
from ronda.contracts.domain.summary import yearly
from ronda.contracts.models import Amendment, Contract, ContractLine
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.parties.models import Party
from ronda.renewals.models import IndexClause, RenewalTerms
from ronda.reports.domain import agreement_words as said
from ronda.reports.domain import formats, rendering
from ronda.reports.domain.agreements import AgreementFacts, Change, Clauses, Fee, agreement_context
from ronda.reports.domain.conditions import Conditions, sample_conditions
from ronda.reports.domain.rendering import Layout
from ronda.reports.models import ContractConditions
from ronda.reports.queries import layouts_in_use, logo_uri, shipped_layout
from ronda.workspace.extra_prints import Prints
from ronda.workspace.extras import kept

PDF = "application/pdf"
CONTRACT, AMENDMENT = "contract", "amendment"
_RELATED = "company", "party", "account__party", "account__terms", "account__method"
_PARTY_FIELDS = ("name", "code", "street", "postcode", "city", "province", "country", "tax_id",
                 "registration_id", "email", "pec")  # fmt: skip


class NobodyToSendTo(Refusal):
    code = "reports.nobody_to_send_to"


@cache
def agreement_layout(kind: str) -> Layout:
    """The layout contracts ("contract") and amendments ("amendment") print with by default."""
    return shipped_layout(f"{kind}.liquid", "contract.css")


def print_contract(contract: Contract) -> bytes:
    """The contract with its conditions as PDF, as agreed now. A draft too: it is signed before it begins."""
    return _printed(CONTRACT, contract.company_id, contract_context(contract))


def print_amendment(amendment: Amendment) -> bytes:
    """The amendment as PDF: what changes, from when, why, and where to sign."""
    company_id = Contract.objects.values_list("company_id", flat=True).get(pk=amendment.contract_id)
    return _printed(AMENDMENT, company_id, amendment_context(amendment))


def _printed(kind: str, company_id: int, context: Mapping[str, Any]) -> bytes:
    layout = layouts_in_use(company_id).get(kind) or agreement_layout(kind)
    return rendering.to_pdf(layout, context)


def keep_contract(contract: Contract, *, by: str) -> Attachment:
    """The PDF among the files of the contract, with its hash, each wording once."""
    return _kept(contract, contract, print_contract(contract), by=by)


def keep_amendment(amendment: Amendment, *, by: str) -> Attachment:
    """The PDF of an amendment among the files of its contract, each wording once."""
    return _kept(amendment.contract, amendment, print_amendment(amendment), by=by)


def _kept(contract: Contract, subject: Contract | Amendment, content: bytes, *, by: str) -> Attachment:
    kind = ContentType.objects.get_for_model(Contract)
    digest = hashlib.sha256(content).hexdigest()
    known = Attachment.objects.filter(content_type=kind, object_id=contract.pk, mime=PDF, sha256=digest)
    if (found := known.first()) is not None:
        return found
    name = agreement_file_name(subject)
    # A print of other words is a file of its own: mails under way speak of the one before.
    nothing = Attachment.objects.none()
    kept = keep_file(contract, ContentFile(content), name=name, by=by, seen=nothing).attachment
    audit.record(by, "reports.contract.printed", contract, file=name, sha256=digest)
    return kept


def agreement_file_name(subject: Contract | Amendment) -> str:
    """C 12/2026 as a file: "C 12-2026.pdf"; an amendment adds its own number."""
    text = subject.number if isinstance(subject, Contract) else str(subject)
    name = "".join(c if c.isalnum() or c in " -_." else "-" for c in text).strip()
    return f"{name or subject.pk}.pdf"


def send_contract(contract: Contract, *, by: str, to: str = "", message: str = "") -> OutgoingMail:
    """Mail the contract with its PDF, to the customer's address unless another is given.

    NobodyToSendTo when there is none.
    """
    contract = Contract.objects.select_related(*_RELATED).get(pk=contract.pk)
    context = contract_context(contract)
    return _send(contract, contract, context, print_contract(contract), to=to, message=message, by=by)


def send_amendment(amendment: Amendment, *, by: str, to: str = "", message: str = "") -> OutgoingMail:
    """Mail an amendment with its PDF, like `send_contract`."""
    contract = Contract.objects.select_related(*_RELATED).get(pk=amendment.contract_id)
    context = amendment_context(amendment)
    return _send(contract, amendment, context, print_amendment(amendment), to=to, message=message, by=by)


def _send(
    contract: Contract,
    subject: Contract | Amendment,
    context: Mapping[str, Any],
    content: bytes,
    *,
    to: str,
    message: str,
    by: str,
) -> OutgoingMail:
    address = to or contract.party.email or contract.account.party.email
    if not address:
        raise NobodyToSendTo(
            _("%(customer)s has no e-mail address. Write the one to send it to.")
            % {"customer": contract.party},
            field="to",
        )
    language, document = str(context["language"]), context["document"]
    facts = {
        "title": document["title"],
        "number": document["number"],
        "seller": context["seller"]["name"],
    }
    file = _kept(contract, subject, content, by=by)
    with transaction.atomic():
        return mailbox.queue_mail(
            contract.company,
            to=[address],
            subject=said.sentence("mail_subject", language, **facts),
            body=message or said.sentence("mail_body", language, **facts),
            files=[file],
            about=contract,
            by=by,
        )


def contract_context(contract: Contract) -> dict[str, Any]:
    """What a layout can read of a contract."""
    return agreement_context(contract_facts(contract))


def amendment_context(amendment: Amendment) -> dict[str, Any]:
    """What a layout can read of an amendment."""
    return agreement_context(amendment_facts(amendment))


def contract_facts(contract: Contract) -> AgreementFacts:
    """The contract as agreed now, read in a constant number of queries."""
    contract = Contract.objects.select_related(*_RELATED).get(pk=contract.pk)
    language = language_of(contract)
    lines = contract.lines.filter(void=False, closed_by=None).select_related("item", "site")
    return AgreementFacts(
        **_common(contract, language),
        kind=CONTRACT,
        number=contract.number,
        on=contract.signed_on,
        draft=contract.status == Contract.Status.DRAFT,
        fees=[_fee(line) for line in lines],
        clauses=_clauses(contract),
        conditions=conditions_of(contract.company_id, language),
    )


def amendment_facts(amendment: Amendment) -> AgreementFacts:
    """An amendment as it was decided; its values are those kept with it."""
    contract = Contract.objects.select_related(*_RELATED).get(pk=amendment.contract_id)
    language = language_of(contract)
    label = ""
    if amendment.adjustment_id:
        label = Document.objects.get(pk=amendment.adjustment_id).label
    return AgreementFacts(
        **_common(contract, language),
        kind=AMENDMENT,
        number=str(amendment),
        on=amendment.decided_on,
        clauses=Clauses(settles_by=amendment.settles_by),
        changes=[_change(one) for one in amendment.changes],
        change_kind=amendment.kind,
        contract=str(contract),
        effective_on=amendment.effective_on,
        reason=amendment.reason,
        adjustment=label,
    )


def language_of(contract: Contract) -> str:
    """The customer's language, else the firm's."""
    return contract.party.language or contract.company.language or formats.DEFAULT_LANGUAGE


def _common(contract: Contract, language: str) -> dict[str, Any]:
    company, payer = contract.company, contract.account.party
    with kept():
        own = Prints(Contract, company.pk, [contract.pk]).of(contract.pk, language)
        customer = Prints(Party, company.pk, [contract.party_id]).of(contract.party_id, language)
    return {
        "custom": own.custom,
        "details": own.details,
        "customer_custom": customer.custom,
        "language": language,
        "currency": contract.account.currency,
        "seller": seller_facts(company),
        "buyer": _party(contract.party),
        "payer": _party(payer) if payer.pk != contract.party_id else {},
        "title": contract.title,
        "starts_on": contract.starts_on,
        "ends_on": contract.ends_on,
        "identity": _identity(company, language, contract),
        "logo": logo_uri(company),
    }


def _party(party: Party) -> dict[str, Any]:
    return {name: getattr(party, name) for name in _PARTY_FIELDS}


def _identity(company: Company, language: str, contract: Contract) -> str:
    """What the law asks a firm to say of itself on its papers."""
    on = contract.signed_on or timezone.localdate()
    facts = DocumentFacts(kind=CONTRACT, on=on, seller=SellerFacts.of(seller_facts(company)))
    with translation.override(language):
        mentions = country_pack(company).mentions(facts, language)
    return " · ".join(str(one) for one in mentions if one.code == "identity")


def _fee(line: ContractLine) -> Fee:
    site = line.site
    agreed = YearlyFee(
        line.quantity, line.price, line.discount, line.price_basis, line.frequency_unit, line.frequency
    )
    return Fee(
        text=line.text or line.item.description or line.item.name,
        site=", ".join((site.name, *site.address_lines)) if site else "",
        quantity=line.quantity,
        price=line.price,
        basis=line.price_basis,
        discount=line.discount,
        unit=line.frequency_unit,
        every=line.frequency,
        timing=line.timing,
        yearly=yearly(agreed),
    )


def _clauses(contract: Contract) -> Clauses:
    account = contract.account
    terms = RenewalTerms.objects.filter(contract=contract).first()
    clause = IndexClause.objects.filter(contract=contract).select_related("series").first()
    index: dict[str, Any] = {}
    if clause is not None:
        fixed = clause.mode == IndexClause.Mode.FIXED
        index = {
            "index": "" if fixed or clause.series is None else clause.series.name,
            "index_share": clause.fixed_percent if fixed else clause.share,
            "index_months": clause.every_months,
        }
    renewal: dict[str, Any] = {}
    if terms is not None:
        renewal = {
            "renewal": terms.mode,
            "renewal_months": terms.term_months,
            "notice": terms.notice_number,
            "notice_unit": terms.notice_unit,
            "channel": terms.channel,
        }
    return Clauses(
        method=account.method.name if account.method else "",
        terms=account.terms.name if account.terms else "",
        order=contract.purchase_order or account.purchase_order,
        suspension_bills=contract.suspension_bills,
        suspension_extends=contract.suspension_extends,
        settles_by=contract.settles_by,
        **index,
        **renewal,
    )


def _change(kept: Mapping[str, Any]) -> Change:
    before, after = kept.get("before") or {}, kept.get("after") or {}
    # A change of the contract itself, such as a last day, has no fee: its text repeats the field.
    whole = set(before) | set(after) == {str(kept.get("text", ""))}
    return Change(fee="" if whole else str(kept.get("text", "")), before=before, after=after)


def conditions_of(company_id: int, language: str) -> Conditions:
    """The firm's own conditions in a language; without any, the placeholder that asks to be replaced."""
    language = formats.known(language)
    own = ContractConditions.objects.filter(company=company_id, language=language).first()
    if own is None:
        return sample_conditions(language)
    return Conditions(own.title, own.text, own.version, own.special)


@transaction.atomic
def write_conditions(
    company: Company, *, language: str, title: str, text: str, by: str, special: str = ""
) -> ContractConditions:
    """Keep the general conditions of a language; a changed wording is the next version.

    What was printed before stays among the files of its contract.
    """
    own = ContractConditions.objects.select_for_update().filter(company=company, language=language).first()
    if own is None:
        own = ContractConditions(company=company, language=language, version=0)
    if (own.title, own.text, own.special) != (title, text, special) or not own.version:
        own.version += 1
    own.title, own.text, own.special = title, text, special
    own.save()
    audit.record(by, "reports.conditions.changed", own, language=language, version=own.version)
    return own


@transaction.atomic
def delete_conditions(conditions: ContractConditions, *, by: str) -> None:
    """Go back to the placeholder in this language."""
    audit.record(by, "reports.conditions.deleted", conditions, language=conditions.language)
    conditions.delete()
