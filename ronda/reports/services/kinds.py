"""What can be printed with a layout of one's own: how each kind is tried, filled and chosen."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

from django.db.models import Model, QuerySet

from ronda.billing.models import Document, DocumentKind
from ronda.billing.services import seller_facts
from ronda.company.models import Company
from ronda.contracts.models import Amendment, Contract
from ronda.parties.models import Party
from ronda.quotes.models import Quote
from ronda.reports.domain.agreement_samples import sample_agreement
from ronda.reports.domain.agreements import agreement_context
from ronda.reports.domain.documents import PrintFacts, print_context
from ronda.reports.domain.quote_samples import sample_quote
from ronda.reports.domain.quotes import quote_context
from ronda.reports.domain.rendering import Layout
from ronda.reports.domain.samples import sample
from ronda.reports.models import name_layout
from ronda.reports.queries import default_layout, logo_uri, print_facts
from ronda.reports.services.agreements import agreement_layout, amendment_context, contract_context
from ronda.reports.services.quotes import quote_facts, quote_layout
from ronda.workspace.extra_prints import invented
from ronda.workspace.extras import kept


class PrintKind(NamedTuple):
    """One kind of layout.

    sample(company, lines) is what a layout reads of an invented record, context(record) of a real one;
    records(company) are those to try it with, for who has `permission`. countries: of the companies that
    have such papers, empty for all.
    """

    default: Callable[[], Layout]
    sample: Callable[[Company, int], dict[str, Any]]
    context: Callable[[Any], dict[str, Any]]
    records: Callable[[Company | None], QuerySet[Any]]
    permission: str
    company_path: str = "company"
    countries: frozenset[str] = frozenset()


def context_of(document: Document) -> dict[str, Any]:
    """What a layout can read of a document."""
    (facts,) = print_facts([document], document.company)
    return print_context(facts)


def sample_facts(company: Company, kind: str, *, lines: int = 8) -> PrintFacts:
    """An invented document of the company, in its language, with everything a layout may show."""
    facts = sample(str(DocumentKind(kind)), company.language, seller=seller_facts(company), lines=lines)
    return replace(facts, logo=logo_uri(company), **_examples(Document, company))


def _examples(model: type[Model], company: Company) -> dict[str, Any]:
    """Examples of the company's own fields, of the record and of its customer."""
    with kept():
        own = invented(model, company.pk, language=company.language)
        customer = invented(Party, company.pk, language=company.language)
    return {"custom": own.custom, "details": own.details, "customer_custom": customer.custom}


def _of_documents(kind: str) -> PrintKind:
    return PrintKind(
        default_layout,
        lambda company, lines: print_context(sample_facts(company, kind, lines=lines)),
        context_of,
        lambda company: Document.objects.filter(company=company),
        "billing.view_document",
    )


def _of_agreements(
    kind: str, model: type[Model], context: Callable[[Any], dict[str, Any]], company_path: str
) -> PrintKind:
    def example(company: Company, lines: int) -> dict[str, Any]:
        facts = sample_agreement(kind, company.language, seller=seller_facts(company), lines=lines)
        own = _examples(Contract, company)
        return agreement_context(replace(facts, logo=logo_uri(company), **own))

    return PrintKind(
        lambda: agreement_layout(kind),
        example,
        context,
        lambda company: model._default_manager.filter(**{company_path: company}),
        "contracts.view_contract",
        company_path,
    )


def _example_of_a_quote(company: Company, lines: int) -> dict[str, Any]:
    facts = sample_quote(company.language, seller=seller_facts(company), lines=lines)
    return quote_context(replace(facts, logo=logo_uri(company)))


_kinds: dict[str, PrintKind] = {str(kind): _of_documents(str(kind)) for kind in DocumentKind} | {
    "quote": PrintKind(
        quote_layout,
        _example_of_a_quote,
        lambda quote: quote_context(quote_facts(quote)),
        lambda company: Quote.objects.filter(company=company),
        "quotes.view_quote",
    ),
    "contract": _of_agreements("contract", Contract, contract_context, "company"),
    "amendment": _of_agreements("amendment", Amendment, amendment_context, "contract__company"),
}


def register_print(code: str, label: Any, kind: PrintKind) -> None:
    """For apps above: a paper of theirs that people may give a layout of their own."""
    name_layout(code, label)
    _kinds[code] = kind


def kinds_for(company: Company) -> set[str]:
    """The papers a company of that country has."""
    return {code for code, kind in _kinds.items() if not kind.countries or company.country in kind.countries}


def print_kind(kind: str) -> PrintKind:
    """How a kind of layout is tried and filled. ValueError for an unknown one."""
    if kind not in _kinds:
        raise ValueError(f"no print of kind {kind!r}")
    return _kinds[kind]
