"""What must never be in documents: found by `ronda check-data`."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from ronda.billing.domain.chain import first_link, link
from ronda.billing.models import ChainLink, Document, DocumentLine, VatSummary
from ronda.billing.services.chaining import contents_now, missing_links
from ronda.company.checking import BATCH, Check, Finding, Look, Problem, batches, register_check
from ronda.kernel.money import ZERO, to_cents

DOCUMENT = "billing.document"
BACKUP = _(
    "Compare the record with its print and with a backup; what was changed by hand is put back from there. "
    "The operations log says who worked on it."
)


def issued(look: Look) -> Any:
    return Document.objects.filter(company_id=look.company, status=Document.Status.ISSUED)


def issued_keys(look: Look) -> Iterator[list[int]]:
    """Keys of the issued documents, so many at a time, in the order of their series."""
    keys = issued(look).order_by("series", "year", "number", "pk").values_list("pk", flat=True)
    for batch in batches(keys.iterator(chunk_size=BATCH)):
        look.read(len(batch))
        yield batch


# --- totals ----------------------------------------------------------------------------------------------


def _totals(look: Look) -> Iterator[Finding]:
    for ids in issued_keys(look):
        documents = _headers(ids)
        lines, groups = _line_sums(ids, look), _groups(ids, look)
        for pk in ids:
            label, net, vat, gross, stamp = documents[pk]
            for figure, amount in (("net", net), ("vat", vat), ("gross", gross)):
                look.add(figure, amount)
            wrong = _wrong_sums(net, vat, gross, lines.get(pk), groups.get(pk, []))
            for problem, facts in wrong:
                yield Finding(problem, {"document": label, **facts}, DOCUMENT, pk)


def _headers(ids: Sequence[int]) -> dict[int, tuple[Any, ...]]:
    fields = ("pk", "label", "net_total", "vat_total", "gross_total", "stamp_duty")
    return {row[0]: row[1:] for row in Document.objects.filter(pk__in=ids).values_list(*fields)}


def _line_sums(ids: Sequence[int], look: Look) -> dict[int, dict[tuple[Decimal, str], Decimal]]:
    """Net by rate and nature of each document's lines."""
    found: dict[int, dict[tuple[Decimal, str], Decimal]] = {}
    rows = DocumentLine.objects.filter(document_id__in=ids).exclude(kind=DocumentLine.Kind.NOTE)
    for pk, rate, nature, net in rows.values_list("document_id", "vat_rate", "nature", "net"):
        look.read(1)
        mine = found.setdefault(pk, {})
        mine[rate, nature] = mine.get((rate, nature), ZERO) + net
    return found


def _groups(ids: Sequence[int], look: Look) -> dict[int, list[tuple[Decimal, str, Decimal, Decimal]]]:
    found: dict[int, list[tuple[Decimal, str, Decimal, Decimal]]] = {}
    rows = VatSummary.objects.filter(document_id__in=ids)
    for pk, rate, nature, net, vat in rows.values_list("document_id", "rate", "nature", "net", "vat"):
        look.read(1)
        found.setdefault(pk, []).append((rate, nature, net, vat))
    return found


def _wrong_sums(
    net: Decimal,
    vat: Decimal,
    gross: Decimal,
    lines: dict[tuple[Decimal, str], Decimal] | None,
    groups: Sequence[tuple[Decimal, str, Decimal, Decimal]],
) -> Iterator[tuple[str, dict[str, str]]]:
    """VAT once per rate on the sum of its lines (R29), the rates together the document."""
    if not lines:
        yield "no_lines", {}
        return
    by_rate: dict[tuple[Decimal, str], Decimal] = {}
    for rate, nature, base, tax in groups:
        by_rate[rate, nature] = by_rate.get((rate, nature), ZERO) + base
        right = to_cents(base * rate / 100)
        if right != tax:
            yield "vat", {"rate": str(rate), "said": str(tax), "right": str(right)}
    if {key: amount for key, amount in by_rate.items() if amount} != {k: a for k, a in lines.items() if a}:
        yield "lines", {"said": str(sum(by_rate.values(), ZERO)), "right": str(sum(lines.values(), ZERO))}
    sums = (sum((group[2] for group in groups), ZERO), sum((group[3] for group in groups), ZERO))
    if (net, vat, gross) != (*sums, sum(sums, ZERO)):
        yield "totals", {"said": f"{net} + {vat} = {gross}", "right": f"{sums[0]} + {sums[1]}"}


