"""A database of its own with contracts to bill, worked on by processes that are killed.

Run as `python -m tests.crash.site`: it reads one command a line and answers one JSON line.
It forks its workers, so that a new one is there in milliseconds.
"""

import json
import os
import random
import sys
import threading
import traceback
from datetime import date
from decimal import Decimal
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ronda.site.settings")
django.setup()

# Models exist only once Django is set up.
from django.core.management import call_command  # noqa: E402
from django.db import connections, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from ronda.billing.models import BillingRun, ChainLink, Document, DocumentLine, RunEntry  # noqa: E402
from ronda.billing.services import confirm_run, draft_document, issue_document, prepare_run, runs  # noqa: E402
from ronda.billing.tests.firm import line, make_account, make_firm, make_item, vat_code  # noqa: E402
from ronda.company.jobs import worker  # noqa: E402
from ronda.company.models import Company, Job  # noqa: E402
from ronda.contracts.models import Contract, ContractLine  # noqa: E402
from ronda.operations.services.auditing import findings  # noqa: E402
from ronda.parties.models import BillingAccount, Party  # noqa: E402

DAY = date(2026, 3, 31)
# Smaller transactions than in real life: more places to be killed at.
runs.ENTRIES_PER_CHUNK = 40
ABORTS_IN_TEN = 3


class Aborted(Exception):
    """The operator's machine went away in the middle of an operation."""


def prepare(contracts: int) -> dict[str, Any]:
    """A firm with so many contracts, and a confirmed run whose job waits in the queue."""
    call_command("migrate", verbosity=0)
    firm = make_firm()
    item = make_item(firm, vat_code=vat_code(firm))
    Party.objects.bulk_create(
        Party(company=firm, code=f"{n:05d}", name=f"Cliente {n:05d}", street="Via Roma", city="Milano")
        for n in range(contracts)
    )
    parties = list(Party.objects.filter(company=firm).order_by("code"))
    BillingAccount.objects.bulk_create(BillingAccount(party=party, is_default=True) for party in parties)
    accounts = {account.party_id: account for account in BillingAccount.objects.filter(party__company=firm)}
    Contract.objects.bulk_create(
        Contract(
            company=firm,
            number=party.code,
            title="Manutenzione",
            status="active",
            party=party,
            account=accounts[party.pk],
            starts_on=date(2026, 3, 1),
        )
        for party in parties
    )
    ContractLine.objects.bulk_create(
        ContractLine(contract=contract, item=item, text="Canone", price=Decimal(100) + contract.pk % 7)
        for contract in Contract.objects.filter(company=firm)
    )
    run = confirm_run(prepare_run(firm, as_of=DAY, by="anna"), by="anna")
    return {"documents": run.proposed}


def fork(work: Any, *arguments: Any) -> int:
    """A child process with connections of its own; its number."""
    connections.close_all()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        work(*arguments)
        code = 0
    finally:
        # The child leaves here whatever happened: the parent's loop is not its own.
        if code:
            traceback.print_exc()
            sys.stderr.flush()
        os._exit(code)


def work_until_killed() -> None:
    worker.run(threading.Event(), poll=0.05)


def state() -> dict[str, Any]:
    """Where the job and its documents are."""
    job = Job.objects.filter(key__startswith="billing.issue:").get()
    return {
        "attempts": job.attempts,
        "job": job.state,
        "issued": Document.objects.filter(status="issued").count(),
    }


def outcome() -> dict[str, Any]:
    """Everything that must be the same whether the work was disturbed or not."""
    run = BillingRun.objects.get()
    lines = DocumentLine.objects.order_by("document__number", "position").values_list(
        "document__number", "document__label", "document__party__code", "text", "net", "document__gross_total"
    )
    return {
        "state": run.state,
        "entries": sorted(set(RunEntry.objects.values_list("state", flat=True))),
        "numbers": list(Document.objects.order_by("number").values_list("number", flat=True)),
        "lines": [[str(value) for value in row] for row in lines],
    }


def prepare_drafts(drafts: int) -> dict[str, Any]:
    """Drafts for several people to issue at once."""
    call_command("migrate", verbosity=0)
    firm = make_firm()
    account = make_account(firm)
    made = [draft_document(account, [line(firm)], by="anna", on=DAY).pk for _ in range(drafts)]
    return {"drafts": made}


def maybe_abort(chance: random.Random) -> None:
    """Three times in ten, tear down what is under way."""
    if chance.randrange(10) < ABORTS_IN_TEN:
        raise Aborted


def issue_with_aborts(drafts: list[int], seed: int) -> None:
    """Issue each draft; three times in ten the operation is torn down before its commit, then repeated."""
    chance = random.Random(seed)
    for pk in drafts:
        while True:
            try:
                with transaction.atomic():
                    issue_document(Document.objects.get(pk=pk), on=DAY, by=f"clerk{seed}")
                    maybe_abort(chance)
            except Aborted:
                continue
            break


def race(drafts: list[int], processes: int) -> dict[str, Any]:
    """All processes at once; their exit codes, and the numbers given."""
    children = [fork(issue_with_aborts, drafts[n::processes], n) for n in range(processes)]
    codes = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children]
    numbers = list(Document.objects.order_by("number").values_list("number", flat=True))
    wrong = list(findings(Company.objects.get(), now=timezone.now()))
    return {"codes": codes, "numbers": numbers, "links": ChainLink.objects.count(), "wrong": wrong}


COMMANDS: dict[str, Any] = {
    "prepare": prepare,
    "worker": lambda: {"pid": fork(work_until_killed)},
    "state": state,
    "outcome": outcome,
    "prepare_drafts": prepare_drafts,
    "race": race,
    "reap": lambda pid: {"code": os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])},
}


def serve() -> None:
    """One command a line: [name, arguments…]."""
    for text in sys.stdin:
        name, *arguments = json.loads(text)
        sys.stdout.write(json.dumps(COMMANDS[name](*arguments)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
