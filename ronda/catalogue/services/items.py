"""Services and articles."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from ronda.catalogue.models import Item, VatCode
from ronda.company import audit
from ronda.company.bulk import insert
from ronda.company.models import Company
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _


class ItemCodeInUse(Refusal):
    code = "catalogue.item_code_in_use"


class NoUsualVatCode(Refusal):
    code = "catalogue.no_usual_vat_code"


def create_item(company: Company, *, name: str, by: str, **facts: Any) -> Item:
    """A new service or article: the name is enough. The code follows ("0001"...), the VAT code is the
    company's usual one. Refuses a code in use.
    """
    return create_items(company, [{"name": name, **facts}], by=by)[0]


@transaction.atomic
def create_items(company: Company, rows: Sequence[Mapping[str, Any]], *, by: str) -> list[Item]:
    """All the items of a list, or none; `rows` are fields of `Item`. For imports and the demo."""
    Company.objects.select_for_update().get(pk=company.pk)
    used = set(Item.objects.filter(company=company).values_list("code", flat=True))
    usual = VatCode.objects.filter(company=company, is_default=True).first()
    items = []
    for given in rows:
        facts = {name: value for name, value in given.items() if value not in (None, "")}
        item = Item(company=company, **{"vat_code": usual, **facts})
        if item.vat_code_id is None:
            raise NoUsualVatCode(
                _("No VAT code is the usual one. Choose how the item is taxed."), field="vat_code"
            )
        item.code = item.code or _next_code(used)
        if item.code in used:
            raise ItemCodeInUse(_("Another item has code %(code)s.") % {"code": item.code}, field="code")
        used.add(item.code)
        items.append(item)
    insert(items)
    audit.record_many(by, "catalogue.item.created", [(item, {"code": item.code}) for item in items])
    return items


def _next_code(used: set[str]) -> str:
    highest = max((int(code) for code in used if code.isdecimal() and len(code) <= 6), default=0)
    return f"{highest + 1:04d}"


@transaction.atomic
def save_item(form: Any, *, by: str, company: Company) -> Item:
    """The save of the item's form."""
    if form.instance.pk is None:
        return create_item(company, by=by, **form.facts())
    item: Item = form.save(commit=False)
    others = Item.objects.filter(company=company, code=item.code).exclude(pk=item.pk)
    if others.exists():
        raise ItemCodeInUse(_("Another item has code %(code)s.") % {"code": item.code}, field="code")
    item.save()
    return item
