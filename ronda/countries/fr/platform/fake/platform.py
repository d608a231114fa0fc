"""What the local platform does, without HTTP: takes flows, checks them, answers, delivers, makes faults.

Nothing happens by itself: `step` moves every pending flow and every invoice one step further.
"""

import base64
import hashlib
import json
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ronda.countries.fr.domain.lifecycle import (
    Collected,
    InvoiceReference,
    Party,
    Reason,
    status_message,
    write_status,
)
from ronda.countries.fr.platform.fake.checks import Check, Remark, check_file, detail
from ronda.countries.fr.platform.fake.store import Record, Store
from ronda.countries.fr.platform.summaries import InvoiceSummary, root_of, summary_of, xml_of

PARIS = ZoneInfo("Europe/Paris")
#: The life of an invoice about which nothing else was planned.
USUAL_LIFE = ("200", "201", "202", "203")
RULES = (
    "B2B B2BInt B2C B2G B2GInt OutOfScope B2GOutOfScope ArchiveOnly NotApplicable Undefined".split()  # noqa: SIM905
)
SYNTAXES = ("CII", "UBL", "Factur-X", "CDAR", "FRR")
PROFILES = ("Basic", "CIUS", "Extended-CTC-FR", "Undefined")
INVOICE_SYNTAXES = ("CII", "UBL", "Factur-X")


@dataclass(frozen=True, slots=True)
class Fault:
    """The next `times` calls of `path` go wrong; a path that ends in "/" means all below it, "" every one.

    kind: "status" answers `status` without doing anything, "drop" does it and hangs up before the answer,
    "twice" does nothing wrong to a call: the next status is delivered twice.
    """

    path: str = ""
    kind: str = "status"
    status: int = 503
    times: int = 1


