"""What an operation on a contract would write, seen before it is done."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ronda.billing.models import Document, DocumentKind
from ronda.contracts.models import Amendment, ChargePeriod, Settlement
from ronda.contracts.pages.wording import ChangeRow, change_rows
from ronda.kernel.errors import NeedsConfirmation
from ronda.kernel.money import ZERO
from ronda.workspace.display import money

AmendmentOf = Callable[[Any], Amendment]


@dataclass(frozen=True, slots=True)
class Settled:
    """One difference: the fee and its days, the document that billed it, how much, and why so much."""

    text: str
    first: date | None
    last: date | None
    net: Decimal
    document: str = ""
    derivation: Sequence[Any] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """What changes, the document that settles it, and what no document gives back."""

    changes: tuple[ChangeRow, ...]
    lines: tuple[Settled, ...]
    kept: tuple[Settled, ...]
    settles_by: str
    currency: str
    document: str = ""
    is_credit: bool = False
    net: Decimal = ZERO
    vat: Decimal = ZERO
    gross: Decimal = ZERO

    @property
    def moves_money(self) -> bool:
        return bool(self.lines or self.kept)

    @property
    def kept_net(self) -> Decimal:
        return sum((one.net for one in self.kept), ZERO)

    @property
    def kept_words(self) -> str:
        """What becomes of the money that no document gives back."""
        if self.settles_by == Settlement.WALLET:
            return _("Put into the customer's wallet, with its VAT")
        if self.settles_by == Settlement.NOTHING:
            return _("Billed and kept: nothing is given back")
        return _("Given back before by a credit note of its own")

    @property
    def sentence(self) -> str:
        """The money in one sentence, for a question."""
        facts = {"document": self.document, "gross": money(self.gross, self.currency)}
        facts |= {"net": money(self.net, self.currency), "kept": money(self.kept_net, self.currency)}
        said = []
        if self.document:
            said.append(_("%(document)s of %(gross)s (%(net)s without VAT) will be issued.") % facts)
        if self.kept:
            said.append(f"{self.kept_words}: {facts['kept']}.")
        return " ".join(said)

    @property
    def digest(self) -> str:
        """The same for the same figures: a person confirms what he saw and nothing else."""
        told = [self.document, self.net, self.vat, self.gross]
        told += [(one.text, one.first, one.last, one.net) for one in (*self.lines, *self.kept)]
        told += [(one.text, one.before, one.after) for one in self.changes]
        return hashlib.sha256(repr(told).encode()).hexdigest()[:32]


class MoneyMoves(NeedsConfirmation):
    """Something was billed that is not owed any more, or less than is owed: shown before it is settled."""

    code = "contracts.money_moves"

    def __init__(self, preview: Preview) -> None:
        super().__init__(_("%(money)s Go ahead?") % {"money": preview.sentence})
        self.preview = preview


def preview(run: Callable[[], Any], amendment_of: AmendmentOf) -> Preview:
    """What the operation means, by doing it and undoing it: nothing remains. What it refuses, it refuses."""
    with transaction.atomic():
        found = meaning(amendment_of(run()))
        transaction.set_rollback(True)
    return found


def ask_first(run: Callable[[], Any], amendment_of: AmendmentOf, confirmed: frozenset[str]) -> Any:
    """Do it at once when no money moves or when the person said yes to what he was shown."""
    if MoneyMoves.code not in confirmed:
        found = preview(run, amendment_of)
        if found.moves_money:
            raise MoneyMoves(found)
    return run()


def meaning(amendment: Amendment) -> Preview:
    """An amendment as plain values, so that they outlive its transaction."""
    document = amendment.adjustment
    kept = ChargePeriod.objects.filter(amendment=amendment, state=ChargePeriod.State.KEPT)
    facts: dict[str, Any] = {} if document is None else _facts(document)
    return Preview(
        changes=tuple(change_rows(amendment)),
        lines=settled_lines(document),
        kept=tuple(
            Settled(
                str(one.line),
                one.starts_on,
                one.ends_on,
                one.amount,
                one.document.label if one.document else "",
            )
            for one in kept.select_related("line__item", "document").order_by("starts_on", "pk")
        ),
        settles_by=amendment.settles_by,
        currency=document.currency if document else amendment.contract.account.currency,
        **facts,
    )


def _facts(document: Document) -> dict[str, Any]:
    return {
        "document": str(document.get_kind_display()).capitalize(),
        "is_credit": document.kind == DocumentKind.CREDIT_NOTE,
        "net": document.net_total,
        "vat": document.vat_total,
        "gross": document.gross_total,
    }


def settled_lines(document: Document | None) -> tuple[Settled, ...]:
    """The differences of an adjustment document, each with the sign it has for the customer."""
    if document is None:
        return ()
    lines = document.lines.exclude(corrects=None).select_related("corrects__document").order_by("position")
    return tuple(
        Settled(
            line.text,
            line.starts_on,
            line.ends_on,
            line.net * document.sign,
            line.corrects.document.label if line.corrects else "",
            line.derivation,
        )
        for line in lines
    )
