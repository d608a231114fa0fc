"""Settling what was billed under terms that no longer hold (R17, R21, R22): one document, a new memory."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q

from ronda.billing.domain.derivation import Step, plain, to_json
from ronda.billing.domain.texts import adjustment_text
from ronda.billing.models import Document, DocumentKind, DocumentLine
from ronda.billing.services import Difference, given_back, issue_adjustment
from ronda.company.bulk import insert, row
from ronda.contracts.domain.settlement import Change, Owed, Taken, Version, settle
from ronda.contracts.models import Amendment, ChargePeriod, Contract, ContractLine, Settlement
from ronda.contracts.queries import NOT_ASKED_FOR, TAKEN, LineRow, line_rows
from ronda.contracts.services.giving_back import hand_over
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.kernel.money import ZERO
from ronda.kernel.periods import Period

State = ChargePeriod.State


class BilledOnDraft(Refusal):
    code = "contracts.billed_on_a_draft"


@dataclass(frozen=True, slots=True)
class Situation:
    """A contract as its lines stand now: versions by fee, and what was charged on them."""

    rows: Mapping[int, LineRow]
    versions: Mapping[int, Sequence[Version]]
    charges: Mapping[int, ChargePeriod]
    taken: Mapping[int, Sequence[Taken]]


def situation(contract: Contract) -> Situation:
    """Everything `settle` needs of a contract, in four queries."""
    roots = {line.pk: line.root for line in contract.lines.only("pk", "lineage", "text", "item")}
    rows = {each.pk: each for each in line_rows(ContractLine.objects.filter(contract=contract))}
    versions: dict[int, list[Version]] = {}
    for pk, each in rows.items():
        versions.setdefault(roots[pk], []).append(Version(pk, each.terms()))
    charges = {
        each.pk: each
        for each in ChargePeriod.objects.select_for_update(of=("self",))
        .select_related("document", "document_line__document")
        .filter(TAKEN, line__contract=contract, kind="regular")
        .order_by("pk")
    }
    taken: dict[int, list[Taken]] = {}
    for pk, charge in charges.items():
        period = Period.closed(charge.starts_on, charge.ends_on)
        waived = charge.state in NOT_ASKED_FOR
        taken.setdefault(roots[charge.line_id], []).append(
            Taken(pk, charge.line_id, period, charge.amount, waived)
        )
    return Situation(rows, versions, charges, taken)


def differences(contract: Contract, *, on: date) -> list[Change]:
    """What would be settled if it were settled on that day; nothing is written."""
    return _changes(situation(contract), on)


def settle_contract(contract: Contract, amendment: Amendment, *, on: date, by: str) -> Document | None:
    """Settle every billed day of the contract under its terms of now; the document, if there is one.

    The caller holds the transaction and has locked the contract.
    """
    now = situation(contract)
    changes = _changes(now, on)
    if not changes:
        return None
    _require_issued(now, changes)
    document = _settle_money(contract, now, changes, amendment, on=on, by=by)
    _rewrite(now, changes, amendment, document)
    return document


def _changes(now: Situation, on: date) -> list[Change]:
    return [
        change
        for root, taken in now.taken.items()
        for change in settle(now.versions.get(root, []), taken, on=on)
    ]


def _require_issued(now: Situation, changes: Iterable[Change]) -> None:
    for change in changes:
        for each in change.before:
            document = now.charges[each.row].document
            if document is not None and document.is_draft:
                raise BilledOnDraft(
                    _("%(document)s is a draft with days that change. Issue it or delete it first.")
                    % {"document": document}
                )


def _settle_money(
    contract: Contract, now: Situation, changes: Sequence[Change], amendment: Amendment, *, on: date, by: str
) -> Document | None:
    """The document of the differences; what is kept has none."""
    kept = amendment.settles_by == Settlement.NOTHING
    parts = [_parts(contract, now, change) for change in changes]
    given = [[part for part in each if part.net > 0 or not kept] for each in parts]
    _keep(now, zip(changes, given, strict=True), amendment)
    found = [part for each in given for part in each]
    if not found:
        return None
    document = issue_adjustment(contract.account, found, on=on, by=by, group=contract.group)
    hand_over(contract, document, found, amendment, on=on, by=by)
    return document


def _parts(contract: Contract, now: Situation, change: Change) -> list[Difference]:
    """The difference of one change on the lines that billed it, the latest first, never beyond their rest."""
    billed = [now.charges[each.row] for each in change.before if not each.waived]
    lines = _lines_of(charge.document_line for charge in billed if charge.document_line is not None)
    if not lines or not change.difference:
        return []
    if change.difference > 0:  # on the first of them, so that all of one charge are found from it
        return [_difference(contract, now, change, lines[-1], change.difference, lines)]
    back, wanted, found = given_back(line.pk for line in lines), -change.difference, []
    for line in lines:
        part = min(wanted, max(line.net - back.get(line.pk, ZERO), ZERO))
        if part:
            found.append(_difference(contract, now, change, line, -part, lines))
            wanted -= part
    return found


def _lines_of(named: Iterable[DocumentLine]) -> list[DocumentLine]:
    """The lines that billed these days with all adjustments that asked for more, the latest first."""
    firsts = {line.corrects_id or line.pk for line in named}
    return list(
        DocumentLine.objects.filter(Q(pk__in=firsts) | Q(corrects__in=firsts), net__gt=0)
        .exclude(document__kind=DocumentKind.CREDIT_NOTE)
        .select_related("document", "item", "vat_code", "site")
        .order_by("-pk")
    )


def _difference(
    contract: Contract,
    now: Situation,
    change: Change,
    line: DocumentLine,
    net: Decimal,
    lines: Sequence[DocumentLine],
) -> Difference:
    each = now.rows[change.now[-1].line if change.now else change.before[-1].line]
    name = each.text or str(line.item or "")
    language = contract.account.party.language or contract.company.language
    first, last = change.changed.start, change.changed.last_day
    return Difference(
        line, net, adjustment_text(name, first, last, language), first, last, _steps(change, net, lines)
    )


def _steps(change: Change, net: Decimal, lines: Sequence[DocumentLine]) -> list[Any]:
    """How the difference came about: each charge owed now with its own steps, less what was billed."""
    steps = [step for each in change.now for step in each.charge.derivation]
    steps.append(Step("adjust.owed", {}, plain(change.owed)))
    labels = ", ".join(dict.fromkeys(line.document.label for line in reversed(lines)))
    steps.append(Step("adjust.billed", {"documents": labels}, plain(change.billed)))
    if net != change.difference:
        steps.append(Step("adjust.beyond", {}, plain(net - change.difference)))
    return to_json([*steps, Step("total", {}, plain(net))])


def _keep(
    now: Situation, settled: Iterable[tuple[Change, Sequence[Difference]]], amendment: Amendment
) -> None:
    """Money for days not owed that no document gives back, so that charges still add up to documents.

    It is kept by agreement, or was given back before by a credit note of its own.
    """
    rows = []
    for change, parts in settled:
        kept = -change.difference + sum((part.net for part in parts), ZERO)
        if change.difference >= 0 or not kept:
            continue
        old = now.charges[change.before[-1].row]
        rows.append(
            row(
                ChargePeriod,
                line_id=old.line_id,
                starts_on=change.changed.start,
                ends_on=change.changed.last_day,
                kind="adjustment",
                amount=kept,
                state=State.KEPT,
                document_id=old.document_id,
                document_line_id=old.document_line_id,
                amendment_id=amendment.pk,
                reason=amendment.reason[:200],
            )
        )
    insert(rows)


def _rewrite(
    now: Situation, changes: Sequence[Change], amendment: Amendment, document: Document | None
) -> None:
    """Old charges become history, those owed now take their days."""
    gone = [each.row for change in changes for each in change.before]
    ChargePeriod.objects.filter(pk__in=gone).update(state=State.ADJUSTED)
    lines = (
        {line.corrects_id: line.pk for line in document.lines.all() if line.corrects_id} if document else {}
    )
    insert(
        [_charge(now, change, each, amendment, document, lines) for change in changes for each in change.now]
    )


def _charge(
    now: Situation,
    change: Change,
    each: Owed,
    amendment: Amendment,
    document: Document | None,
    lines: Mapping[int, int],
) -> ChargePeriod:
    """A charge owed now: on the document that billed its days, or on the adjustment for days it adds."""
    olds = [now.charges[taken.row] for taken in change.before]
    old = next((o for o in olds if o.line_id == each.line and o.starts_on == each.charge.period.start), None)
    source = old or olds[-1]
    adjusted = lines.get(source.document_line_id or 0) if old is None else None
    return row(
        ChargePeriod,
        line_id=each.line,
        starts_on=each.charge.period.start,
        ends_on=each.charge.period.last_day,
        kind=each.charge.kind,
        amount=each.charge.net if each.waived else each.amount,
        state=_not_asked_for(olds) if each.waived else State.BILLED,
        document_id=document.pk if adjusted and document else source.document_id,
        document_line_id=adjusted or source.document_line_id,
        amendment_id=amendment.pk,
        reason=source.reason if each.waived else "",
    )


def _not_asked_for(olds: Sequence[ChargePeriod]) -> str:
    """Days given up, or billed by the program used before, stay what they were."""
    return next((old.state for old in olds if old.state in NOT_ASKED_FOR), State.WAIVED)