class Refused(Exception):
    """An answer of the API that is no success: status of HTTP, errorCode, errorMessage."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


class FakePlatform:
    """A platform in a folder; safe to use from several threads."""

    def __init__(
        self,
        folder: Path,
        *,
        checks: Sequence[Check] = (),
        life: Sequence[str] = USUAL_LIFE,
        lives: Mapping[str, Sequence[str | Record]] | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        """`lives` says by the buyer's electronic address what else becomes of invoices; see `plan`."""
        self.store = Store(folder, clock)
        self.lock = threading.RLock()
        self._checks = tuple(checks)
        self._life, self._lives = tuple(life), dict(lives or {})

    # What programs ask (the API)

    def submit(self, info: Any, content: bytes) -> Record:
        """FullFlowInfo of a flow that was taken; the same one for the same tracking identifier and file."""
        problem = _problem_of(info)
        if problem:
            raise Refused(400, "INVALID_FLOW_INFO", problem)
        digest = hashlib.sha256(content).hexdigest()
        with self.lock:
            known = self._tracked(info.get("trackingId"))
            if known and known["private"]["sha256"] == digest:
                return _full_info(known)
            if known:
                raise Refused(422, "TRACKING_ID_USED", "another file has this trackingId")
            flow = self._new_flow(info, content, digest, "Out")
            self.store.save()
            return _full_info(flow)

    def search(self, asked: Any) -> Record:
        """SearchFlowContent."""
        where, limit = _search_of(asked)
        with self.lock:
            flows = sorted(self.store.state.flows.values(), key=lambda one: (one["updatedAt"], one["flowId"]))
        found = [_public(one) for one in flows if _matches(one, where)]
        start = _start_of(asked.get("cursor"))
        rest = [one for one in found if [one["updatedAt"], one["flowId"]] > start]
        answer: Record = {"limit": limit, "filters": where, "results": rest[:limit]}
        if len(rest) > limit:
            last = rest[limit - 1]
            answer["nextCursor"] = _cursor([last["updatedAt"], last["flowId"]])
        return answer

    def flow(self, flow_id: str) -> Record:
        """Flow: the metadata."""
        with self.lock:
            return _public(self._flow(flow_id))

    def content(self, flow_id: str) -> tuple[str, bytes]:
        """Name and file of a flow."""
        with self.lock:
            return str(self._flow(flow_id)["name"]), self.store.content(flow_id)

    # What a person makes happen

    def step(self, count: int = 1) -> int:
        """Everything pending moves one step, `count` times; the number of flows that changed or came."""
        changed = 0
        with self.lock:
            for _round in range(count):
                for flow in list(self.store.state.flows.values()):
                    changed += self._advance(flow)
            self.store.save()
        return changed

    def plan(self, number: str, *statuses: str | Record) -> None:
        """What is said of invoice `number` from now on, one at each step.

        A record gives {"status", "reasons": [[code, action]], "collected": [[rate, amount]]}.
        """
        rows = [{"status": one} if isinstance(one, str) else dict(one) for one in statuses]
        with self.lock:
            self.store.state.plans.setdefault(number, []).extend(rows)
            self.store.save()

    def deliver(self, content: bytes, *, name: str, syntax: str = "CII") -> str:
        """An invoice of a supplier arrives; its flowId."""
        info = {"name": name, "flowSyntax": syntax, "processingRule": "B2B", "flowProfile": "CIUS"}
        with self.lock:
            flow = self._new_flow(info, content, hashlib.sha256(content).hexdigest(), "In")
            flow["acknowledgement"] = {"status": "Ok"}
            self.store.save()
            return str(flow["flowId"])

    def fault(self, fault: Fault) -> None:
        """Make the next calls go wrong."""
        with self.lock:
            self.store.state.faults.append(
                {"path": fault.path, "kind": fault.kind, "status": fault.status, "times": fault.times}
            )
            self.store.save()

    def take_fault(self, path: str, kinds: Iterable[str]) -> Record | None:
        """The fault to make now, one use less of it."""
        with self.lock:
            for fault in self.store.state.faults:
                where = fault["path"]
                meant = where in {"", path} or (where.endswith("/") and path.startswith(where))
                if meant and fault["kind"] in kinds and fault["times"] > 0:
                    fault["times"] -= 1
                    self.store.save()
                    return fault
        return None

    # Inside

    def _new_flow(self, info: Record, content: bytes, digest: str, direction: str) -> Record:
        flow_id, moment = self.store.new_identifier("flow"), self.store.stamp()
        syntax = info["flowSyntax"]
        flow: Record = {
            "flowId": flow_id,
            "submittedAt": moment,
            "updatedAt": moment,
            "name": info["name"],
            "flowSyntax": syntax,
            "flowProfile": info.get("flowProfile", "Undefined"),
            "processingRule": info.get("processingRule", "Undefined"),
            "processingRuleSource": "Input" if "processingRule" in info else "Computed",
            "flowType": _flow_type(syntax, direction, content),
            "flowDirection": direction,
            "acknowledgement": {"status": "Pending"},
            "private": {"sha256": digest, "announced": info.get("sha256"), "life": []},
        }
        if info.get("trackingId"):
            flow["trackingId"] = info["trackingId"]
        self.store.keep(flow_id, content)
        self.store.state.flows[flow_id] = flow
        return flow

    def _advance(self, flow: Record) -> int:
        if flow["flowDirection"] == "Out" and flow["acknowledgement"]["status"] == "Pending":
            self._acknowledge(flow)
            return 1
        summary = flow["private"].get("invoice")
        if summary is None:
            return 0
        invoice = InvoiceSummary(**summary)
        life, plans = flow["private"]["life"], self.store.state.plans.get(invoice.number, [])
        told = life.pop(0) if life else plans.pop(0) if plans else None
        said = {"status": told} if isinstance(told, str) else told
        return self._say(flow, invoice, said) if said else 0

    def _acknowledge(self, flow: Record) -> None:
        content = self.store.content(flow["flowId"])
        remarks = self._remarks(flow, content)
        flow["updatedAt"] = self.store.stamp()
        if remarks:
            flow["acknowledgement"] = {"status": "Error", "details": [detail(one) for one in remarks]}
            return
        flow["acknowledgement"] = {"status": "Ok"}
        if flow["flowSyntax"] in INVOICE_SYNTAXES:
            self._begin_life(flow, content)

    def _remarks(self, flow: Record, content: bytes) -> list[Remark]:
        announced = flow["private"].get("announced")
        if announced and announced != flow["private"]["sha256"]:
            return [("file", "ChecksumMismatch", "the file is not the one announced")]
        found = check_file(flow, content)
        for check in self._checks if not found else ():
            found = found + check(str(flow["flowSyntax"]), content)
        twin = [
            one["flowId"]
            for one in self.store.state.flows.values()
            if one is not flow
            and one["flowDirection"] == "Out"
            and one["private"]["sha256"] == flow["private"]["sha256"]
            and one["acknowledgement"]["status"] == "Ok"
        ]
        return found or ([("file", "AlreadyExistingFlow", f"sent before as {twin[0]}")] if twin else [])

    def _begin_life(self, flow: Record, content: bytes) -> None:
        root = root_of(xml_of(content))
        invoice = summary_of(root) if root is not None else InvoiceSummary()
        flow["private"]["invoice"] = invoice.to_json()
        reason = self._rejection(flow, invoice)
        # A consumer is on no platform: nobody says more of his invoices than that they were taken.
        life = self._lives.get(invoice.buyer_address, self._life) if invoice.buyer else ()
        flow["private"]["life"] = [] if reason else list(life)
        if reason:
            self._say(flow, invoice, {"status": "213", "reasons": [[reason, "NIN"]]})

    def _rejection(self, flow: Record, invoice: InvoiceSummary) -> str:
        """Why the platform rejects a sound file: a number used twice, a buyer the directory does not know."""
        for other in self.store.state.flows.values():
            known = other["private"].get("invoice")
            if known and other is not flow and not other["private"].get("dead"):
                same = (known["seller"], known["number"], known["issued"][:4])
                if same == (invoice.seller, invoice.number, invoice.issued[:4]):
                    return "DOUBLON"
        lines = self.store.state.lines
        addresses = {one["addressingIdentifier"] for one in lines if one["directoryLineStatus"] == "Enabled"}
        return "ADR_ERR" if lines and invoice.buyer_address not in addresses else ""

    def _say(self, flow: Record, invoice: InvoiceSummary, said: Record) -> int:
        """A status about an invoice of ours arrives; twice where a fault says so."""
        # Messages say the hour of Paris, without a zone.
        content = _status(invoice, said, self.store.tick().astimezone(PARIS))
        if said["status"] in {"210", "213"}:
            flow["private"]["dead"] = True
            flow["private"]["life"] = []
        times = 2 if self.take_fault("", ["twice"]) else 1
        for _time in range(times):
            info = {"name": f"{invoice.number}_{said['status']}.xml", "flowSyntax": "CDAR"}
            arrived = self._new_flow(info, content, hashlib.sha256(content).hexdigest(), "In")
            arrived["acknowledgement"] = {"status": "Ok"}
            if flow.get("trackingId"):
                arrived["trackingId"] = flow["trackingId"]
        return times

    def _tracked(self, tracking_id: Any) -> Record | None:
        flows = self.store.state.flows.values()
        mine = (one for one in flows if one["flowDirection"] == "Out")
        return next((one for one in mine if tracking_id and one.get("trackingId") == tracking_id), None)

    def _flow(self, flow_id: str) -> Record:
        flow = self.store.state.flows.get(flow_id)
        if flow is None:
            raise Refused(404, "MISSING_RESOURCE", "no such flow")
        return flow


