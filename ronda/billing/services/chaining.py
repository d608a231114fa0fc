"""Putting issued documents into the chain of their series: at issue, or those issued before there was one."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db import models, transaction

from ronda.billing.domain.chain import LATER, LINE_WORDS, REFERENCE_WORDS, WORDS, content_of, first_link, link
from ronda.billing.domain.sealing import seal
from ronda.billing.models import ChainLink, Document, DocumentLine, DocumentReference, VatSummary
from ronda.billing.services.composing import Composed
from ronda.company import audit
from ronda.company.bulk import insert, read, row
from ronda.company.models import Company, NumberSeries

#: Documents of one transaction when old ones are chained.
BATCH = 500
Models = dict[str, type[Any]]
OURS: Models = {
    "Document": Document,
    "DocumentLine": DocumentLine,
    "VatSummary": VatSummary,
    "DocumentReference": DocumentReference,
    "ChainLink": ChainLink,
}
_DOCUMENT = (
    "company_id", *WORDS, "discount", "issued_at", "kind", "label", "date", "seller_id", "buyer",
    "content_hash",
    "net_total", "vat_total", "gross_total", "stamp_duty", "withholding_total", "payable",
)  # fmt: skip
_LINE = (
    "document_id", *LINE_WORDS, "kind", "text", "unit", "nature", "gift", "quantity", "unit_price",
    "discount",
    "net", "vat_rate",
)  # fmt: skip
_GROUP = ("document_id", "rate", "nature", "exigibility", "net", "vat", "text")


def chain_issued(company_id: int, composed: Sequence[Composed]) -> None:
    """Chain documents that were just written, in their transaction, under the lock of their numbers."""
    by_chain = attrgetter("document.series", "document.year")
    ordered = sorted(composed, key=attrgetter("document.series", "document.year", "document.number"))
    links: list[ChainLink] = []
    for (series, year), members in groupby(ordered, key=by_chain):
        contents = [
            (
                one.document,
                content_of(
                    one.document,
                    one.lines,
                    one.vat,
                    seal=one.document.content_hash,
                    references=one.references,
                ),
            )
            for one in members
        ]
        links += _links(company_id, series, year, contents, ChainLink)
    insert(links)


def _links(
    company_id: int, series: str, year: int, contents: Sequence[tuple[Any, str]], model: type[Any]
) -> Iterator[Any]:
    chain = model.objects.filter(company_id=company_id, series=series, year=year)
    last = chain.order_by("-pk").values_list("digest", flat=True).first()
    previous = last or first_link(company_id, series, year)
    for document, content in contents:
        digest = link(previous, content)
        yield row(
            model, document_id=document.pk, company_id=company_id, series=series, year=year,
            number=document.number, content=content, previous=previous, digest=digest,
        )  # fmt: skip
        previous = digest


def contents_now(ids: Sequence[int], given: Models = OURS) -> Iterator[tuple[Any, str, str]]:
    """Of each document its row, its seal and its content as the database has them now; five statements."""
    names = (*_DOCUMENT, *_later(given["Document"]))
    documents = {one.pk: one for one in read(given["Document"].objects.filter(pk__in=ids), *names)}
    lines = _by_document(
        given["DocumentLine"].objects.filter(document_id__in=ids).order_by("position"), _LINE
    )
    groups = _by_document(given["VatSummary"].objects.filter(document_id__in=ids), _GROUP)
    references = _references(given.get("DocumentReference"), ids)
    sellers = _sellers(given["Document"], ids)
    for pk in ids:
        if (document := documents.get(pk)) is None:
            continue
        own = lines.get(pk, ())
        sealed = seal(document, own, seller=sellers.get(document.seller_id, ""))
        named = references.get(pk, ())
        content = content_of(document, own, groups.get(pk, ()), seal=sealed, references=named)
        yield document, sealed, content


def _references(model: type[Any] | None, ids: Sequence[int]) -> dict[int, list[Any]]:
    """Nothing where there are none yet: see `_later`."""
    if model is None:
        return {}
    return _by_document(model.objects.filter(document_id__in=ids), ("document_id", *REFERENCE_WORDS))


def _later(document: type[Any]) -> list[str]:
    """What came later and is there: a migration chains documents as they were before."""
    known = {field.attname for field in document._meta.concrete_fields}
    return [name for name in LATER if name in known]


def _by_document(rows: "models.QuerySet[Any]", names: Sequence[str]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for one in read(rows, *names):
        found.setdefault(one.document_id, []).append(one)
    return found


def _sellers(document: type[Any], ids: Sequence[int]) -> dict[int, str]:
    model = document._meta.get_field("seller").related_model
    used = document.objects.filter(pk__in=ids).values("seller_id")
    return dict(model.objects.filter(pk__in=used).values_list("pk", "digest"))


def missing_links(given: Models = OURS) -> "models.QuerySet[Any]":
    """Issued documents that are in no chain, series by series in order of number."""
    linked = given["ChainLink"].objects.filter(document_id=models.OuterRef("pk"))
    rows: models.QuerySet[Any] = given["Document"].objects.filter(~models.Exists(linked), status="issued")
    return rows.order_by("company_id", "series", "year", "number")


def chain_missing(
    *, given: Models = OURS, progress: Callable[[int, int], None] = lambda done, total: None
) -> int:
    """Chain every issued document that is in no chain yet, a batch a transaction; how many.

    Stopped anywhere it goes on where it was. A document whose number lies before the last one of its chain
    is put behind it, so that no link that was certified ever changes.
    """
    total, done = missing_links(given).count(), 0
    while batch := _chain_batch(given):
        done += batch
        progress(done, max(done, total))
    return done


@transaction.atomic
def _chain_batch(given: Models) -> int:
    if given is OURS:
        # Whoever issues meanwhile waits: the last link of a chain is read and then followed.
        list(NumberSeries.objects.select_for_update().order_by("pk").values_list("pk"))
    key = ("company_id", "series", "year")
    wanted = list(missing_links(given).values_list("pk", *key)[:BATCH])
    links: list[Any] = []
    contents = {
        document.pk: (document, content)
        for document, _, content in contents_now([r[0] for r in wanted], given)
    }
    for (company_id, series, year), members in groupby(wanted, key=lambda found: found[1:]):
        mine = [contents[found[0]] for found in members]
        links += _links(company_id, series, year, mine, given["ChainLink"])
    insert(links)
    return len(links)


def chain_old_documents(*, by: str, progress: Callable[[int, int], None] = lambda done, total: None) -> int:
    """Chain what no chain holds and write into the operations log that it was done; how many documents."""
    counts = {
        company.pk: missing_links().filter(company=company).count() for company in Company.objects.all()
    }
    done = chain_missing(progress=progress)
    for company_id, count in counts.items():
        if count:
            audit.note(by, "billing.documents.chained", "company.company", company_id, {"documents": count},
                       company_id=company_id)  # fmt: skip
    return done
