"""The last month's documents go through the exchanges of both countries, played on this computer.

Most arrive; one is rejected, one is refused, some wait. Everything is said on fixed days by what is played in
the company's own folder, which also answers whoever sends something later. No network, no clock.
"""

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ronda.billing.models import Document
from ronda.company.models import Company
from ronda.company.services import save_options
from ronda.countries.fr.platform import practice as french
from ronda.countries.it.exchange import practice as italian
from ronda.einvoices.door import Channel, company_folder, format_for
from ronda.einvoices.options import EinvoiceOptions
from ronda.einvoices.services import prepare, send, take_in
from ronda.parties.models import Party
from ronda.site.demo import suppliers
from ronda.site.demo.history import Staff
from ronda.site.demo.sizes import Size

#: Days after the last one on which the clerk looks for answers; on the next days the exchange is silent.
LOOKS = 2
#: What nobody's code is: for whoever wants to see a rejection.
NOBODY = "9999999"
PENDING = 3


@dataclass(frozen=True, slots=True)
class Played:
    """An exchange that is played: the option's code, and the channel at a fixed instant."""

    code: str
    folder: Path
    at: Callable[[datetime], Channel]


def exchange(company: Company, size: Size, staff: Staff) -> None:
    """Send the documents of the last month and take in what is said of them."""
    played = _played(company)
    shutil.rmtree(played.folder, ignore_errors=True)  # of an earlier database
    played.folder.mkdir(parents=True)
    last = size.month_ends[-1]
    documents = _documents(company, last.replace(day=1))
    _tell_conduct(documents, played.folder)
    chosen = {"channel": played.code, "since": last.replace(day=1), "stop_issuing": False}
    save_options(company, EinvoiceOptions, chosen, by=staff.clerk)
    evening = datetime.combine(last, time(18), ZoneInfo(company.timezone))
    rows = prepare(documents, by=staff.clerk, on=last, now=evening).made
    # The last ones are written and wait for whoever tries the demonstration.
    send(rows[:-PENDING], by=staff.clerk, now=evening, channel=played.at(evening))
    _hand_in_of_suppliers(company, last, played.at(evening))
    for days in range(1, LOOKS + 1):
        morning = evening + timedelta(days=days, hours=-9)
        take_in(company, by="", now=morning, channel=played.at(morning))


def _hand_in_of_suppliers(company: Company, last: date, channel: Any) -> None:
    """What others have sent to the firm comes along with the answers."""
    if company.country == "IT":
        with channel.playing() as exchanged:
            for name, content in suppliers.italian_files(company, last):
                exchanged.hand_in(name, content, suppliers.CODE)
        return
    with channel.gate.playing() as platform:
        for name, content in suppliers.french_files(company, last):
            platform.deliver(content, name=name)


def _documents(company: Company, since: date) -> list[Document]:
    rows = Document.objects.filter(company=company, status=Document.Status.ISSUED, date__gte=since)
    rows = rows.select_related("company", "party", "seller").order_by("date", "pk")
    return [document for document in rows if format_for(document) is not None]


def _played(company: Company) -> Played:
    module: Any = italian if company.country == "IT" else french
    folder = company_folder(company) / module.FOLDER
    return Played(module.CODE, folder, lambda now: module.practice_of(company, lambda: now))


def _tell_conduct(documents: Sequence[Document], folder: Path) -> None:
    """Who is not known, and who refuses: by the electronic address of some of the customers."""
    codes = _codes(documents, Party.Kind.FIRM)
    if documents[0].company.country == "IT":
        bodies = _codes(documents, Party.Kind.PUBLIC)
        told: dict[str, Any] = {NOBODY: "unknown", codes[0]: "unknown", bodies[-1]: "refuses"}
        (folder / "recipients.json").write_text(json.dumps(told))
        return
    rejected = {"status": "213", "reasons": [["ADR_ERR", "NIN"]]}
    refused = {"status": "210", "reasons": [["CMD_ERR", "NIN"]]}
    disputed = {"status": "207", "reasons": [["QTE_ERR", "CNF"]]}
    told = {
        codes[0]: [rejected],
        codes[1]: ["200", "201", "202", refused],
        codes[2]: ["200", "201", "202", disputed],
    }
    (folder / french.LIVES).write_text(json.dumps(told))


def _codes(documents: Sequence[Document], kind: str) -> list[str]:
    """The electronic addresses of customers of a kind, each once."""
    parties = [document.party for document in documents if document.party.kind == kind]
    return list(dict.fromkeys(one.recipient_code for one in parties if one.recipient_code))
