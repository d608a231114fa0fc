"""The only door into the journal."""

from collections.abc import Sequence

from django.db import transaction

from ronda.accounting.domain.postings import Posting, off_balance
from ronda.accounting.models import Account, JournalEntry, JournalLine
from ronda.accounting.queries import first_open_day
from ronda.accounting.services.chart import seed_chart
from ronda.company import bulk
from ronda.company.models import Company
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _


class Unbalanced(Refusal):
    code = "accounting.unbalanced"


class UnknownAccount(Refusal):
    code = "accounting.unknown_account"


@transaction.atomic
def post_entries(company_id: int, postings: Sequence[Posting]) -> int:
    """Write the entries whose source is not posted yet; how many were written.

    Three queries and two inserts, however many entries. Nothing is written unless all balance
    (Unbalanced) and all accounts exist (UnknownAccount). What is dated in a closed period goes
    to the first open day (R27).
    """
    _refuse_unbalanced(postings)
    sources = [posting.source for posting in postings]
    posted = JournalEntry.objects.filter(company_id=company_id, source__in=sources)
    known = set(posted.values_list("source", flat=True))
    new = [posting for posting in postings if posting.source not in known and posting.movements]
    if not new:
        return 0

    accounts, opened = _accounts(company_id, new), first_open_day(company_id)
    entries = bulk.insert(
        [
            bulk.row(
                JournalEntry,
                company_id=company_id,
                date=posting.date if opened is None else max(opened, posting.date),
                journal=posting.journal,
                source=posting.source,
                text=posting.text[:200],
            )
            for posting in new
        ]
    )
    bulk.insert(
        [
            bulk.row(
                JournalLine, entry_id=entry.pk, account_id=accounts[account], party_id=party, amount=amount
            )
            for entry, posting in zip(entries, new, strict=True)
            for account, party, amount in posting.movements
        ]
    )
    return len(new)


def _refuse_unbalanced(postings: Sequence[Posting]) -> None:
    for posting in postings:
        if difference := off_balance(posting.movements):
            raise Unbalanced(
                _("%(text)s: debits and credits differ by %(difference)s.")
                % {"text": posting.text, "difference": difference},
                source=posting.source,
                difference=difference,
            )


def _accounts(company_id: int, postings: Sequence[Posting]) -> dict[str, int]:
    """Ids by role and by code. A company that keeps no books yet starts with its country's chart."""
    accounts = _by_name(company_id)
    if not accounts:
        seed_chart(Company.objects.get(pk=company_id))
        accounts = _by_name(company_id)
    for posting in postings:
        for account, _party, _amount in posting.movements:
            if account not in accounts:
                raise UnknownAccount(
                    _("%(text)s: the chart has no account “%(account)s”. Add it, then try again.")
                    % {"text": posting.text, "account": account},
                    account=account,
                    source=posting.source,
                )
    return accounts


def _by_name(company_id: int) -> dict[str, int]:
    rows = Account.objects.filter(company_id=company_id).values_list("pk", "code", "role")
    by_code = {code: pk for pk, code, _role in rows}
    return by_code | {role: pk for pk, _code, role in rows if role}
