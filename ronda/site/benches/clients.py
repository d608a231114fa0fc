"""Several people at once on one database: pages read, records changed, documents issued, over HTTP.

The server is a real `ronda serve`, the clients are browsers as far as a server sees them (cookies, forms with
their tokens). Every answer is checked; afterwards the data are looked at like every night.
"""

import itertools
import os
import random
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import connection, connections
from django.utils import timezone

from ronda.billing.models import Document
from ronda.catalogue.models import Item
from ronda.company.models import Company
from ronda.contracts.models import Contract
from ronda.operations.services.auditing import check_data
from ronda.parties.models import BillingAccount, Party, PaymentMethod
from ronda.parties.services import load_places
from ronda.payments.models import Payment
from ronda.site.benches.browsing import Answer, Browser, form_of
from ronda.site.benches.start import await_page, free_port
from ronda.site.demo import build_demo
from ronda.site.demo_logins import DEMO_LOGINS, PASSWORD

LISTS = ("/party/", "/contract/", "/document/", "/instalment/?state=open", "/payment/", "/")
SECONDS_TO_STOP = 30


@dataclass(slots=True)
class Known:
    """Keys of what is there at the start, and those of one client alone."""

    records: list[str]
    parties: list[int]
    accounts: list[int]
    item: int
    method: int
    today: str


@dataclass(slots=True)
class Log:
    """What one client did: kind and milliseconds of each request, and what went wrong, in words."""

    asked: list[tuple[str, float]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)


def prepare() -> None:
    """The demonstration firms, of the size that RONDA_DEMO_SIZE says."""
    load_places()
    build_demo(progress=lambda done, total: None)


