"""What must never be in the data of Italian firms: found by `ronda check-data`."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from ronda.company.checking import BATCH, Check, Finding, Look, Problem, batches, register_check
from ronda.countries.it.models import IntentUse
from ronda.countries.it.queries import without_vat
from ronda.kernel.money import ZERO


def _intents(look: Look) -> Iterator[Finding]:
    """What a document takes from a declaration is its net without VAT under N3.5."""
    rows = IntentUse.objects.filter(letter__company=look.company).select_related("document", "letter")
    for batch in batches(rows.order_by("pk").iterator(chunk_size=BATCH)):
        look.read(len(batch))
        nets = without_vat([row.document_id for row in batch])
        for row in batch:
            right = nets.get(row.document_id, ZERO)
            if row.amount != right:
                facts = {
                    "document": str(row.document),
                    "protocol": row.letter.protocol,
                    "said": str(row.amount),
                    "right": str(right),
                }
                yield Finding("amount", facts, "country_it.letterofintent", row.letter_id)


register_check(
    Check(
        code="it.intents",
        label=_("Use of declarations of intent"),
        promise=_("Every document takes from its customer’s declaration of intent what it is without VAT."),
        problems={
            "amount": Problem(
                _("%(document)s takes %(said)s from declaration %(protocol)s; it is %(right)s without VAT."),
                _("Compare with a backup; the operations log says who worked on it."),
            )
        },
        run=_intents,
    )
)
