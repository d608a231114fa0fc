"""Bank accounts of customers (S30)."""

from typing import Any

from django.db import transaction
from schwifty import IBAN
from schwifty.exceptions import SchwiftyException

from ronda.company import audit
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.parties.models import BankAccount, BillingAccount, Party


class InvalidIban(Refusal):
    code = "parties.invalid_iban"


class AccountOfAnother(Refusal):
    code = "parties.bank_account_of_another"


def checked_iban(value: str) -> IBAN:
    """The IBAN without blanks, its length, check digits and national structure verified; or InvalidIban."""
    try:
        return IBAN(value)
    except SchwiftyException as error:
        raise InvalidIban(
            _("“%(value)s” is not a valid IBAN. Compare it with the customer's letter or invoice.")
            % {"value": value},
            field="iban",
        ) from error


def bank_facts(iban: IBAN) -> dict[str, str]:
    """BIC and name of the bank, empty where the register of banks does not tell."""
    try:
        bic, name = iban.bic, iban.bank_name
    except SchwiftyException:
        return {"bic": "", "bank_name": ""}
    return {"bic": str(bic or ""), "bank_name": str(name or "")[:120]}


@transaction.atomic
def set_bank_account(
    party: Party,
    *,
    iban: str,
    by: str,
    holder: str = "",
    bic: str = "",
    bank_name: str = "",
    account: BillingAccount | None = None,
) -> BankAccount:
    """Give a party a bank account, or bring a known one up to date; the default billing account uses it.

    BIC and bank are found from the IBAN unless given. Raises InvalidIban (field "iban"), and
    AccountOfAnother when `account` is somebody else's.
    """
    party = Party.objects.select_for_update().get(pk=party.pk)
    if account is not None and account.party_id != party.pk:
        raise AccountOfAnother(_("The billing account belongs to another customer."), field="account")
    checked = checked_iban(iban)
    facts: dict[str, Any] = {name: value for name, value in bank_facts(checked).items() if value}
    facts |= {name: value for name, value in (("bic", bic), ("bank_name", bank_name)) if value}
    if holder:
        facts["holder"] = holder
    kept, made = BankAccount.objects.update_or_create(
        party=party, iban=str(checked), defaults={**facts, "active": True}
    )
    target = account or party.accounts.filter(is_default=True).first()
    if target is not None:
        target.bank_account = kept
        target.save(update_fields=["bank_account"])
    action = "added" if made else "changed"
    audit.record(by, f"parties.bank_account.{action}", party, iban=str(checked))
    return kept


@transaction.atomic
def save_bank_account(form: Any, *, by: str, company: Any) -> BankAccount:
    """The save of the bank account's form."""
    account: BankAccount = form.save(commit=False)
    checked = checked_iban(account.iban)
    account.iban = str(checked)
    found = bank_facts(checked)
    account.bic = account.bic or found["bic"]
    account.bank_name = account.bank_name or found["bank_name"]
    account.save()
    default = account.party.accounts.filter(is_default=True, bank_account=None).first()
    if default is not None and account.active:
        default.bank_account = account
        default.save(update_fields=["bank_account"])
    return account