def measure(clients: int, *, seconds: float, requests: int = 0) -> dict[str, Any]:
    """So many clients for so many seconds, or until each has made `requests` requests."""
    company = Company.objects.get(name=DEMO_LOGINS[0].company)
    known = [_known(company, n, clients) for n in range(clients)]
    before = _state(company)
    connections.close_all()
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "ronda.site.cli", "serve"],
        cwd=settings.BASE_DIR,
        env={**os.environ, "RONDA_PORT": str(port)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        await_page(port, process)
        logs, lasted = work(port, known, seconds, requests)
    finally:
        process.terminate()
        process.wait(SECONDS_TO_STOP)
    return _result(company, before, logs, lasted)


def _known(company: Company, n: int, clients: int) -> Known:
    """Records that all of them read; customers that only this client changes, bills and books."""
    documents = Document.objects.filter(company=company).order_by("pk").values_list("pk", flat=True)
    contracts = Contract.objects.filter(company=company).order_by("pk").values_list("pk", flat=True)
    parties = list(Party.objects.filter(company=company).order_by("pk").values_list("pk", flat=True))
    records = [f"/document/{pk}/" for pk in documents[:200]] + [f"/contract/{pk}/" for pk in contracts[:200]]
    accounts = BillingAccount.objects.filter(
        party__company=company, is_default=True, party__city__gt="", tax_regime="ordinary"
    )
    keys = list(accounts.order_by("pk").values_list("pk", flat=True))
    mine = parties[n::clients] or parties
    return Known(
        records + [f"/party/{pk}/" for pk in parties[:200]],
        mine,
        keys[n::clients] or keys,
        Item.objects.filter(company=company, active=True).order_by("pk")[0].pk,
        PaymentMethod.objects.filter(company=company, active=True).order_by("pk")[0].pk,
        timezone.localdate().isoformat(),
    )


def _state(company: Company) -> dict[str, int]:
    return {
        "issued": Document.objects.filter(company=company, status=Document.Status.ISSUED).count(),
        "documents": Document.objects.filter(company=company).count(),
        "payments": Payment.objects.filter(company=company).count(),
    }


def work(port: int, known: list[Known], seconds: float, requests: int) -> tuple[list[Log], float]:
    """All clients log in, then begin together; what each did, and how long it lasted."""
    logs, ready, stop = [Log() for _ in known], threading.Barrier(len(known) + 1), threading.Event()
    threads = [
        threading.Thread(target=_client, args=(port, n, mine, logs[n], ready, stop, requests))
        for n, mine in enumerate(known)
    ]
    for thread in threads:
        thread.start()
    ready.wait()
    started = time.perf_counter()
    if not requests:
        stop.wait(seconds)
        stop.set()
    for thread in threads:
        thread.join()
    return logs, time.perf_counter() - started


def _client(
    port: int, n: int, known: Known, log: Log, ready: threading.Barrier, stop: threading.Event, requests: int
) -> None:
    with closing(Browser(port)) as browser:
        try:
            browser.log_in(DEMO_LOGINS[0].username, PASSWORD)
        except (OSError, ValueError) as error:
            log.errors.append(f"log-in: {error}")
            ready.wait()
            return
        ready.wait()
        person = Person(browser, known, log, random.Random(n))
        while not stop.is_set() and not (requests and len(log.asked) >= requests):
            person.does_something()


class Person:
    """Who works with a browser: mostly reads, often changes something, sometimes issues or books."""

    def __init__(self, browser: Browser, known: Known, log: Log, chance: random.Random) -> None:
        self.browser, self.known, self.log, self.chance = browser, known, log, chance
        self.drafts: list[str] = []
        self.steps = itertools.cycle(
            [
                self.reads_a_list,
                self.drafts_an_invoice,
                self.opens_a_record,
                self.issues,
                self.reads_a_list,
                self.edits_a_customer,
                self.opens_a_record,
                self.records_a_payment,
                self.opens_a_record,
            ]
        )

    def does_something(self) -> None:
        step: Callable[[], None] = next(self.steps)
        try:
            step()
        except (OSError, ValueError) as error:
            self.log.errors.append(f"{step.__name__}: {type(error).__name__} {error}")

    def _seen(self, kind: str, answer: Answer, wanted: int) -> Answer:
        self.log.asked.append((kind, answer.milliseconds))
        if answer.status != wanted:
            raise ValueError(f"{answer.status} instead of {wanted}")
        return answer

    def _page(self, kind: str, path: str) -> Answer:
        answer = self._seen(kind, self.browser.get(path), 200)
        if "</html>" not in answer.body:
            raise ValueError("half a page")
        return answer

    def _sends(self, kind: str, path: str, values: dict[str, str]) -> Answer:
        form = form_of(self._page("form", path).body)
        answer = self._seen(kind, self.browser.post(form.action or path, form.filled(values)), 302)
        self.log.done[kind] += 1
        return answer

    def reads_a_list(self) -> None:
        self._page("list", self.chance.choice(LISTS))

    def opens_a_record(self) -> None:
        self._page("record", self.chance.choice(self.known.records))

    def edits_a_customer(self) -> None:
        phone = f"030 {self.chance.randrange(10**6):06d}"
        self._sends("edit", f"/party/{self.chance.choice(self.known.parties)}/edit/", {"phone": phone})

    def drafts_an_invoice(self) -> None:
        line = "documentline-0-"
        values = {
            "account": str(self.chance.choice(self.known.accounts)),
            f"{line}item": str(self.known.item),
            f"{line}quantity": str(self.chance.randrange(1, 9)),
            f"{line}unit_price": f"{self.chance.randrange(10, 90)}.50",
        }
        self.drafts.append(self._sends("draft", "/document/new/", values).location)

    def issues(self) -> None:
        if self.drafts:
            pk = self.drafts.pop().rstrip("/").rpartition("/")[2]
            self._sends("issue", f"/document/do/issue/?id={pk}", {"on": self.known.today})

    def records_a_payment(self) -> None:
        values = {
            "party": str(self.chance.choice(self.known.parties)),
            "amount": f"{self.chance.randrange(5, 50)}.00",
            "date": self.known.today,
            "method": str(self.known.method),
        }
        self._sends("payment", "/payment/new/", values)


def _result(company: Company, before: dict[str, int], logs: list[Log], lasted: float) -> dict[str, Any]:
    """The figures, and whether what the clients were told is what the data say."""
    after = _state(company)
    done = sum((log.done for log in logs), Counter[str]())
    errors = [error for log in logs for error in log.errors]
    for kind, key in (("issue", "issued"), ("draft", "documents"), ("payment", "payments")):
        if after[key] - before[key] != done[kind]:
            errors.append(f"{key}: {after[key] - before[key]} instead of {done[kind]}")
    checked = [check_data(one, by="bench", now=timezone.now()) for one in (None, company)]
    all_ms = [ms for log in logs for _kind, ms in log.asked]
    kinds = sorted({kind for log in logs for kind, _ms in log.asked})
    return {
        "clients": len(logs),
        "seconds": round(lasted, 1),
        "requests": len(all_ms),
        "errors": len(errors),
        "first_errors": errors[:5],
        "p50_ms": _share(all_ms, 0.50),
        "p95_ms": _share(all_ms, 0.95),
        "max_ms": _share(all_ms, 1.0),
        "p95_ms_by_kind": {
            kind: _share([ms for log in logs for of, ms in log.asked if of == kind], 0.95) for kind in kinds
        },
        "done": dict(sorted(done.items())),
        "findings": sum(run.found for run in checked),
        "least_requests_of_a_client": min(len(log.asked) for log in logs),
        "database": connection.vendor,
    }


def _share(values: list[float], share: float) -> float:
    """The value that so many of all do not exceed, in whole milliseconds; 0 without any."""
    if not values:
        return 0.0
    if len(values) == 1 or share >= 1:
        return round(max(values))
    return round(statistics.quantiles(values, n=100, method="inclusive")[round(share * 100) - 1])