def _status(invoice: InvoiceSummary, said: Record, at: datetime) -> bytes:
    """The CDAR message of a status; buyer's, seller's or the platform's own."""
    seller = Party("SE", invoice.seller, invoice.seller_name, invoice.seller_address)
    issuer = Party("BY", invoice.buyer, invoice.buyer_name, invoice.buyer_address)
    if not seller.address:
        seller = Party("SE", invoice.seller, invoice.seller_name, invoice.seller)
    return write_status(
        status_message(
            said["status"],
            InvoiceReference(invoice.number, invoice.issued_on, invoice.kind, invoice.seller, at),
            issuer=issuer,
            recipient=seller,
            at=at,
            reasons=[Reason(code, action=action) for code, action in said.get("reasons", [])],
            collected=[
                Collected(Decimal(rate), Decimal(amount)) for rate, amount in said.get("collected", [])
            ],
        )
    )


def _flow_type(syntax: str, direction: str, content: bytes) -> str:
    if syntax in INVOICE_SYNTAXES:
        return "CustomerInvoice" if direction == "Out" else "SupplierInvoice"
    if syntax == "CDAR":
        # What we say of an invoice we received is about a supplier's; a seller's word (209, 212) about ours.
        ours = direction == "In" or b">212<" in content or b">209<" in content
        return "CustomerInvoiceLC" if ours else "SupplierInvoiceLC"
    aggregated = b"<PaymentsReport" in content
    return "AggregatedCustomerPaymentReport" if aggregated else "AggregatedCustomerTransactionReport"