register_check(
    Check(
        code="billing.totals",
        label=_("Totals and VAT of documents"),
        promise=_(
            "The lines of every issued document add up to its VAT bases, VAT is the rate of each base "
            "rounded once, and bases and VAT add up to the totals."
        ),
        problems={
            "no_lines": Problem(_("%(document)s was issued and has no lines."), BACKUP),
            "lines": Problem(
                _("%(document)s: the lines add up to %(right)s, the VAT bases to %(said)s."), BACKUP
            ),
            "vat": Problem(_("%(document)s: VAT at %(rate)s %% is %(said)s instead of %(right)s."), BACKUP),
            "totals": Problem(
                _("%(document)s: the totals are %(said)s, its VAT summary says %(right)s."), BACKUP
            ),
        },
        run=_totals,
        figures={"net": _("Net"), "vat": _("VAT"), "gross": _("Total")},
    )
)


# --- the chain -------------------------------------------------------------------------------------------


def _chain(look: Look) -> Iterator[Finding]:
    """Each document says what it said at issue, and each link holds on to the one before it."""
    previous, chain = "", ("", 0)
    links = ChainLink.objects.filter(company_id=look.company).order_by("series", "year", "pk")
    for batch in batches(links.iterator(chunk_size=BATCH)):
        look.read(len(batch))
        ids = [one.document_id for one in batch]
        now = {one.pk: (one, seal, content) for one, seal, content in contents_now(ids)}
        for one in batch:
            if chain != (one.series, one.year):
                chain = (one.series, one.year)
                previous = first_link(one.company_id, one.series, one.year)
            yield from _link_findings(one, previous, now.get(one.document_id))
            previous = one.digest
    yield from _unchained(look)


def _link_findings(one: ChainLink, previous: str, now: tuple[Any, str, str] | None) -> Iterator[Finding]:
    number = {"number": f"{one.series} {one.number}/{one.year}"}
    where = (DOCUMENT, one.document_id)
    if one.previous != previous or one.digest != link(one.previous, one.content):
        yield Finding("broken", number, *where)
    if now is None:
        yield Finding("gone", number)
        return
    document, seal, content = now
    facts = {"document": document.label or str(one.document_id), **number}
    place = (document.company_id, document.series, document.year, document.number, document.status)
    if place != (one.company_id, one.series, one.year, one.number, Document.Status.ISSUED):
        yield Finding("renumbered", facts, *where)
    elif seal != document.content_hash or content != one.content:
        yield Finding("changed", facts, *where)


def _unchained(look: Look) -> Iterator[Finding]:
    rows = missing_links().filter(company_id=look.company).order_by("pk")
    for pk, label in rows.values_list("pk", "label").iterator(chunk_size=BATCH):
        yield Finding("missing", {"document": label}, DOCUMENT, pk)


register_check(
    Check(
        code="billing.chain",
        label=_("Chain of issued documents"),
        promise=_(
            "Every issued document says, word for word, what it said when it was issued, and stands in the "
            "chain of its series."
        ),
        problems={
            "changed": Problem(_("%(document)s was changed after it was issued."), BACKUP),
            "renumbered": Problem(
                _("%(document)s was issued as %(number)s and says something else now."), BACKUP
            ),
            "broken": Problem(
                _("The chain is broken at %(number)s: the link before it is not the one it was made on."),
                _(
                    "A document before it was removed or exchanged, or the chain was written by hand. "
                    "Compare the last certificate whose result was good with a backup of that day."
                ),
            ),
            "gone": Problem(_("%(number)s is in the chain and the document is not there any more."), BACKUP),
            "missing": Problem(
                _("%(document)s is in no chain: Ronda did not issue it, or its link was removed."),
                _(
                    "Find out where it comes from. When it is right, “ronda chain-documents” puts it into "
                    "the chain and writes that into the operations log."
                ),
            ),
        },
        run=_chain,
    )
)