def _problem_of(info: Any) -> str:
    """What FlowInfo breaks of its schema, empty when nothing."""
    if not isinstance(info, dict):
        return "flowInfo is no object"
    rules = (
        ("name", lambda text: 0 < len(text) <= 255, True),
        ("flowSyntax", lambda text: text in SYNTAXES, True),
        ("trackingId", lambda text: 0 < len(text) <= 64, False),
        ("processingRule", lambda text: text in RULES, False),
        ("flowProfile", lambda text: text in PROFILES, False),
        ("sha256", lambda text: len(text) == 64 and not set(text) - set("0123456789abcdef"), False),
    )
    for name, is_right, required in rules:
        value = info.get(name)
        if value is None and not required:
            continue
        if not isinstance(value, str) or not is_right(value):
            return f"{name} is missing or wrong"
    return ""


def _search_of(asked: Any) -> tuple[Record, int]:
    where = asked.get("where") if isinstance(asked, dict) else None
    limit = asked.get("limit", 25) if isinstance(asked, dict) else 25
    if not isinstance(where, dict) or not where:
        raise Refused(400, "MISSING_CRITERION", "at least one criterion is needed")
    lists = (where.get(name, []) for name in ("processingRule", "flowType", "flowDirection"))
    if not all(isinstance(one, list) for one in lists):
        raise Refused(400, "INVALID_CRITERION", "a list is needed")
    if not isinstance(limit, int) or not 1 <= limit <= 100:
        raise Refused(400, "INVALID_LIMIT", "limit is 1 to 100")
    return where, limit


def _matches(flow: Record, where: Record) -> bool:
    one_of = ("processingRule", "flowType", "flowDirection")
    if any(name in where and flow[name] not in where[name] for name in one_of):
        return False
    if "trackingId" in where and flow.get("trackingId") != where["trackingId"]:
        return False
    if "ackStatus" in where and flow["acknowledgement"]["status"] != where["ackStatus"]:
        return False
    updated = _moment(flow["updatedAt"])
    if "updatedAfter" in where and updated <= _moment(where["updatedAfter"]):
        return False
    return "updatedBefore" not in where or updated < _moment(where["updatedBefore"])


def _moment(text: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise Refused(400, "INVALID_DATE", "a date-time with its zone is needed") from None
    if moment.tzinfo is None:
        raise Refused(400, "INVALID_DATE", "a date-time with its zone is needed")
    return moment


def _cursor(place: list[str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


def _start_of(cursor: Any) -> list[str]:
    if not cursor:
        return ["", ""]
    try:
        place = json.loads(base64.urlsafe_b64decode(str(cursor)))
    except ValueError:
        raise Refused(400, "INVALID_CURSOR", "no cursor of this platform") from None
    if not (isinstance(place, list) and len(place) == 2 and all(isinstance(one, str) for one in place)):
        raise Refused(400, "INVALID_CURSOR", "no cursor of this platform")
    return place


def _public(flow: Record) -> Record:
    return {name: value for name, value in flow.items() if name != "private"}


def _full_info(flow: Record) -> Record:
    names = ("flowId", "submittedAt", "trackingId", "name", "processingRule", "flowSyntax", "flowProfile")
    found = {name: flow[name] for name in names if name in flow}
    return {**found, "sha256": flow["private"]["sha256"]}
